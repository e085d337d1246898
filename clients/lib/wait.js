/**
 * Waiting with a bound. Every wait in these tests has one, wide enough for a slow machine: it
 * tells a hang from slowness and measures nothing.
 */

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
  const bound = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new WaitTimeout(what, timeoutMs)), timeoutMs);
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
export async function until(what, ask, { timeoutMs = 30_000, everyMs = 200 } = {}) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new WaitTimeout(what, timeoutMs);
    await sleep(everyMs);
  }
}
