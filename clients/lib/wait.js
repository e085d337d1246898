/**
 * Waiting with a bound. Every wait in these tests has one, wide enough for a slow machine: it
 * tells a hang from slowness and measures nothing. `BREAKWATER_PATIENCE=3` makes all of them three
 * times as long.
 */

export const PATIENCE = Math.max(1, Number(process.env.BREAKWATER_PATIENCE) || 1);

/** A turn of waiting counts for so much at most: while the whole machine stood still, nobody waited. */
const TURN_MS = 5_000;
/** How often a promise's bound is looked at. */
const TICK_MS = 500;

/** For a suite: it ends what hangs where no wait does. */
export const SUITE_TIMEOUT_MS = 840_000 * PATIENCE;

/** A wait that went over its bound. */
export class WaitTimeout extends Error {
  constructor(what, timeoutMs) {
    super(`${what}: not within ${timeoutMs / 1_000} s`);
    this.name = 'WaitTimeout';
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The promise's result, or a `WaitTimeout` that says what was awaited.
 *
 * @template T
 * @param {string} what
 * @param {number} timeoutMs
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(what, timeoutMs, promise) {
  let timer;
  const limitMs = timeoutMs * PATIENCE;
  const bound = new Promise((_, reject) => {
    const tickMs = Math.min(TICK_MS, limitMs);
    let waitedMs = 0;
    timer = setInterval(() => {
      waitedMs += tickMs;
      if (waitedMs >= limitMs) reject(new WaitTimeout(what, limitMs));
    }, tickMs);
  });
  return Promise.race([promise, bound]).finally(() => clearInterval(timer));
}

/**
 * Asks again and again until the answer is neither `undefined` nor `false`, and returns it.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} ask
 * @param {{ timeoutMs?: number, everyMs?: number }} [bounds]
 * @returns {Promise<T>}
 */
export async function until(what, ask, { timeoutMs = 90_000, everyMs = 200 } = {}) {
  const limitMs = timeoutMs * PATIENCE;
  for (let waitedMs = 0; ; ) {
    const begunMs = Date.now();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (waitedMs >= limitMs) throw new WaitTimeout(what, limitMs);
    await sleep(everyMs);
    waitedMs += Math.min(Date.now() - begunMs, TURN_MS);
  }
}
