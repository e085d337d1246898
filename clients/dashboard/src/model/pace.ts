/** How fast blocks come, and how far finality is behind. */

const WINDOW = 60;

interface Seen {
  readonly number: number;
  /** The block's own time, and when it was here: milliseconds. */
  readonly slot: number;
  readonly arrived: number;
}

export class Pace {
  #seen: Seen[] = [];
  #finality: number | undefined;
  #final = 0;

  /** A new best block. */
  best(number: number, slot: number, arrived: number): void {
    this.#seen = this.#seen.filter((seen) => seen.number < number).slice(1 - WINDOW);
    this.#seen.push({ number, slot, arrived });
  }

  /** A new final block. */
  final(number: number, arrived: number): void {
    if (number === this.#final) return;
    this.#final = number;
    const seen = this.#seen.find((seen) => seen.number === number);
    if (seen) this.#finality = arrived - seen.arrived;
  }

  /** Between two blocks, by their own clock, over the last minute or so. */
  get blockMs(): number | undefined {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (!first || !last || first.number === last.number) return undefined;
    return (last.slot - first.slot) / (last.number - first.number);
  }

  /** Between the last final block's arrival and its finality. */
  get finalityMs(): number | undefined {
    return this.#finality;
  }
}
