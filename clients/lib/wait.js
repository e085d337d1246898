/**
 * Waiting with a bound. Every wait in these tests has one, wide enough for a slow machine: it
 * tells a hang from slowness and measures nothing. `BREAKWATER_PATIENCE=3` makes all of them three
 * times as long.
 */

export const PATIENCE = Math.max(1, Number(process.env.BREAKWATER_PATIENCE) || 1);

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
    timer = setTimeout(() => reject(new WaitTimeout(what, limitMs)), limitMs);
  });
  return Promise.race([promise, bound]).finally(() => clearTimeout(timer));
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
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new WaitTimeout(what, limitMs);
    await sleep(everyMs);
  }
}
