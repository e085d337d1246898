/**
 * Candles: reading and writing `ts,open,high,low,close,volume`, and a tape of them that knows its
 * price at any millisecond.
 */

import { readFileSync, statSync } from 'node:fs';

import { BadInput } from './errors.js';

export const HEADER = 'ts,open,high,low,close,volume';
const DAY_MS = 86_400_000;
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** 1973 in milliseconds, the year 5138 in seconds: below it, somebody wrote seconds. */
const MIN_TS_MS = 1e11;
const MAX_TS_MS = 1e14;

/** What exchanges can print and readers can hold. */
export const MIN_PRICE = 1e-8;
export const MAX_PRICE = 1e12;

/**
 * @typedef {{ ts: number, open: number, high: number, low: number, close: number, volume: number }}
 *   Candle `ts` is its beginning, in milliseconds UTC
 */

/**
 * @param {string} path
 * @returns {Candle[]}
 */
export function readCandles(path) {
  let text;
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw new Error('larger than 256 MiB');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInput(`${path}: cannot be read: ${error.message}`);
  }
  return parseCandles(text, path);
}

/**
 * @param {string} text
 * @param {string} name for messages
 * @returns {Candle[]}
 */
export function parseCandles(text, name) {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  if (lines[0] !== HEADER) throw new BadInput(`${name}:1: the first line must be ${HEADER}`);
  if (lines.length === 1) throw new BadInput(`${name}:2: there are no candles`);

  const candles = [];
  for (let index = 1; index < lines.length; index++) {
    const candle = parseLine(lines[index]);
    const wrong = whatIsWrong(candle, candles.at(-1));
    if (wrong) throw new BadInput(`${name}:${index + 1}: ${wrong}`);
    candles.push(candle);
  }
  return candles;
}

function parseLine(line) {
  const cells = line.split(',');
  // Number('') is 0, and a missing cell must not be.
  const [ts, open, high, low, close, volume] = cells.map((cell) =>
    cell.trim() === '' ? NaN : Number(cell),
  );
  return { cells: cells.length, ts, open, high, low, close, volume };
}

function whatIsWrong(candle, previous) {
  const { cells, ts, open, high, low, close, volume } = candle;
  delete candle.cells;
  if (cells !== 6) return `${cells} values where there should be 6`;
  if (!Number.isInteger(ts)) return 'ts is not a whole number of milliseconds';
  if (ts < MIN_TS_MS) return `ts ${ts} is no time in milliseconds (is it in seconds?)`;
  if (ts > MAX_TS_MS) return `ts ${ts} is no time in milliseconds (is it in microseconds?)`;
  if (previous && ts <= previous.ts) return `ts ${ts} is not after the one before`;
  for (const [name, price] of Object.entries({ open, high, low, close })) {
    if (!(price >= MIN_PRICE && price <= MAX_PRICE)) return `${name} is not a price`;
  }
  if (low > Math.min(open, close)) return 'low is above open or close';
  if (high < Math.max(open, close)) return 'high is below open or close';
  if (!(volume >= 0 && volume < Infinity)) return 'volume is not a number from 0 up';
  return undefined;
}

/**
 * @param {Candle[]} candles
 * @param {number} decimals of the prices
 */
export function formatCandles(candles, decimals) {
  const line = ({ ts, open, high, low, close, volume }) =>
    [ts, ...[open, high, low, close].map((price) => price.toFixed(decimals)), volume.toFixed(6)].join();
  return `${[HEADER, ...candles.map(line)].join('\n')}\n`;
}

/** Candles of one symbol, as a price over time. */
export class Tape {
  /** The last answer of `dayBefore`, without the price: thousands of candles for every request. */
  #day;

  /** @param {Candle[]} candles */
  constructor(candles) {
    this.candles = candles;
    this.intervalMs = shortestGap(candles);
    this.startMs = candles[0].ts;
    this.endMs = candles.at(-1).ts + this.intervalMs;
  }

  /**
   * The price at a time. Within a candle it goes open, low, high, close where it rises and
   * open, high, low, close where it falls, so every extreme is printed; in a gap it stays.
   */
  priceAt(timeMs) {
    const candle = this.candles[this.indexAt(timeMs)];
    const { open, high, low, close } = candle;
    const knots = close >= open ? [open, low, high, close] : [open, high, low, close];
    const part = Math.min(Math.max((timeMs - candle.ts) / this.intervalMs, 0), 1) * 3;
    const leg = Math.min(Math.floor(part), 2);
    return knots[leg] + (knots[leg + 1] - knots[leg]) * (part - leg);
  }

  /**
   * What exchanges print beside the price: the 24 hours before the candle that is going on, of
   * which only the price is known yet.
   */
  dayBefore(timeMs) {
    const index = this.indexAt(timeMs);
    if (this.#day?.index !== index) this.#day = { index, ...this.#sumOfDay(index) };
    const price = this.priceAt(timeMs);
    const { open, high, low, volume } = this.#day;
    return { open, high: Math.max(high, price), low: Math.min(low, price), volume };
  }

  #sumOfDay(index) {
    const { ts, open } = this.candles[index];
    const day = { open, high: 0, low: Infinity, volume: 0 };
    for (let at = index - 1; at >= 0 && this.candles[at].ts > ts - DAY_MS; at--) {
      const candle = this.candles[at];
      day.open = candle.open;
      day.high = Math.max(day.high, candle.high);
      day.low = Math.min(day.low, candle.low);
      day.volume += candle.volume;
    }
    return day;
  }

  /** The last candle that has begun; the first one where none has. */
  indexAt(timeMs) {
    let from = 0;
    let to = this.candles.length - 1;
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if (this.candles[middle].ts <= timeMs) from = middle;
      else to = middle - 1;
    }
    return from;
  }
}

function shortestGap(candles) {
  let shortest = Infinity;
  for (let index = 1; index < candles.length; index++) {
    shortest = Math.min(shortest, candles[index].ts - candles[index - 1].ts);
  }
  return shortest === Infinity ? 60_000 : shortest;
}
