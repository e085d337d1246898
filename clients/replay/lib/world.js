/**
 * What is true at this moment of the replay, and what each venue says about it.
 */

import { NO_FAULTS, PRICES, arePrices, checkedFaults, merged } from './faults.js';
import { BadInput } from './errors.js';
import { MAX_PRICE, MIN_PRICE, Tape } from './candles.js';
import { normal, randomFrom } from './random.js';
import { VENUES, VENUE_NAMES, pairOf, printed } from './venues.js';

const DOLLARS = ['USD', 'USDT', 'USDC'];
const NOISE_EVERY_MS = 1_000;

export const TIMESTAMPS = ['wall', 'scenario'];

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {Record<string, import('./candles.js').Candle[]>} candles by symbol, `BTC-USD`, which
 *   all venues share, or by venue and symbol, `kraken:BTC-USD`
 * @property {{ venue: string, fromMs: number, toMs: number, faults: object }[]} events what is wrong
 *   with which venue when, counted from the start of the tape
 */

export class World {
  #tapes = new Map();
  #given = new Map();
  /** Where a venue was when it was told to freeze; holds only while it is. */
  #frozenAtMs = new Map();
  #prices = {};

  /**
   * @param {object} options
   * @param {Scenario} options.scenario
   * @param {number} options.seed
   * @param {string[]} [options.venues]
   * @param {'wall' | 'scenario'} [options.timestamps] which time the venues print
   * @param {() => number} [options.now]
   */
  constructor({ scenario, seed, venues = VENUE_NAMES, timestamps = 'wall', now = Date.now }) {
    for (const [key, candles] of Object.entries(scenario.candles)) this.#tapes.set(key, new Tape(candles));
    const tapes = [...this.#tapes.values()];
    this.scenario = scenario;
    this.seed = seed;
    this.venues = venues;
    this.timestamps = timestamps;
    this.now = now;
    this.startMs = Math.min(...tapes.map((tape) => tape.startMs));
    this.durationMs = Math.max(...tapes.map((tape) => tape.endMs)) - this.startMs;
    this.symbols = [...new Set([...this.#tapes.keys()].map(dollarSymbol))];
    this.reset();
  }

  /** @param {import('./clock.js').Clock} clock */
  attach(clock) {
    this.clock = clock;
  }

  reset() {
    this.#given.clear();
    this.#prices = {};
  }

  /** What the control end point has set. */
  given(venue) {
    return this.#given.get(venue) ?? {};
  }

  setFaults(venue, faults) {
    checkedFaults(faults, venue);
    const before = this.given(venue);
    const after = Object.fromEntries(
      Object.entries({ ...before, ...faults }).filter(([, value]) => value !== null),
    );
    if (faults.prices) after.prices = withoutNulls({ ...before.prices, ...faults.prices });
    if (after.freeze && !before.freeze) this.#frozenAtMs.set(venue, this.clock.positionMs);
    this.#given.set(venue, after);
  }

  clearFaults(venue) {
    this.#given.delete(venue);
  }

  /** Sets the price that all venues follow; `null` gives it back to the tape. */
  setPrices(prices) {
    if (!arePrices(prices)) throw new BadInput(PRICES);
    this.#prices = withoutNulls({ ...this.#prices, ...prices });
  }

  get prices() {
    return this.#prices;
  }

  /** Everything that holds for a venue now. */
  faultsOf(venue) {
    const events = this.#eventsOf(venue).map(({ faults }) => faults);
    return merged(NO_FAULTS, VENUES[venue].habits, ...events, this.given(venue));
  }

  /** Whether anything is wrong with it, beyond its habits. */
  isFaulty(venue) {
    return this.#eventsOf(venue).length > 0 || Object.keys(this.given(venue)).length > 0;
  }

  /**
   * What a venue prints for a pair now; nothing where it does not have it.
   *
   * @returns {import('./venues.js').Quote | undefined}
   */
  quote(venue, pair, faults = this.faultsOf(venue)) {
    if (!VENUES[venue].quotes.includes(pair.quote) || pair.base === pair.quote) return undefined;
    const positionMs = this.#pricePosition(venue, faults);
    const found = this.#find(venue, pair, this.startMs + positionMs, faults.prices);
    if (!found) return undefined;

    const noiseBps = found.noisy ? faults.noiseBps * this.#noise(venue, pair, positionMs) : 0;
    const factor = (1 + noiseBps / 1e4) * (1 + faults.liePercent / 100);
    const print = printer(venue, pair, faults.body);
    const halfSpread = faults.spreadBps / 2e4;
    const { open, high, low, volume } = found.day;
    const last = found.price * factor;
    return {
      pair,
      bid: print(last * (1 - halfSpread)),
      ask: print(last * (1 + halfSpread)),
      last: print(last),
      day: { open: print(open), high: print(Math.max(high, last)), low: print(Math.min(low, last)), volume },
      stampMs: this.#stampMs(positionMs, faults),
    };
  }

  /** The price without noise, lag or lies: the median of the venues' tapes. */
  reference(symbol) {
    const pair = pairOf(symbol);
    const timeMs = this.startMs + this.clock.positionMs;
    const found = this.venues.map((venue) => this.#find(venue, pair, timeMs, {})?.price);
    return median(found.filter((price) => price !== undefined));
  }

  #eventsOf(venue) {
    const at = this.clock.positionMs;
    return this.scenario.events.filter((event) => event.venue === venue && event.fromMs <= at && at < event.toMs);
  }

  /** Where on the tape a venue's price is from: behind, or stuck. */
  #pricePosition(venue, faults) {
    const event = this.#eventsOf(venue).find(({ faults: given }) => given.freeze);
    const stuckMs = this.given(venue).freeze ? this.#frozenAtMs.get(venue) : event?.fromMs;
    const from = faults.freeze ? stuckMs : this.clock.positionMs;
    return Math.max(from - faults.lagMs, 0);
  }

  /** Somebody's price comes first, then the tape; either may be in other dollars. */
  #find(venue, pair, timeMs, ownPrices) {
    const set = { ...this.#prices, ...ownPrices };
    const fromSet = (symbol) =>
      set[symbol] && { price: set[symbol], day: flatDay(set[symbol]), noisy: false };
    const fromTape = (symbol) => {
      const own = this.#tapes.get(`${venue}:${symbol}`);
      const tape = own ?? this.#tapes.get(symbol);
      // A tape recorded at the venue has that venue's noise in it already.
      return tape && { price: tape.priceAt(timeMs), day: tape.dayBefore(timeMs), noisy: !own };
    };
    const either = (symbol) => fromSet(symbol) ?? fromTape(symbol);
    return inDollarsOf(pair, fromSet, either) ?? inDollarsOf(pair, fromTape, either);
  }

  #noise(venue, { base, quote }, positionMs) {
    const second = Math.floor(positionMs / NOISE_EVERY_MS);
    return normal(randomFrom(this.seed, 'noise', venue, base, quote, second));
  }

  #stampMs(positionMs, faults) {
    if (this.timestamps === 'scenario') return this.startMs + positionMs;
    const behindMs = this.clock.positionMs - positionMs;
    return this.now() - Math.max(behindMs, 0) / this.clock.speed;
  }
}

/** A price in one kind of dollar from a price in another. */
function inDollarsOf({ base, quote }, find, rate) {
  const exact = find(`${base}-${quote}`);
  if (exact) return exact;
  const worth = (dollar) => (dollar === 'USD' ? 1 : (rate(`${dollar}-USD`)?.price ?? 1));
  for (const other of DOLLARS) {
    const found = base !== other && find(`${base}-${other}`);
    if (found) return scaled(found, worth(other) / worth(quote));
  }
  return undefined;
}

function scaled({ price, day, noisy }, by) {
  const { open, high, low, volume } = day;
  return { price: price * by, day: { open: open * by, high: high * by, low: low * by, volume }, noisy };
}

const flatDay = (price) => ({ open: price, high: price, low: price, volume: 1 });

/** How a venue writes a price, right or wrong. */
function printer(venue, pair, body) {
  const right = (price) => printed(venue, pair, Math.min(Math.max(price, MIN_PRICE), MAX_PRICE));
  if (body === 'not-a-number') return () => 'abc';
  if (body === 'negative') return (price) => `-${right(price)}`;
  if (body === 'zero') return () => '0.00';
  if (body === 'absurd') return () => '9'.repeat(400);
  return right;
}

function dollarSymbol(key) {
  const { base } = pairOf(key.split(':').at(-1));
  return `${base}-USD`;
}

function withoutNulls(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function median(values) {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
