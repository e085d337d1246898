/** A scenario from candle files: one's own, recorded ones, or those `generate.js` wrote. */

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import { BadInput } from './errors.js';
import { checkedFaults } from './faults.js';
import { readCandles } from './candles.js';
import { VENUES, VENUE_NAMES } from './venues.js';

const EVENTS_FILE = 'events.json';
const NAME = /^(?:([a-z]+)_)?([A-Z0-9]{2,6}?)-?(USDT|USDC|USD)(?:[_.-].*)?$/;

/**
 * @param {string[]} words each `BTC-USD=file.csv`, `kraken:BTC-USD=file.csv`, a file whose name says
 *   it (`BTC-USD.csv`, `kraken_BTCUSD_spot_1m.csv`), or a folder of such files
 * @param {string} [eventsFile]
 * @returns {import('./world.js').Scenario}
 */
export function recorded(words, eventsFile) {
  const files = words.flatMap((word) => expanded(word));
  const candles = {};
  for (const { key, path } of files) {
    if (Object.hasOwn(candles, key)) throw new BadInput(`${path}: there are two files for ${key}`);
    candles[key] = readCandles(path);
  }
  checkOverlap(candles);
  const events = eventsFile ?? words.filter(isFolder).map((word) => join(word, EVENTS_FILE)).find(existsSync);
  return { name: 'recorded', candles, events: events ? readEvents(events) : [] };
}

function expanded(word) {
  const [, key, path] = /^([^=/]+)=(.+)$/.exec(word) ?? [];
  if (key) return [{ key: checkedKey(key), path }];
  if (!isFolder(word)) return [{ key: keyFromName(word), path: word }];
  const names = readdirSync(word).filter((name) => name.endsWith('.csv')).sort();
  if (names.length === 0) throw new BadInput(`${word}: no .csv files in this folder`);
  return names.map((name) => ({ key: keyFromName(join(word, name)), path: join(word, name) }));
}

function checkedKey(key) {
  const [, venue, symbol] = /^(?:([a-z]+):)?([A-Z0-9]{2,10}-(?:USD|USDT|USDC))$/.exec(key) ?? [];
  if (!symbol) throw new BadInput(`${key} is no symbol such as BTC-USD or kraken:BTC-USD`);
  checkVenue(venue, key);
  return key;
}

function keyFromName(path) {
  const [, venue, base, quote] = NAME.exec(basename(path)) ?? [];
  if (!base) throw new BadInput(`${path}: the name says no symbol; write BTC-USD=${path}`);
  const symbol = `${base}-${quote}`;
  checkVenue(venue, path, `; write kraken:${symbol}=${path}, or ${symbol}=${path} for all venues`);
  return venue ? `${venue}:${symbol}` : symbol;
}

function checkVenue(venue, where, advice = '') {
  if (venue === undefined || Object.hasOwn(VENUES, venue)) return;
  throw new BadInput(`${where}: no venue is called ${venue}; there are ${VENUE_NAMES.join(', ')}${advice}`);
}

/** Tapes of different years make one long tape on which nothing happens: surely a mistake. */
function checkOverlap(candles) {
  const [[firstKey, first], ...others] = Object.entries(candles);
  for (const [key, tape] of others) {
    if (tape.at(-1).ts < first[0].ts || tape[0].ts > first.at(-1).ts) {
      throw new BadInput(`${key} and ${firstKey} have no time in common`);
    }
  }
}

/** `[{"venue": "kraken", "fromMs": 0, "toMs": 60000, "faults": {"liePercent": 20}}]` */
function readEvents(path) {
  let events;
  try {
    events = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BadInput(`${path}: ${error.message}`);
  }
  if (!Array.isArray(events)) throw new BadInput(`${path}: a list of events`);
  events.forEach((event, index) => checkEvent(event, `${path}: event ${index + 1}`));
  return events;
}

function checkEvent(event, where) {
  const { venue, fromMs, toMs, faults } = event ?? {};
  if (!Object.hasOwn(VENUES, venue ?? '')) throw new BadInput(`${where}: no venue is called ${venue}`);
  if (!(fromMs >= 0 && toMs > fromMs)) throw new BadInput(`${where}: fromMs from 0 up, and toMs after it`);
  checkedFaults(faults, where);
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
