/** A replay server per reporter, as processes, so that each reporter can be given a world of its own. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sourcesAt } from '../../replay/lib/sources.js';
import { Process } from '../../../zombienet/lib/processes.js';
import { onOurDeath } from '../../../zombienet/lib/isolation.js';
import { sleep, until } from '../../../zombienet/lib/wait.js';

const SERVER = fileURLToPath(new URL('../../replay/server.js', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../../docs/oracle-sources.json', import.meta.url));
const START_LIMIT_MS = 60_000;
const SAMPLE_MS = 100;
/** In the middle of a crash, where prices move. */
const MOVING = ['--scenario', 'crash', '--seed', '7', '--start-percent', '45'];

export const VENUES = ['coinbase', 'kraken', 'bitstamp'];
/** Each of them is to be had at all three. */
export const FEEDS = ['USDT-USD', 'BTC-USD', 'ETH-USD', 'SOL-USD'];

/** One replay server. */
class Replay {
  constructor(name, folder, { world = MOVING, feeds = FEEDS } = {}) {
    this.log = join(folder, `replay-${name}.log`);
    this.sources = join(folder, `sources-${name}.json`);
    this.feeds = feeds;
    const command = [process.execPath, SERVER, ...world, '--paused', '--venues', VENUES.join(','), '--port', '0'];
    this.process = new Process([...onOurDeath('KILL'), ...command], { log: this.log });
  }

  async ready() {
    const listening = () => /^listening on (\S+)$/m.exec(readFileSync(this.log, 'utf8'))?.[1];
    this.url = await until(`a replay listens (${this.log})`, START_LIMIT_MS, async () => listening());
    const shipped = JSON.parse(readFileSync(SHIPPED, 'utf8'));
    writeFileSync(this.sources, JSON.stringify(sourcesAt(shipped, this.url, { venues: VENUES, feeds: this.feeds })));
  }

  async get(path) {
    return (await fetch(`${this.url}${path}`)).json();
  }

  async post(path, body = {}) {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  }
}

/** The same world for all, until somebody's is changed. */
export class Market {
  #replays = new Map();
  #samples = [];
  #sampler;

  /** `world` are flags of the replay server, `feeds` those that have sources. */
  static async start(names, folder, settings) {
    const market = new Market();
    for (const name of names) market.#replays.set(name, new Replay(name, folder, settings));
    await Promise.all([...market.#replays.values()].map((replay) => replay.ready()));
    await market.tell(names, '/control/resume');
    return market;
  }

  of(name) {
    return this.#replays.get(name);
  }

  /** Posts to the replays of these reporters; to all, where none are named. */
  async tell(names, path, body) {
    const replays = (names ?? [...this.#replays.keys()]).map((name) => this.of(name));
    await Promise.all(replays.map((replay) => replay.post(path, body)));
  }

  /** Sets what is wrong with a venue, or with `*`, for these reporters; `null` takes a fault back. */
  async setFaults(names, venue, faults) {
    await this.tell(names, `/control/venues/${venue}`, faults);
  }

  /** The price without noise, lag or lies, by symbol. */
  async truth() {
    const prices = await this.#replays.values().next().value.get('/control/prices');
    return Object.fromEntries(Object.entries(prices).map(([symbol, { reference }]) => [symbol, reference]));
  }

  /** Where on the tape it is, in percent. */
  async percent() {
    const { positionMs, durationMs } = await this.#replays.values().next().value.get('/control/state');
    return (100 * positionMs) / durationMs;
  }

  /** Notes the truth again and again from now on. */
  watch() {
    const sample = async () => {
      while (this.#sampler) {
        this.#samples.push({ at_ms: Date.now(), prices: await this.truth().catch(() => ({})) });
        await sleep(SAMPLE_MS);
      }
    };
    this.#sampler = true;
    this.#sampler = sample();
  }

  /** `[lowest, highest]` that was true in this time, as far as noted. */
  truthBetween(symbol, from_ms, to_ms) {
    const seen = this.#samples
      .filter(({ at_ms, prices }) => at_ms >= from_ms && at_ms <= to_ms && prices[symbol])
      .map(({ prices }) => prices[symbol]);
    return [Math.min(...seen), Math.max(...seen)];
  }

  async stop() {
    const sampled = this.#sampler;
    this.#sampler = undefined;
    await sampled;
    await Promise.all([...this.#replays.values()].map((replay) => replay.process.stop()));
  }
}
