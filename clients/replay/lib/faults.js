/**
 * What can be wrong with a venue. Settings come from the venue's own habits, from the scenario's
 * events, and from the control end point; later ones win.
 */

import { BadInput } from './errors.js';
import { MAX_PRICE, MIN_PRICE } from './candles.js';

export const BODIES = {
  normal: 'as the exchange would',
  malformed: 'JSON that breaks off in the middle',
  empty: 'nothing at all',
  html: 'a web page, as a proxy in between would',
  'wrong-shape': 'JSON without any price in it',
  'not-a-number': 'the price is a word',
  negative: 'the price is below zero',
  zero: 'the price is zero',
  absurd: 'the price has 400 digits',
  deep: 'JSON nested 100,000 levels deep',
  truncated: 'fewer bytes than announced, then the line is cut',
  drip: 'a byte at a time, for ever slow',
  huge: 'the right answer after 64 MiB of spaces (hugeBytes)',
};

export const PRICES = `prices by symbol, such as {"BTC-USD": 30000}, from ${MIN_PRICE} to ${MAX_PRICE}, or null`;

/** Each setting: what it is without a fault, and whether a value will do. */
const SETTINGS = {
  liePercent: [0, number(-99.99, 1_000_000)],
  noiseBps: [0, number(0, 1_000)],
  spreadBps: [1, number(0, 1_000)],
  lagMs: [0, number(0, 86_400_000)],
  freeze: [false, boolean()],
  outage: [false, boolean()],
  delayMs: [0, number(0, 600_000)],
  status: [200, integer(200, 599)],
  redirect: [false, redirect()],
  body: ['normal', oneOf(Object.keys(BODIES))],
  hugeBytes: [64 * 1024 * 1024, integer(1, 4 * 1024 ** 3)],
  prices: [{}, prices()],
};

export const NO_FAULTS = Object.freeze(
  Object.fromEntries(Object.entries(SETTINGS).map(([name, [usual]]) => [name, usual])),
);

/**
 * Settings as given by somebody; `null` takes one back.
 *
 * @param {unknown} given
 * @param {string} [where] for messages
 */
export function checkedFaults(given, where = 'settings') {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new BadInput(`${where}: an object such as {"liePercent": 20}`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(SETTINGS, name)) {
      throw new BadInput(`${where}: no setting is called ${name}; there are ${Object.keys(SETTINGS).join(', ')}`);
    }
    const [, { fits, is }] = SETTINGS[name];
    if (value !== null && !fits(value)) throw new BadInput(`${where}: ${name} is ${is}`);
  }
  return given;
}

/** Settings on top of others. */
export function merged(...layers) {
  const result = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      if (value !== null) result[name] = name === 'prices' ? { ...result.prices, ...value } : value;
    }
  }
  return result;
}

function number(min, max) {
  const fits = (value) => typeof value === 'number' && value >= min && value <= max;
  return { fits, is: `a number from ${min} to ${max}` };
}

function integer(min, max) {
  const fits = (value) => Number.isInteger(value) && value >= min && value <= max;
  return { fits, is: `a whole number from ${min} to ${max}` };
}

function boolean() {
  return { fits: (value) => typeof value === 'boolean', is: 'true or false' };
}

function oneOf(values) {
  return { fits: (value) => values.includes(value), is: `one of ${values.join(', ')}` };
}

function redirect() {
  const fits = (value) => value === false || value === 'loop' || isHttpUrl(value);
  return { fits, is: 'false, "loop", or an http URL' };
}

function prices() {
  return { fits: arePrices, is: PRICES };
}

export function arePrices(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fits = ([symbol, price]) => /^[A-Z0-9]{2,10}-(USD|USDT|USDC)$/.test(symbol) && isPrice(price);
  return Object.entries(value).every(fits);
}

function isPrice(price) {
  return price === null || (typeof price === 'number' && price >= MIN_PRICE && price <= MAX_PRICE);
}

function isHttpUrl(value) {
  return typeof value === 'string' && /^https?:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value);
}
