/** `/control/…`: what the replay is doing, and orders to it. */

import { BODIES } from './faults.js';
import { BadInput } from './errors.js';
import { VENUES, pairOf } from './venues.js';

const MAX_BODY_BYTES = 64 * 1024;

export class TooLarge extends Error {}

/** What there is, as `GET /control` tells it. */
export const HELP = {
  'GET /health': 'is it up',
  'GET /control/state': 'position, speed, venues and what is wrong with them',
  'GET /control/prices': 'the true price of each symbol, and what each venue prints',
  'POST /control/pause': '',
  'POST /control/resume': '',
  'POST /control/speed': '{"speed": 60}: tape time per real time, 0.01 to 10000',
  'POST /control/seek': '{"positionMs": 3600000}, {"ts": 1704070800000} or {"percent": 50}',
  'POST /control/step': '{"ms": 1000}: forwards, also while paused',
  'POST /control/prices': '{"BTC-USD": 30000}: all venues follow; null gives it back to the tape',
  'POST /control/venues/<name>': '{"liePercent": 20, "lagMs": 5000, …}; null takes one back; * is every venue',
  'DELETE /control/venues/<name>': 'takes back all of it',
  'POST /control/reset': 'everything as it was at the start',
  bodies: BODIES,
};

/**
 * @param {object} replay
 * @param {import('./world.js').World} replay.world
 * @param {import('./clock.js').Clock} replay.clock
 * @param {() => void} replay.reset
 */
export function controlOf({ world, clock, reset }) {
  const orders = {
    pause: () => clock.pause(),
    resume: () => clock.resume(),
    speed: ({ speed }) => clock.setSpeed(speed),
    seek: (to) => clock.seek(positionOf(to, world)),
    step: ({ ms }) => clock.step(ms),
    prices: (prices) => world.setPrices(prices),
    reset: () => reset(),
  };

  return {
    state: () => stateOf(world, clock),
    health: () => healthOf(world, clock),

    /** @returns {[number, unknown]} */
    handle(method, path, body) {
      const [what = '', venue, ...rest] = path.split('/').filter(Boolean);
      if (rest.length > 0) return notFound(path);
      if (what === 'venues' && venue) return handleVenue(method, venue, body);
      if (venue) return notFound(path);
      if (method === 'GET' && what === '') return [200, HELP];
      if (method === 'GET' && what === 'state') return [200, stateOf(world, clock)];
      if (method === 'GET' && what === 'prices') return [200, pricesOf(world)];
      if (!Object.hasOwn(orders, what)) return notFound(path);
      if (method !== 'POST') return [405, { error: `${method} is not possible here; POST is` }];
      orders[what](body);
      return [200, stateOf(world, clock)];
    },
  };

  function handleVenue(method, name, body) {
    const venues = name === '*' ? world.venues : [name];
    if (!venues.every((venue) => world.venues.includes(venue))) {
      return [404, { error: `no venue is called ${name}; there are ${world.venues.join(', ')}` }];
    }
    if (method === 'DELETE') venues.forEach((venue) => world.clearFaults(venue));
    else if (method === 'POST') venues.forEach((venue) => world.setFaults(venue, body));
    else if (method !== 'GET') return [405, { error: `${method} is not possible here; GET, POST, DELETE are` }];
    return [200, Object.fromEntries(venues.map((venue) => [venue, venueOf(world, venue)]))];
  }
}

/** The body of an order as JSON; an empty one is an empty object. */
export async function readBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new TooLarge(`a body has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`the body is not JSON: ${error.message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadInput('the body must be a JSON object');
  }
  return value;
}

function notFound(path) {
  return [404, { error: `nothing at /control${path}; GET /control lists what there is` }];
}

function positionOf({ positionMs, ts, percent }, world) {
  const given = [positionMs, ts, percent].filter((value) => value !== undefined);
  if (given.length !== 1 || typeof given[0] !== 'number') {
    throw new BadInput('one of {"positionMs": …}, {"ts": …} and {"percent": …}, a number');
  }
  if (ts !== undefined) return ts - world.startMs;
  return percent === undefined ? positionMs : (percent / 100) * world.durationMs;
}

function healthOf(world, clock) {
  const { name } = world.scenario;
  return { status: 'ok', scenario: name, positionMs: Math.floor(clock.positionMs), ended: clock.ended };
}

function stateOf(world, clock) {
  const positionMs = Math.floor(clock.positionMs);
  return {
    scenario: world.scenario.name,
    seed: world.seed,
    positionMs,
    durationMs: world.durationMs,
    ts: world.startMs + positionMs,
    time: new Date(world.startMs + positionMs).toISOString(),
    speed: clock.speed,
    paused: clock.paused,
    atEnd: clock.atEnd,
    ended: clock.ended,
    rounds: clock.rounds,
    timestamps: world.timestamps,
    symbols: world.symbols,
    prices: world.prices,
    venues: Object.fromEntries(world.venues.map((venue) => [venue, venueOf(world, venue)])),
  };
}

function venueOf(world, venue) {
  return { faulty: world.isFaulty(venue), set: world.given(venue), now: world.faultsOf(venue) };
}

function pricesOf(world) {
  const prices = world.symbols.map((symbol) => {
    const venues = world.venues.map((venue) => [venue, printedBy(world, venue, symbol)]);
    return [symbol, { reference: world.reference(symbol), venues: Object.fromEntries(venues) }];
  });
  return Object.fromEntries(prices);
}

/** What a venue prints for a coin in the dollars it usually trades against. */
function printedBy(world, venue, symbol) {
  const faults = world.faultsOf(venue);
  const [usual] = VENUES[venue].quotes;
  const pair = { base: pairOf(symbol).base, quote: usual };
  const last = world.quote(venue, pair, faults)?.last ?? null;
  return { pair: `${pair.base}-${pair.quote}`, last, faulty: world.isFaulty(venue), outage: faults.outage };
}
