/** What these tests share: small tapes, a replay on a free port, and reading from it. */

import { after } from 'node:test';

import { startReplay } from '../lib/replay.js';

export const START_MS = Date.UTC(2024, 0, 1);
export const MINUTE_MS = 60_000;

/** Candles of a minute that each stay at one price. */
export const flat = (...prices) =>
  prices.map((price, index) => ({
    ts: START_MS + index * MINUTE_MS,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 10,
  }));

/** A quiet market: every venue prints exactly these prices, at exactly these times. */
export const STILL = {
  name: 'still',
  candles: {
    'BTC-USD': flat(...Array(30).fill(40_000)),
    'ETH-USD': flat(...Array(30).fill(2_500)),
    'SOL-USD': flat(...Array(30).fill(100)),
    'USDT-USD': flat(...Array(30).fill(1)),
  },
  events: [],
};

const NO_HABITS = { noiseBps: 0, spreadBps: 0, lagMs: 0 };

/** A test that fails does not come to its end; what it left open would keep the process. */
const open = new Set();
after(() => Promise.all([...open].map((replay) => replay.close())));

/** A replay that stands still at its start, prints its own time and has no noise. */
export async function stillReplay({ scenario = STILL, ...options } = {}) {
  const replay = await startReplay({ scenario, paused: true, timestamps: 'scenario', ...options });
  open.add(replay);
  for (const venue of replay.world.venues) replay.world.setFaults(venue, NO_HABITS);
  return { ...replay, get: getter(replay.url), post: poster(replay.url) };
}

export function getter(origin) {
  return async (path) => {
    const response = await fetch(`${origin}${path}`);
    return { status: response.status, body: await response.json() };
  };
}

export function poster(origin) {
  return async (path, body, method = 'POST') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    const response = await fetch(`${origin}${path}`, { method, body: text });
    return { status: response.status, body: await response.json() };
  };
}

export const pick = (value, path) => path.reduce((inner, key) => inner?.[key], value);
