#!/usr/bin/env node
// A liquidator: watches what accounts in liquidation offer, bids where it is cheap enough, and
// works off through the book what it took over. Nobody has to trigger a liquidation here: the chain
// does that. Bots like this one compete to take it over, and so decide what it costs.
//
//   make run                                  starts a chain, in another terminal
//   node examples/liquidator.js --dry-run     --help tells the options

import { AssetUnits, CallFailed, Disconnected, Undecided, money } from '@breakwater/client';

import { DEFAULT_ENDPOINT, keyPair, optionsOf, wholeNumber, withClient } from './common.js';
import { bidsFor, exitFor, gainOf } from './liquidator-rules.js';
import { Metrics, shown } from './metrics.js';

const HELP = `Usage: node examples/liquidator.js [options]

  --endpoint <url>           of the node (default: ${DEFAULT_ENDPOINT})
  --secret <secret>          of the account, which pays the fees (default: //Dave)
  --subaccount <n>           (default: 0)
  --markets <list>           commas between (default: all of the subaccount's pool)
  --pool <name>              to open the subaccount in, the first time (default: the first market's)
  --deposit <number>         the first time, in the quote asset (default: 100000)
  --min-discount-bps <n>     against the mark, in hundredths of a percent (default: 20)
  --max-position <number>    in a market, in the quote asset (default: 50000)
  --max-bid <number>         at once, in the quote asset (default: 20000)
  --exit-bps <n>             from the mark at which inventory is sold into the book (default: 5)
  --exit-size <number>       at once, in the quote asset (default: 20000)
  --hold                     keeps what it took over
  --collateral               bids for collateral too; it has no market here: withdraw it by hand
  --dry-run                  sends nothing, and says what it would have done
  --metrics-port <n>         of 127.0.0.1, for Prometheus; 0 takes a free one (default: 9464)
  --blocks <n>               ends after so many blocks; never, unless given

Ends with Ctrl-C: waits for what it has sent, takes its orders back, and says what it has. Exit code
1: no connection, or no block, for a quarter of a minute.`;

const options = optionsOf(HELP, {
  secret: { type: 'string', default: '//Dave' },
  subaccount: { type: 'string', default: '0' },
  markets: { type: 'string' },
  pool: { type: 'string' },
  deposit: { type: 'string', default: '100000' },
  'min-discount-bps': { type: 'string', default: '20' },
  'max-position': { type: 'string', default: '50000' },
  'max-bid': { type: 'string', default: '20000' },
  'exit-bps': { type: 'string', default: '5' },
  'exit-size': { type: 'string', default: '20000' },
  hold: { type: 'boolean', default: false },
  collateral: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  'metrics-port': { type: 'string', default: '9464' },
  blocks: { type: 'string' },
});

const STALL_TIMEOUT_MS = 15_000;
const HEALTHY_MS = 10_000;
/** Offers of an auction that it looks at: more than one bid takes. */
const MOST_OFFERS = 128;
const EXIT_NAME = 'liquidator-exit';

function settingsOf() {
  const dollars = (name) => BigInt(wholeNumber(name, options[name], 1, 1_000_000_000)) * 1_000_000n;
  return {
    minDiscountBps: wholeNumber('min-discount-bps', options['min-discount-bps'], 0, 5_000),
    maxNotional: dollars('max-position'),
    maxBid: dollars('max-bid'),
    exitBps: wholeNumber('exit-bps', options['exit-bps'], 0, 5_000),
    exitNotional: dollars('exit-size'),
    blocks: options.blocks === undefined ? Infinity : wholeNumber('blocks', options.blocks, 1, 1_000_000_000),
    port: wholeNumber('metrics-port', options['metrics-port'], 0, 65_535),
    subaccount: wholeNumber('subaccount', options.subaccount, 0, 65_535),
  };
}

class Liquidator {
  #working;
  #fatal;
  #lastBlock_ms = 0;
  #gain = 0n;
  #bids = 0;

  constructor(client, trader, settings) {
    Object.assign(this, { client, trader, settings });
    const metrics = (this.metrics = new Metrics(() => Date.now() - this.#lastBlock_ms < HEALTHY_MS));
    this.seen = {
      block: metrics.gauge('breakwater_liquidator_block', 'The last block that the bot looked at'),
      offered: metrics.gauge('breakwater_liquidator_offered_quote', 'What is offered, at mark', ['of', 'side']),
      bids: metrics.counter('breakwater_liquidator_bids_total', 'Bids by what became of them: filled, refused, too_late, dry_run', ['of', 'result']),
      taken: metrics.counter('breakwater_liquidator_taken_quote_total', 'What bids took over, at mark', ['of']),
      gain: metrics.gauge('breakwater_liquidator_gain_quote', 'What bids gained against the mark when they filled, since the start'),
      exits: metrics.counter('breakwater_liquidator_exits_total', 'Orders to work inventory off', ['of']),
      position: metrics.gauge('breakwater_liquidator_position_quote', 'Position at mark; short is below zero', ['of']),
      equity: metrics.gauge('breakwater_liquidator_equity_quote', 'What the subaccount is worth'),
      free: metrics.gauge('breakwater_liquidator_free_quote', 'What new risk may use'),
      failures: metrics.counter('breakwater_liquidator_failures_total', 'Errors that were not foreseen'),
    };
  }

  /** A block is looked at while what the last one made it send is under way, and nothing is sent on top. */
  block(block) {
    this.#lastBlock_ms = Date.now();
    this.seen.block.set(block.number);
    if (this.#fatal) throw this.#fatal;
    this.#working ??= this.#work(block)
      .catch((error) => this.#failed(error))
      .finally(() => (this.#working = undefined));
  }

  async #work({ number, hash }) {
    const [parameters, report, auctions] = await Promise.all([
      this.client.refresh(hash),
      this.trader.report(hash),
      this.client.liquidation.auctions({ most: MOST_OFFERS, at: hash }),
    ]);
    if (!report && !options['dry-run']) throw new Error('the subaccount was closed');
    this.#show(parameters, report, auctions);
    const bids = auctions.flatMap((auction) => this.#bidsIn(auction, parameters, report));
    for (const bid of bids) await this.#bid(bid, { block: number, hash, isOpen: report !== undefined });
    if (options.hold || options['dry-run']) return;
    for (const market of this.#marketsOf(parameters, report)) {
      const busySides = bids.filter(({ thing }) => thing === market).map(({ side }) => side);
      await this.#exit(market, report, { busySides, block: number });
    }
  }

  #marketsOf(parameters, report) {
    const wanted = options.markets?.split(',');
    const pool = report?.pool ?? parameters.pools[0]?.pool;
    return parameters.markets.filter(({ info, symbol }) => (wanted ? wanted.includes(symbol) : info.pool === pool));
  }

  /** What is worth bidding for, as the rules have it. */
  #bidsIn(auction, parameters, report) {
    const { sold, mark } = auction;
    const own = this.trader.key;
    if ('market' in sold) {
      const market = parameters.market(sold.market);
      if (!this.#marketsOf(parameters, report).some(({ number }) => number === market.number)) return [];
      const state = { position: positionIn(report, market), lotValue: market.notional(mark, 1n), own };
      return bidsFor(auction, state, this.settings).map((bid) => ({ ...bid, thing: market, name: market.symbol, lotValue: state.lotValue }));
    }
    if (!options.collateral || sold.pool !== report?.pool) return [];
    const asset = parameters.asset(sold.asset);
    const units = new AssetUnits(asset);
    const held = report.collateral.find(({ asset }) => asset === sold.asset)?.amount ?? 0n;
    const state = { position: held / asset.unitsPerLot, lotValue: units.notional(mark, 1n), own, onlyBuys: true };
    return bidsFor(auction, state, this.settings).map((bid) => ({ ...bid, thing: units, name: asset.symbol, lotValue: state.lotValue }));
  }

  /** Asks the chain what the bid would do, and makes it if that is still worth it. */
  async #bid({ side, limit, lots, best, thing, name, lotValue }, { block, hash, isOpen }) {
    const request = { side, size: thing.size(lots), limit: thing.price(limit), ...(thing instanceof AssetUnits ? { asset: name } : { market: name }) };
    const words = `${side} ${request.size} ${name} at ${request.limit} or better`;
    if (!isOpen) return this.#wouldHave(`${words}; the best offer is at ${thing.price(best)}`, name, block);
    const preview = await this.trader.previewBid(request, hash);
    if (preview.refused) return this.#refused(words, name, preview.refused);
    const gain = preview.atMark - preview.cost;
    const what = `${words}: ${thing.size(preview.size)} of ${preview.fills.length} accounts, ${money(gain)} better than the mark`;
    if (options['dry-run']) return this.#wouldHave(what, name, block);
    try {
      const filled = await this.trader.bid(request);
      const gained = gainOf(filled.lots, filled.cost, lotValue);
      this.#bids += 1;
      this.#gain += gained;
      this.seen.bids.inc({ of: name, result: 'filled' });
      this.seen.taken.inc({ of: name }, shown((filled.lots < 0n ? -filled.lots : filled.lots) * lotValue));
      this.seen.gain.set(shown(this.#gain));
      log(`block ${filled.block}: took ${thing.size(filled.lots)} ${name} of ${filled.fills.length} accounts for ${money(filled.cost)}, ${money(gained)} better than the mark of block ${block}`);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      this.#refused(words, name, error.error);
    }
  }

  #wouldHave(what, name, block) {
    this.seen.bids.inc({ of: name, result: 'dry_run' });
    log(`block ${block}: would ${what}`);
  }

  /** Somebody was faster, or the mark moved, or margin is short: nothing happened, and the next block has new offers. */
  #refused(words, name, why) {
    this.seen.bids.inc({ of: name, result: /NothingOffered/.test(why) ? 'too_late' : 'refused' });
    log(`no: ${words}: ${why}`);
  }

  /** Sells into the book what it holds, for one batch at a time. */
  async #exit(market, report, { busySides, block }) {
    const { mark, addsRisk } = market.info;
    const lotValue = market.notional(mark, 1n);
    if (lotValue <= 0n) return;
    const state = { mark, position: positionIn(report, market), busySides };
    const exit = exitFor(state, { exitBps: this.settings.exitBps, maxExit: this.settings.exitNotional / lotValue });
    if (!exit || exit.lots <= 0n) return;
    const order = {
      market: market.symbol,
      type: 'limit',
      side: exit.side,
      price: market.price(exit.limit),
      size: market.size(exit.lots),
      lifetime: 'ioc',
      reduceOnly: true,
      clientId: EXIT_NAME,
      rounding: 'conservative',
    };
    try {
      await this.trader.place(order);
      this.seen.exits.inc({ of: market.symbol });
      log(`block ${block}: offers to ${order.side} ${order.size} ${market.symbol} at ${order.price} or better${addsRisk ? '' : ', reduce-only'}`);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      log(`no exit in ${market.symbol}: ${error.error}`);
    }
  }

  #show(parameters, report, auctions) {
    this.seen.offered.reset();
    for (const { sold, mark, forSale, wanted } of auctions) {
      const thing = 'market' in sold ? parameters.market(sold.market) : new AssetUnits(parameters.asset(sold.asset));
      const of = thing.grid.symbol;
      this.seen.offered.set({ of, side: 'sale' }, shown(thing.notional(mark, forSale)));
      this.seen.offered.set({ of, side: 'wanted' }, shown(thing.notional(mark, wanted)));
    }
    if (!report) return;
    this.seen.equity.set(shown(report.equity));
    this.seen.free.set(shown(report.free));
    for (const market of this.#marketsOf(parameters, report)) {
      this.seen.position.set({ of: market.symbol }, shown(market.notional(market.info.mark, positionIn(report, market))));
    }
  }

  #failed(error) {
    this.seen.failures.inc();
    if (error instanceof Disconnected || error instanceof Undecided) this.#fatal = error;
    else console.error(error.message);
  }

  /** Waits for what is under way. */
  async leave() {
    await this.#working;
    if (!options['dry-run']) await this.trader.cancelAll();
    const report = await this.trader.report();
    log(`${this.#bids} bids filled, ${money(this.#gain)} better than the mark; equity ${money(report?.equity ?? 0n)}`);
    for (const { market, lots } of report?.positions ?? []) {
      const units = this.client.market(market);
      log(`left with ${units.size(lots)} ${units.symbol}`);
    }
  }
}

const positionIn = (report, { number }) => report?.positions.find(({ market }) => market === number)?.lots ?? 0n;

const log = (line) => console.log(`${new Date().toISOString()} ${line}`);

/** A subaccount with something in it. A dry run leaves everything as it is. */
async function prepare(client, trader, settings) {
  const { id } = trader;
  if (!(await trader.isOpen())) {
    if (options['dry-run']) return log(`${id.owner} has no subaccount ${id.number}: what bids would fill is not known`);
    const [first] = options.markets?.split(',') ?? [];
    await trader.open({ pool: options.pool ?? (first ? client.market(first).info.pool : 0) });
  }
  const { equity } = await trader.report();
  if (equity === 0n && !options['dry-run']) await trader.deposit(client.quoteSymbol, options.deposit);
  const { minDiscountBps, maxNotional } = settings;
  log(`${id.owner}, subaccount ${id.number}: bids ${minDiscountBps} hundredths of a percent off the mark, up to ${money(maxNotional)} in a market`);
}

await withClient(options.endpoint, async (client) => {
  const settings = settingsOf();
  for (const symbol of options.markets?.split(',') ?? []) client.market(symbol);
  const trader = client.trader(keyPair(options.secret), { number: settings.subaccount });
  await prepare(client, trader, settings);

  const bot = new Liquidator(client, trader, settings);
  log(`metrics at ${await bot.metrics.listen(settings.port)}/metrics`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  try {
    let blocks = 0;
    for await (const block of client.blocks({ stallTimeoutMs: STALL_TIMEOUT_MS, signal: stop.signal })) {
      // Behind the head there is nothing to bid for: offers are good in their block.
      if (block.number >= client.connection.head(false)) bot.block(block);
      blocks += 1;
      if (blocks >= settings.blocks) break;
    }
    await bot.leave();
    return 0;
  } catch (error) {
    if (!(error instanceof Disconnected || error instanceof Undecided)) throw error;
    console.error(`${error.message}. A bid that is under way may still fill.`);
    return 1;
  } finally {
    bot.metrics.close();
  }
});
