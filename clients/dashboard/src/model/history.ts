/** Series for charts, of bounded length: what is long ago is kept more coarsely. */

export interface Point {
  /** Seconds since the Unix epoch. */
  readonly time: number;
}

const LIMIT = 1_800;

export class History<P extends Point> {
  #points: P[] = [];

  constructor(readonly limit = LIMIT) {}

  get points(): readonly P[] {
    return this.#points;
  }

  /** Adds a point. One of the same or an earlier time than the last replaces what came after it. */
  push(point: P): void {
    while ((this.#points.at(-1)?.time ?? -Infinity) >= point.time) this.#points.pop();
    this.#points.push(point);
    if (this.#points.length > this.limit) this.#thin();
  }

  /** Puts points before those that are there. */
  prepend(points: readonly P[]): void {
    const first = this.#points[0]?.time ?? Infinity;
    this.#points = [...points.filter(({ time }) => time < first), ...this.#points];
    while (this.#points.length > this.limit) this.#thin();
  }

  clear(): void {
    this.#points = [];
  }

  /** Of the older half, every other point goes. */
  #thin(): void {
    const half = Math.floor(this.#points.length / 2);
    this.#points = this.#points.filter((_, i) => i >= half || i % 2 === 0);
  }
}
