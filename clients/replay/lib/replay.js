/** The replay server: exchanges and the control end point, on one port and on one each. */

import { createServer } from 'node:http';

import { BadInput } from './errors.js';
import { Clock } from './clock.js';
import { TooLarge, controlOf, readBody } from './control.js';
import { World } from './world.js';
import { VENUES, VENUE_NAMES, tickerAt } from './venues.js';
import { sendJson, sendWithFaults } from './respond.js';

/** More than any number of workers needs; what a flood of slow readers may hold. */
const MAX_CONNECTIONS = 2_000;

/**
 * Starts a replay.
 *
 * @param {object} options
 * @param {import('./world.js').Scenario} options.scenario
 * @param {number} [options.seed]
 * @param {string} [options.host]
 * @param {number} [options.port] 0 takes a free one
 * @param {number} [options.venuePorts] the first of consecutive ports, one per venue; 0 takes free ones
 * @param {string[]} [options.venues]
 * @param {number} [options.speed]
 * @param {boolean} [options.paused]
 * @param {'stop' | 'loop' | 'bounce'} [options.atEnd]
 * @param {number} [options.startPart] where to begin, as a part of the whole
 * @param {'wall' | 'scenario'} [options.timestamps]
 * @param {() => number} [options.now] for tests
 */
export async function startReplay(options) {
  const { scenario, seed = 1, host = '127.0.0.1', port = 0, venuePorts, venues = VENUE_NAMES } = options;
  checkVenues(venues, scenario);
  const { timestamps, now, startPart = 0 } = options;
  const world = new World({ scenario, seed, venues, timestamps, now });
  const { speed = 1, paused = false, atEnd } = options;
  const clock = new Clock({ durationMs: world.durationMs, speed, paused, atEnd, now });
  const startAtMs = startPart * world.durationMs;
  world.attach(clock);
  clock.seek(startAtMs);

  const reset = () => {
    world.reset();
    clock.setSpeed(speed);
    clock.seek(startAtMs);
    if (paused) clock.pause();
    else clock.resume();
  };
  const control = controlOf({ world, clock, reset });
  const servers = [];
  const close = () => Promise.all(servers.map(closeServer));
  try {
    const main = await listen(servers, host, port, (request, response) =>
      serveAll({ world, control }, request, response),
    );
    const venueUrls = {};
    for (const [index, venue] of venues.entries()) {
      if (venuePorts === undefined) break;
      venueUrls[venue] = await listen(servers, host, venuePorts && venuePorts + index, (request, response) =>
        serveVenue(world, venue, parsed(request), request, response),
      );
    }
    return { url: main, venueUrls, world, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function checkVenues(venues, { events, candles }) {
  const keys = Object.keys(candles).filter((key) => key.includes(':'));
  const named = [...venues, ...events.map(({ venue }) => venue), ...keys.map((key) => key.split(':')[0])];
  const unknown = named.find((venue) => !Object.hasOwn(VENUES, venue));
  if (unknown !== undefined) {
    throw new BadInput(`no venue is called ${unknown}; there are ${VENUE_NAMES.join(', ')}`);
  }
  if (new Set(venues).size !== venues.length) throw new BadInput('a venue is named twice');
}

async function listen(servers, host, port, serve) {
  const server = createServer((request, response) => {
    response.on('error', () => {}); // the reader has gone: nothing to do about it
    Promise.resolve(serve(request, response)).catch((error) => sendError(response, error));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  servers.push(server);
  const { address, family, port: taken } = server.address();
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

function closeServer(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

async function serveAll({ world, control }, request, response) {
  const { path, query } = parsed(request);
  if (path === '/health') return sendJson(response, 200, control.health());
  if (path === '/control' || path.startsWith('/control/')) {
    const body = request.method === 'POST' ? await readBody(request) : {};
    return sendJson(response, ...control.handle(request.method, path.slice('/control'.length), body));
  }
  const [, venue] = /^\/([a-z]+)(?=\/)/.exec(path) ?? [];
  if (!world.venues.includes(venue)) {
    const error = `nothing at ${path}; there are /health, /control and ${world.venues.map((name) => `/${name}`).join(', ')}`;
    return sendJson(response, 404, { error });
  }
  return serveVenue(world, venue, { path: path.slice(venue.length + 1), query }, request, response);
}

function serveVenue(world, venue, { path, query }, request, response) {
  const faults = world.faultsOf(venue);
  sendWithFaults(request, response, faults, () => answerOf(world, venue, path, query, request.method));
}

/** @returns {[number, unknown]} */
function answerOf(world, venue, path, query, method) {
  if (method !== 'GET') return [405, { error: 'tickers are read with GET' }];
  const ticker = tickerAt(venue, path, query);
  if (!ticker) return [404, { error: `${venue} has no ${path} here` }];
  const quote = ticker.pair && world.quote(venue, ticker.pair);
  return quote ? [200, ticker.answer(quote)] : VENUES[venue].unknown(Math.floor(world.now()));
}

/** A request's target is whatever somebody sent. */
function parsed(request) {
  const [path, ...query] = request.url.split('?');
  return { path: decoded(path), query: new URLSearchParams(query.join('?')) };
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function sendError(response, error) {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const status = error instanceof BadInput ? 400 : error instanceof TooLarge ? 413 : 500;
  if (status === 413) response.shouldKeepAlive = false;
  sendJson(response, status, { error: error.message });
}
