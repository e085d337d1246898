#!/usr/bin/env node
// A crowd: traders who follow the market's last move with more leverage than is good for them. When
// the market turns, it is they who are liquidated.
//
//   make run                  starts a chain and, unless told otherwise, such a crowd
//   node examples/crowd.js    --help tells the options

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { BreakwaterError, Disconnected } from '@breakwater/client';

import { randomFrom } from '../replay/lib/random.js';
import { DEFAULT_ENDPOINT, keyPair, optionsOf, wholeNumber, withClient } from './common.js';
import { characterOf, depositOf, lotsFor, MOST_LEVERAGE, nextStep, sideFor } from './crowd-rules.js';

const HELP = `Usage: node examples/crowd.js [options]

  --endpoint <url>    of the node (default: ${DEFAULT_ENDPOINT})
  --secret <secret>   of the account that pays everybody's fees (default: //Eve)
  --traders <n>       (default: 40)
  --seed <n>          of what they do (default: 1)
  --pause <seconds>   between two decisions of a trader, on average (default: 12)
  --fund <number>     given to each pool's fund the first time, and to that of all pools, in the quote
                      asset, so that the first loss does not stop the pool (default: 20000; 0 for none)
  --backing <number>  put into each tranche of each pool the first time (default: 10000; 0 for none)
  --minutes <n>       ends after so long; never, unless given`;

const options = optionsOf(HELP, {
  secret: { type: 'string', default: '//Eve' },
  traders: { type: 'string', default: '40' },
  seed: { type: 'string', default: '1' },
  pause: { type: 'string', default: '12' },
  fund: { type: 'string', default: '20000' },
  backing: { type: 'string', default: '10000' },
  minutes: { type: 'string' },
});

/** Subaccounts from which the funds are given something. */
const DONOR = 60_000;
const FEES = 20n * 10n ** 12n;
const TRANCHES = 3;
/** What a crash is made of, and no reason for a line. */
const USUAL = new Set(['exchange.MarketHalted', 'exchange.InsufficientMargin', 'exchange.NoPrice']);

class Gambler {
  #marks = new Map();
  #number = 0;

  constructor(client, pair, random) {
    Object.assign(this, { client, random, sender: client.sender(pair), character: characterOf(random) });
  }

  /** Opens a subaccount, if it is not there yet, and puts something in. */
  async begin() {
    this.trader = this.client.trader(this.sender, { number: this.#number });
    if (await this.trader.isOpen()) return;
    const { parameters, quoteSymbol } = this.client;
    await this.client.faucet(this.sender).catch(() => undefined);
    await this.trader.open({ pool: this.#oneOf(parameters.pools).pool });
    const { asset, amount } = depositOf(this.character, { quote: quoteSymbol, assets: parameters.assets }, this.random);
    await this.trader.deposit(asset, amount);
  }

  /** Closes what it has, or opens something, or starts anew. */
  async decide() {
    const report = await this.trader.report();
    const step = nextStep(report, this.character, this.random);
    if (step === 'close') return this.#close(report.positions[0]);
    if (step === 'open') return this.#open(report);
    if (step === 'hold') return undefined;
    this.#number += 1;
    return this.begin();
  }

  async #open({ pool, free }) {
    const open = this.client.parameters.markets.filter(({ info }) => info.pool === pool && info.addsRisk && info.mark > 0n);
    if (open.length === 0) return;
    const market = this.#oneOf(open);
    const { mark, minOrder } = market.info;
    const side = sideFor(this.character, { mark, last: this.#marks.get(market.number) }, this.random);
    this.#marks.set(market.number, mark);
    const order = { market: market.symbol, side, type: 'market', rounding: 'conservative' };
    const { largest } = await this.trader.preview({ ...order, size: market.size(minOrder) });
    const lots = lotsFor(market, { free, largest }, this.character);
    if (lots > 0n) await this.trader.place({ ...order, size: market.size(lots) });
  }

  async #close({ market: number, lots }) {
    const market = this.client.market(number);
    const [side, size] = lots > 0n ? ['sell', lots] : ['buy', -lots];
    await this.trader.place({ market: number, side, type: 'market', size: market.size(size), reduceOnly: true });
  }

  #oneOf(list) {
    return list[Math.floor(this.random() * list.length)];
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

/** Capital and backers for the funds of a new chain, where it has such funds. */
async function endow(client, sender, { fund, backing }) {
  if (!client.connection.api.tx.insurance?.contribute) return;
  for (const { pool } of client.parameters.pools) {
    const donor = client.trader(sender, { number: DONOR + pool });
    if (await donor.isOpen()) continue;
    await donor.open({ pool });
    const toAll = pool === client.parameters.pools[0].pool ? fund : 0;
    const needed = fund + toAll + TRANCHES * backing;
    if (needed > 0) await donor.deposit(client.quoteSymbol, needed);
    if (fund > 0) await donor.contribute(fund);
    if (toAll > 0) await donor.contribute(toAll, { toAll: true });
    for (let tranche = 0; tranche < TRANCHES && backing > 0; tranche++) await donor.back(tranche, backing);
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
  const given = (name) => wholeNumber(name, options[name], 0, 1_000_000_000);
  await endow(client, payer, { fund: given('fund'), backing: given('backing') });
  console.log(`${count} traders, with leverage up to ${MOST_LEVERAGE}`);

  const stop = new AbortController();
  setMaxListeners(count + 10, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  if (minutes !== Infinity) setTimeout(() => stop.abort(), minutes * 60_000).unref();
  const gamblers = pairs.map((pair, i) => new Gambler(client, pair, randomFrom(seed, i)));
  await Promise.all([refreshing(client, stop.signal), ...gamblers.map((gambler) => gambler.run(stop.signal, pauseMs))]);
  return 0;
});
