#!/usr/bin/env node
// A crowd: traders who follow the market's last move with more leverage than is good for them. When
// the market turns, it is they who are liquidated.
//
//   make run                  starts a chain and, unless told otherwise, such a crowd
//   node examples/crowd.js    --help tells the options

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { BreakwaterError, Disconnected, quanta } from '@breakwater/client';

import { randomFrom } from '../replay/lib/random.js';
import { DEFAULT_ENDPOINT, keyPair, optionsOf, wholeNumber, withClient } from './common.js';

const HELP = `Usage: node examples/crowd.js [options]

  --endpoint <url>    of the node (default: ${DEFAULT_ENDPOINT})
  --secret <secret>   of the account that pays everybody's fees (default: //Eve)
  --traders <n>       (default: 20)
  --seed <n>          of what they do (default: 1)
  --pause <seconds>   between two decisions of a trader, on average (default: 12)
  --fund <number>     given to each pool's fund the first time, in the quote asset, so that the first
                      loss does not stop the pool (default: 250000; 0 for none)
  --minutes <n>       ends after so long; never, unless given`;

const options = optionsOf(HELP, {
  secret: { type: 'string', default: '//Eve' },
  traders: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  pause: { type: 'string', default: '12' },
  fund: { type: 'string', default: '250000' },
  minutes: { type: 'string' },
});

/** Subaccounts from which the funds are given something. */
const DONOR = 60_000;
const FEES = 20n * 10n ** 12n;
const DEPOSIT = [500, 8_000];
const LEVERAGE = [5, 28];
/** Every second one holds on to what it has, come what may; and is for rising prices. */
const CLOSE_CHANCE = { nervous: 0.25, stubborn: 0.01 };
const BULLISH = 0.75;
const FOLLOW_CHANCE = 0.7;
/** An account with less, in quanta, is given up: its owner starts anew in the next one. */
const RUINED = 50_000_000n;
/** What a crash is made of, and no reason for a line. */
const USUAL = new Set(['exchange.MarketHalted', 'exchange.InsufficientMargin', 'exchange.NoPrice']);

class Gambler {
  #marks = new Map();
  #number = 0;

  constructor(client, pair, random) {
    Object.assign(this, { client, random, sender: client.sender(pair) });
    this.leverage = this.#between(LEVERAGE);
    this.kind = random() < 0.5 ? 'nervous' : 'stubborn';
  }

  /** Opens a subaccount, if it is not there yet, and puts something in. */
  async begin() {
    this.trader = this.client.trader(this.sender, { number: this.#number });
    if (await this.trader.isOpen()) return;
    const { pools } = this.client.parameters;
    await this.client.faucet(this.sender).catch(() => undefined);
    await this.trader.open({ pool: pools[Math.floor(this.random() * pools.length)].pool });
    await this.trader.deposit(this.client.quoteSymbol, this.#between(DEPOSIT));
  }

  /** Closes what it has, or opens something, or starts anew. */
  async decide() {
    const report = await this.trader.report();
    const [position] = report.positions;
    if (position) return this.random() < CLOSE_CHANCE[this.kind] && this.#close(position);
    if (report.equity >= RUINED) return this.#open(report);
    this.#number += 1;
    return this.begin();
  }

  async #open({ pool, free }) {
    const open = this.client.parameters.markets.filter(({ info }) => info.pool === pool && info.addsRisk && info.mark > 0n);
    if (open.length === 0) return;
    const market = open[Math.floor(this.random() * open.length)];
    const order = { market: market.symbol, side: this.#side(market.info), type: 'market', rounding: 'conservative' };
    const { largest } = await this.trader.preview({ ...order, size: market.size(market.info.minOrder) });
    const wanted = market.lotsFor(free * BigInt(this.leverage), market.info.mark);
    const lots = [wanted, (largest * 9n) / 10n, market.info.maxOrder].reduce((least, lots) => (lots < least ? lots : least));
    if (lots >= market.info.minOrder) await this.trader.place({ ...order, size: market.size(lots) });
  }

  /** With the last move that it saw, more often than not; or with its conviction. */
  #side({ market, mark }) {
    if (this.kind === 'stubborn') return this.random() < BULLISH ? 'buy' : 'sell';
    const last = this.#marks.get(market) ?? mark;
    this.#marks.set(market, mark);
    const rose = mark === last ? this.random() < 0.6 : mark > last;
    return rose === this.random() < FOLLOW_CHANCE ? 'buy' : 'sell';
  }

  async #close({ market: number, lots }) {
    const market = this.client.market(number);
    const [side, size] = lots > 0n ? ['sell', lots] : ['buy', -lots];
    await this.trader.place({ market: number, side, type: 'market', size: market.size(size), reduceOnly: true });
  }

  #between([least, most]) {
    return Math.floor(least + this.random() * (most - least));
  }

  /** What the chain refuses is an ordinary day; without a chain it ends. */
  async run(signal, pauseMs) {
    await this.#trying(() => this.begin());
    while (!signal.aborted) {
      await sleep(pauseMs * (0.5 + this.random()), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#trying(() => (this.trader.id ? this.decide() : this.begin()));
    }
  }

  async #trying(action) {
    try {
      await action();
    } catch (error) {
      if (error instanceof Disconnected || !(error instanceof BreakwaterError)) throw error;
      if (!USUAL.has(error.error)) console.error(`${this.sender.address.slice(0, 8)}…: ${error.message}`);
    }
  }
}

/** Capital for the funds of a new chain, where it has such funds: every other loss is small beside it. */
async function endow(client, sender, amount) {
  if (amount === 0 || !client.connection.api.tx.insurance?.contribute) return;
  for (const { pool } of client.parameters.pools) {
    const donor = client.trader(sender, { number: DONOR + pool });
    if (await donor.isOpen()) continue;
    await donor.open({ pool });
    await donor.deposit(client.quoteSymbol, amount);
    await sender.submit(client.connection.call('insurance', 'contribute', donor.id.number, false, quanta(amount)));
  }
}

/** The chain's parameters, for all of them, once in a while. */
async function refreshing(client, signal) {
  while (!signal.aborted) {
    await client.refresh();
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}

await withClient(options.endpoint, async (client) => {
  const count = wholeNumber('traders', options.traders, 1, 500);
  const seed = wholeNumber('seed', options.seed, 0, 2 ** 32 - 1);
  const pauseMs = 1_000 * wholeNumber('pause', options.pause, 1, 86_400);
  const minutes = options.minutes === undefined ? Infinity : wholeNumber('minutes', options.minutes, 1, 1_000_000);
  const pairs = Array.from({ length: count }, (_, i) => keyPair(`${options.secret}//crowd//${i}`));
  const pays = pairs.map(({ address }) => client.connection.api.tx.balances.transferKeepAlive(address, FEES));
  const payer = client.sender(keyPair(options.secret));
  await payer.submit(client.connection.call('utility', 'batchAll', pays));
  await endow(client, payer, wholeNumber('fund', options.fund, 0, 1_000_000_000));
  console.log(`${count} traders, with leverage up to ${LEVERAGE[1]}`);

  const stop = new AbortController();
  setMaxListeners(count + 10, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  if (minutes !== Infinity) setTimeout(() => stop.abort(), minutes * 60_000).unref();
  const gamblers = pairs.map((pair, i) => new Gambler(client, pair, randomFrom(seed, i)));
  await Promise.all([refreshing(client, stop.signal), ...gamblers.map((gambler) => gambler.run(stop.signal, pauseMs))]);
  return 0;
});
