// Waiting, always with a bound.

/**
 * Every time limit of the harness is multiplied by this: a machine that is busy with something
 * else (a compiler, say) needs more patience, not other limits.
 */
export const PATIENCE = Math.max(1, Number(process.env.BREAKWATER_PATIENCE) || 1);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** A turn counts for so much at most: while the whole machine stood still, nobody waited. */
const TURN_MS = 5_000;

/**
 * Asks `probe` until it answers with something truthy; gives back that answer.
 *
 * A probe that throws has not answered yet: nodes refuse connections while they start. What it
 * threw, or what it answered last, is in the message when time is up.
 */
export async function until(what, limit_ms, probe, every_ms = 200) {
  const started_ms = Date.now();
  let last = 'nothing yet';
  let waited_ms = 0;
  do {
    const turn_ms = Date.now();
    try {
      const answer = await probe();
      if (answer) return answer;
      last = String(answer);
    } catch (error) {
      if (error.hopeless) throw error;
      last = error.message;
    }
    await sleep(every_ms);
    waited_ms += Math.min(Date.now() - turn_ms, TURN_MS);
  } while (waited_ms < limit_ms * PATIENCE);
  throw new Error(`waited ${seconds(Date.now() - started_ms)} in vain until ${what} (last answer: ${last})`);
}
