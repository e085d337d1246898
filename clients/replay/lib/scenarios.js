/**
 * Markets made up from a seed: a calm day, and the days this chain is made for.
 *
 * Each coin moves by its share in the market (`beta`) plus a motion of its own. A scenario is a row
 * of phases; the market ends each phase exactly where the phase says, whatever the seed, so a crash
 * is a crash under every seed. Dollars move about their peg.
 */

import { BadInput } from './errors.js';
import { normal, randomFrom } from './random.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Within a candle, to give it a high and a low. */
const STEPS_PER_CANDLE = 4;
const MAX_CANDLES = 200_000;

/** A day's standard deviation of the market, and of each coin by itself. */
const MARKET_DAILY = 0.025;
const COINS = {
  'BTC-USD': { price: 65_000, beta: 1, ownDaily: 0.004, decimals: 2, volumePerHour: 600 },
  'ETH-USD': { price: 3_200, beta: 1.25, ownDaily: 0.012, decimals: 2, volumePerHour: 9_000 },
  'SOL-USD': { price: 150, beta: 1.6, ownDaily: 0.025, decimals: 3, volumePerHour: 120_000 },
};
const DOLLARS = {
  'USDT-USD': { decimals: 5, volumePerHour: 4_000_000 },
  'USDC-USD': { decimals: 5, volumePerHour: 2_000_000 },
};
const PEG_NOISE = 0.0001;

export const SYMBOLS = [...Object.keys(COINS), ...Object.keys(DOLLARS)];
export const DECIMALS = Object.fromEntries(
  Object.entries({ ...COINS, ...DOLLARS }).map(([symbol, { decimals }]) => [symbol, decimals]),
);

/**
 * Times are parts of the whole. A phase: `until`; `vol`, times the usual; `market`, its change over
 * the phase; `jumps`, how many, and `jump`, about how large each; `pegs`, where dollars are at its
 * end. An event: what is wrong with a venue `from` when `to` when.
 */
export const SCENARIOS = {
  calm: {
    about: 'an ordinary day',
    hours: 24,
    phases: [{ until: 1, vol: 0.6, market: 0.004 }],
  },
  crash: {
    about: '28 % gone in three hours, with jumps, then a nervous recovery by 8 %',
    hours: 6,
    phases: [
      { until: 0.15, vol: 1, market: -0.01 },
      { until: 0.4, vol: 4, market: -0.13, jumps: 3, jump: -0.025 },
      { until: 0.6, vol: 8, market: -0.17, jumps: 4, jump: -0.03 },
      { until: 1, vol: 3, market: 0.08, jumps: 1, jump: 0.015 },
    ],
  },
  depeg: {
    about: 'USDC falls to 0.87 and comes back to 0.98; coins fall a little; USDT is sought',
    hours: 12,
    phases: [
      { until: 0.1, vol: 1, market: 0 },
      { until: 0.3, vol: 2, market: -0.05, pegs: { 'USDC-USD': 0.93, 'USDT-USD': 1.004 } },
      { until: 0.45, vol: 3, market: -0.02, pegs: { 'USDC-USD': 0.87, 'USDT-USD': 1.008 } },
      { until: 0.6, vol: 2, market: 0.02, pegs: { 'USDC-USD': 0.93, 'USDT-USD': 1.003 } },
      { until: 1, vol: 1, market: 0.03, pegs: { 'USDC-USD': 0.98, 'USDT-USD': 1 } },
    ],
  },
  'venue-wrong': {
    about: 'the market is calm, but kraken is 20 % too high, then stuck, then broken',
    hours: 4,
    phases: [{ until: 1, vol: 1, market: 0.01 }],
    events: [
      { venue: 'kraken', from: 0.1, to: 0.3, faults: { liePercent: 20 } },
      { venue: 'kraken', from: 0.4, to: 0.6, faults: { freeze: true } },
      { venue: 'kraken', from: 0.7, to: 0.8, faults: { body: 'malformed' } },
      { venue: 'kraken', from: 0.9, to: 0.95, faults: { liePercent: -20 } },
    ],
  },
  'flash-crash': {
    about: '30 % down within a minute and back after ten more; gemini 10 % lower still',
    hours: 1,
    phases: [
      { until: 0.4, vol: 1, market: 0 },
      { until: 0.4 + 1 / 60, vol: 10, market: -0.3, jumps: 2, jump: -0.05 },
      { until: 0.4 + 11 / 60, vol: 8, market: 0.4 },
      { until: 1, vol: 2, market: 0 },
    ],
    events: [{ venue: 'gemini', from: 0.41, to: 0.5, faults: { liePercent: -10, lagMs: 3_000 } }],
  },
  plunge: {
    about: 'two calm minutes, 30 % gone in the next ten, with gaps, then up by 8 %',
    hours: 1 / 3,
    phases: [
      { until: 0.12, vol: 1, market: 0 },
      { until: 0.3, vol: 8, market: -0.12, jumps: 2, jump: -0.025 },
      { until: 0.6, vol: 14, market: -0.2, jumps: 4, jump: -0.035 },
      { until: 1, vol: 6, market: 0.08, jumps: 1, jump: 0.015 },
    ],
  },
  outage: {
    about: 'venues fail one by one until none answers; they return 8 % lower, one by one',
    hours: 3,
    phases: [
      { until: 0.5, vol: 1.5, market: -0.01 },
      { until: 0.55, vol: 6, market: -0.08, jumps: 1, jump: -0.04 },
      { until: 1, vol: 2, market: 0.02 },
    ],
    events: [
      { venue: 'binance', from: 0.2, to: 0.6, faults: { outage: true } },
      { venue: 'okx', from: 0.25, to: 0.62, faults: { status: 503, body: 'html' } },
      { venue: 'bybit', from: 0.3, to: 0.64, faults: { status: 429, body: 'html' } },
      { venue: 'gemini', from: 0.35, to: 0.66, faults: { delayMs: 60_000 } },
      { venue: 'bitstamp', from: 0.4, to: 0.68, faults: { outage: true } },
      { venue: 'bitfinex', from: 0.44, to: 0.7, faults: { body: 'empty' } },
      { venue: 'coinbase', from: 0.48, to: 0.58, faults: { outage: true } },
      { venue: 'kraken', from: 0.5, to: 0.57, faults: { outage: true } },
    ],
  },
};

/** A Monday; only the length of time matters. */
const DEFAULT_START_MS = Date.UTC(2024, 0, 1);

/**
 * @param {object} options
 * @param {string} options.name
 * @param {number} options.seed
 * @param {number} [options.hours] stretches the scenario
 * @param {number} [options.candleSeconds]
 * @param {number} [options.startMs]
 * @returns {import('./world.js').Scenario}
 */
export function generate({ name, seed, hours, candleSeconds = 10, startMs = DEFAULT_START_MS }) {
  if (!Object.hasOwn(SCENARIOS, name)) {
    throw new BadInput(`no scenario is called ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
  }
  const plan = SCENARIOS[name];
  const candleMs = candleSeconds * 1_000;
  const count = Math.round(((hours ?? plan.hours) * HOUR_MS) / candleMs);
  if (!(count >= 10 && count <= MAX_CANDLES)) {
    throw new BadInput(`${count} candles of ${candleSeconds} s: there must be 10 to ${MAX_CANDLES}`);
  }

  const random = (what) => randomFrom(seed, name, what);
  const steps = count * STEPS_PER_CANDLE;
  const stepMs = candleMs / STEPS_PER_CANDLE;
  const market = marketPath(plan.phases, steps, stepMs, random('market'));
  const candles = {};
  for (const [symbol, coin] of Object.entries(COINS)) {
    const path = coinPath(coin, market, stepMs, random(symbol));
    candles[symbol] = candlesOf(path, coin, { startMs, candleMs, random: random(`${symbol} volume`) });
  }
  for (const [symbol, dollar] of Object.entries(DOLLARS)) {
    const path = pegPath(plan.phases, symbol, steps, random(symbol));
    candles[symbol] = candlesOf(path, dollar, { startMs, candleMs, random: random(`${symbol} volume`) });
  }
  const at = (part) => Math.round(part * count) * candleMs;
  const events = (plan.events ?? []).map(({ venue, from, to, faults }) => ({
    venue,
    fromMs: at(from),
    toMs: at(to),
    faults,
  }));
  return { name, candles, events };
}

/** The market's change at each step, in logarithms; and the steps that are jumps. */
function marketPath(phases, steps, stepMs, random) {
  const changes = [];
  const jumps = new Set();
  const deviation = MARKET_DAILY * Math.sqrt(stepMs / DAY_MS);
  for (const { until, vol, market, jumps: jumpCount = 0, jump = 0 } of phases) {
    const from = changes.length;
    const to = Math.round(until * steps);
    while (changes.length < to) changes.push(normal(random) * deviation * vol);
    for (let made = 0; made < jumpCount; made++) {
      // At a candle's beginning: it opens away from where the one before closed.
      const at = from + Math.floor((random() * (to - from)) / STEPS_PER_CANDLE) * STEPS_PER_CANDLE;
      changes[at] += Math.log(1 + jump * (0.6 + 0.8 * random()));
      jumps.add(at);
    }
    const missed = Math.log(1 + market) - sum(changes, from, to);
    for (let step = from; step < to; step++) changes[step] += missed / (to - from);
  }
  return { changes, jumps };
}

function coinPath({ price, beta, ownDaily }, { changes, jumps }, stepMs, random) {
  const deviation = ownDaily * Math.sqrt(stepMs / DAY_MS);
  let level = Math.log(price);
  const levels = changes.map((change) => {
    level += beta * change + deviation * normal(random);
    return Math.exp(level);
  });
  return { start: price, levels, jumps };
}

/** Between the pegs at the ends of phases, with a noise that returns to the middle. */
function pegPath(phases, symbol, steps, random) {
  const levels = [];
  let peg = 1;
  let offset = 0;
  for (const { until, pegs } of phases) {
    const from = levels.length;
    const to = Math.round(until * steps);
    const next = pegs?.[symbol] ?? peg;
    const restless = 1 + 100 * Math.abs(next - peg);
    for (let step = from; step < to; step++) {
      offset = 0.9 * offset + PEG_NOISE * restless * normal(random);
      levels.push(peg + ((next - peg) * (step - from)) / (to - from) + offset);
    }
    peg = next;
  }
  return { start: 1, levels, jumps: new Set() };
}

function candlesOf({ start, levels, jumps }, { decimals, volumePerHour }, { startMs, candleMs, random }) {
  const scale = 10 ** decimals;
  const rounded = (price) => Math.max(Math.round(price * scale), 1) / scale;
  const candles = [];
  let last = rounded(start);
  for (let from = 0; from < levels.length; from += STEPS_PER_CANDLE) {
    const prices = levels.slice(from, from + STEPS_PER_CANDLE).map(rounded);
    const open = jumps.has(from) ? prices[0] : last;
    last = prices.at(-1);
    const high = Math.max(open, ...prices);
    const low = Math.min(open, ...prices);
    const busy = 0.3 + 1.4 * random() + 100 * (high / low - 1);
    const volume = Number(((volumePerHour * candleMs) / HOUR_MS * busy).toFixed(6));
    candles.push({ ts: startMs + candles.length * candleMs, open, high, low, close: last, volume });
  }
  return candles;
}

function sum(values, from, to) {
  let total = 0;
  for (let index = from; index < to; index++) total += values[index];
  return total;
}
