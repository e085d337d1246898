/** How well one price follows another: errors in basis points, and the delay between them. */

const BPS = 10_000;

/** What was true when. Values hold until the next one. */
export class Line {
  #points = [];

  add(at_ms, value) {
    this.#points.push({ at_ms, value });
  }

  /** The value at a time; nothing before the first. */
  at(at_ms) {
    const points = this.#points;
    let [low, high] = [0, points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle].at_ms <= at_ms) low = middle + 1;
      else high = middle;
    }
    return points[low - 1]?.value;
  }
}

/** How far a price is beside the truth of a time, in basis points; nothing where that is unknown. */
export function errorBps(price, truth, at_ms) {
  const value = truth.at(at_ms);
  return value === undefined ? undefined : (Math.abs(price - value) / value) * BPS;
}

/**
 * The delay by which the truth has to be shifted to fit the prices best.
 *
 * @param {{ at_ms: number, price: number }[]} prices
 * @param {Line} truth
 * @returns {{ delay_ms: number, error_bps: number } | undefined} the smallest delay, and the mean error with it
 */
export function bestDelay(prices, truth, { most_ms = 10_000, step_ms = 50 } = {}) {
  let best;
  for (let delay_ms = 0; delay_ms <= most_ms; delay_ms += step_ms) {
    const errors = prices.map(({ at_ms, price }) => errorBps(price, truth, at_ms - delay_ms));
    const known = errors.filter((error) => error !== undefined);
    if (known.length < prices.length / 2) continue;
    const error_bps = mean(known);
    if (best === undefined || error_bps < best.error_bps) best = { delay_ms, error_bps };
  }
  return best;
}

/** `{ count, mean, p50, p99, worst }` */
export function summary(values) {
  if (values.length === 0) return { count: 0 };
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  return { count: values.length, mean: mean(values), p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
