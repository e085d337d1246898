#!/usr/bin/env node
// What a risk desk watches, for Prometheus: due accounts and auctions, funds and backstops,
// deleveraging, breakers, contagion, and the work of the hooks. It asks a node block by block and
// counts events of final blocks, none left out. docs/alerts.yml has rules for what it says.
//
//   node examples/exporter.js   --help tells the options

import { AssetUnits, Disconnected, HistoryGone } from '@breakwater/client';

import { DEFAULT_ENDPOINT, optionsOf, wholeNumber, withClient } from './common.js';
import { Metrics, shown } from './metrics.js';

const HELP = `Usage: node examples/exporter.js [options]

  --endpoint <url>    of the node (default: ${DEFAULT_ENDPOINT})
  --port <n>          of 127.0.0.1; 0 takes a free one (default: 9617)
  --every <blocks>    how often funds, backstops and contagion are asked for (default: 10)
  --blocks <n>        ends after so many blocks; never, unless given

/metrics and /health. Amounts are in the quote asset, shares and rates as parts of one. Exit code 1:
no connection, or no block, for a minute.`;

const options = optionsOf(HELP, {
  port: { type: 'string', default: '9617' },
  every: { type: 'string', default: '10' },
  blocks: { type: 'string' },
});

const HEALTHY_MS = 10_000;
const MOST = 1_000;
const PHASES = ['Open', 'Limit', 'CallAuction'];
const STAGES = ['Collecting', 'Settling', 'Claiming', 'Paying', 'Clearing'];
const PPB = 9;

/** Counters of events, by the event's name: what is counted, and under which labels. */
const COUNTED = {
  'liquidation.Filled': ({ leg, lots, price, venue }, { fills, filled }, name) => {
    fills.inc({ of: name.leg(leg), venue });
    filled.inc({ of: name.leg(leg), venue }, shown(name.value(leg, price, lots)));
  },
  'liquidation.Absorbed': (_, { absorbed }) => absorbed.inc(),
  'liquidation.SetAside': (_, { failures }) => failures.inc({ what: 'account' }),
  'liquidation.NettingFailed': (_, { failures }) => failures.inc({ what: 'netting' }),
  'liquidation.FeeFailed': (_, { failures }) => failures.inc({ what: 'fee' }),
  'insurance.StepFailed': (_, { failures }) => failures.inc({ what: 'insurance' }),
  'clearing.MarketFailed': (_, { failures }) => failures.inc({ what: 'market' }),
  'insurance.Forgiven': (_, { failures }) => failures.inc({ what: 'levy' }),
  'insurance.LossPaid': ({ pool, capital, tranches, global, shortfall }, { losses }, name) => {
    const parts = { capital, global, shortfall, ...Object.fromEntries(tranches.map((amount, i) => [`tranche${i}`, amount])) };
    for (const [payer, amount] of Object.entries(parts)) losses.inc({ pool: name.pool(pool), payer }, shown(amount));
  },
  'insurance.Deleveraged': ({ pool, market, charge }, { deleveraged, charged }, name) => {
    deleveraged.inc({ pool: name.pool(pool), market: name.market(market) });
    charged.inc({ pool: name.pool(pool) }, shown(charge));
  },
  'insurance.Settled': ({ pool, haircut }, { settled, charged }, name) => {
    settled.inc({ pool: name.pool(pool) });
    charged.inc({ pool: name.pool(pool) }, shown(haircut));
  },
};

class Exporter {
  #last_ms = 0;

  constructor(client, every) {
    Object.assign(this, { client, every });
    this.metrics = new Metrics(() => Date.now() - this.#last_ms < HEALTHY_MS);
    const gauge = (name, ...rest) => this.metrics.gauge(`breakwater_${name}`, ...rest);
    const counter = (name, ...rest) => this.metrics.counter(`breakwater_${name}`, ...rest);
    this.now = {
      block: gauge('exporter_block', 'The last block that was asked about'),
      due: gauge('liquidation_due_accounts', 'Accounts whose health is below zero, a thousand at most'),
      shortfall: gauge('liquidation_shortfall_quote', 'What their health is below zero, together'),
      offering: gauge('liquidation_offering_accounts', 'Accounts that have offers'),
      backlog: gauge('liquidation_backlog_accounts', 'Due accounts that the block could not reach'),
      backlogOf: gauge('liquidation_pool_backlog_accounts', 'The same by pool', ['pool']),
      offered: gauge('auction_offered_quote', 'What is offered, at mark', ['of', 'side']),
      age: gauge('auction_oldest_seconds', 'How long the oldest offer has been open', ['of']),
      bids: gauge('auction_bids_allowed', 'Whether a breaker lets bids through', ['of']),
      capital: gauge('fund_capital_quote', 'What belongs to no backer, and loses first', ['pool']),
      tranche: gauge('fund_tranche_quote', 'What backers have at stake', ['pool', 'tranche']),
      assets: gauge('fund_assets_quote', 'Capital and tranches', ['pool']),
      target: gauge('fund_target_quote', 'The size that the fund ought to have', ['pool']),
      premium: gauge('fund_premium_rate', 'The yearly premium on open interest', ['pool']),
      drawdown: gauge('fund_drawdown_ratio', 'What it lost against its highest value in the look-back', ['pool']),
      pending: gauge('fund_pending_loss_quote', 'What the backstop is short of zero', ['pool']),
      unresolved: gauge('fund_unresolved_loss', 'Whether a loss is not paid yet', ['pool']),
      global: gauge('fund_global_quote', 'The fund that all pools share'),
      equity: gauge('backstop_equity_quote', 'What the backstop is worth', ['pool']),
      inventory: gauge('backstop_inventory_quote', 'What it took over and still holds, at mark; short is below zero', ['pool', 'market']),
      operation: gauge('deleveraging_stage', 'One for the stage that a deleveraging or final settlement is in', ['pool', 'stage']),
      loss: gauge('deleveraging_loss_quote', 'What it is to find', ['pool']),
      unsettled: gauge('deleveraging_unsettled_accounts', 'Accounts that have not settled yet', ['pool']),
      phase: gauge('breaker_phase', 'One for the phase that a market is in', ['market', 'phase']),
      reduceOnly: gauge('breaker_reduce_only', 'Whether risk can only be reduced', ['scope', 'name']),
      quarantined: gauge('breaker_quarantined', 'Whether a market is quarantined', ['market']),
      awaits: gauge('breaker_awaits_price', 'Whether a market waits for a price after an outage', ['market']),
      grace: gauge('breaker_grace_seconds', 'What is left of the grace after an outage'),
      allowed: gauge('breaker_allows', 'What a market allows', ['market', 'action']),
      hooks: gauge('hooks_weight_ratio', 'What the hooks of the block weighed, as a part of what they may'),
      woken: gauge('hooks_woken_accounts', 'Accounts whose levels were crossed'),
      deferred: gauge('hooks_deferred_markets', 'Batches that wait for the next block'),
      interest: gauge('open_interest_quote', 'Open interest at mark', ['market']),
      cap: gauge('open_interest_cap_quote', 'At which no risk may be added', ['market']),
      squeeze: gauge('contagion_squeeze_ratio', 'How far a market is squeezed', ['market']),
      load: gauge('contagion_load_ratio', 'Liquidation at risk over the depth on the way there', ['market']),
      index: gauge('contagion_pool_index_ratio', 'How central a pool is', ['pool']),
      spill: gauge('contagion_pool_spill_ratio', 'What it loses when all others sell, as a part of what it has', ['pool']),
    };
    this.ever = {
      fills: counter('liquidation_fills_total', 'Fills of offers', ['of', 'venue']),
      filled: counter('liquidation_filled_quote_total', 'What they were worth at their prices', ['of', 'venue']),
      absorbed: counter('liquidation_absorbed_accounts_total', 'Accounts taken over whole, below zero'),
      failures: counter('safety_failures_total', 'What should not fail and did', ['what']),
      losses: counter('fund_losses_quote_total', 'Losses, by who paid them', ['pool', 'payer']),
      deleveraged: counter('deleveraged_accounts_total', 'Accounts that paid their share', ['pool', 'market']),
      settled: counter('settled_accounts_total', 'Accounts that were settled finally', ['pool']),
      charged: counter('levied_quote_total', 'What deleveragings and settlements took', ['pool']),
    };
    for (const what of ['account', 'netting', 'fee', 'insurance', 'market', 'levy']) this.ever.failures.inc({ what }, 0);
  }

  /** Names as people know them, for what the chain has numbers for. */
  #names(parameters) {
    const thing = ({ type, value }) => (type === 'Market' ? parameters.market(value) : new AssetUnits(parameters.asset(value)));
    const abs = (quanta) => (quanta < 0n ? -quanta : quanta);
    return {
      market: (number) => parameters.market(number).symbol,
      pool: (number) => parameters.pool(number).symbol || String(number),
      leg: (leg) => thing(leg).grid.symbol,
      value: (leg, price, lots) => abs(thing(leg).notional(price, lots)),
    };
  }

  async look({ number, hash }) {
    const parameters = await this.client.refresh(hash);
    const names = this.#names(parameters);
    const all = [this.#liquidation(hash, parameters), this.#breakers(hash), this.#hooks(hash)];
    if (number % this.every === 0) all.push(this.#funds(hash, parameters, names), this.#contagion(hash, parameters, names));
    await Promise.all(all);
    this.now.block.set(number);
    this.#last_ms = Date.now();
  }

  async #liquidation(hash, parameters) {
    const { liquidation } = this.client;
    const [due, auctions, status] = await Promise.all([
      liquidation.due({ most: MOST, at: hash }),
      liquidation.auctions({ most: MOST, at: hash }),
      liquidation.status(hash),
    ]);
    const { now } = this;
    now.due.set(due.length);
    now.shortfall.set(shown(due.reduce((sum, { shortfall }) => sum + shortfall, 0n)));
    now.offering.set(status.offering);
    now.backlog.set(status.backlog);
    now.backlogOf.reset();
    for (const { pool, accounts } of status.backlogOfPools) now.backlogOf.set({ pool: parameters.pool(pool).symbol }, accounts);
    for (const gauge of [now.offered, now.age, now.bids]) gauge.reset();
    for (const { sold, mark, forSale, wanted, open, offers } of auctions) {
      if (offers.length === 0) continue;
      const thing = 'market' in sold ? parameters.market(sold.market) : new AssetUnits(parameters.asset(sold.asset));
      const of = thing.grid.symbol;
      now.offered.set({ of, side: 'sale' }, shown(thing.notional(mark, forSale)));
      now.offered.set({ of, side: 'wanted' }, shown(thing.notional(mark, wanted)));
      const opened = offers.reduce((first, { opened }) => (opened < first ? opened : first), offers[0].opened);
      now.age.set({ of }, Math.max(0, (Date.now() - Number(opened)) / 1_000));
      now.bids.set({ of }, Number(open));
    }
  }

  async #breakers(hash) {
    const { markets, pools, chain } = await this.client.risk.breakers(hash);
    const { now } = this;
    for (const { symbol: market, phase, reduceOnly, quarantined, awaitsPriceOf, addsRisk, liquidates, withdraws } of markets) {
      for (const one of PHASES) now.phase.set({ market, phase: one }, Number(one === phase));
      now.reduceOnly.set({ scope: 'market', name: market }, Number(reduceOnly));
      now.quarantined.set({ market }, Number(quarantined));
      now.awaits.set({ market }, Number(awaitsPriceOf !== undefined));
      for (const [action, allowed] of Object.entries({ add_risk: addsRisk, liquidate: liquidates, withdraw: withdraws })) {
        now.allowed.set({ market, action }, Number(allowed));
      }
    }
    for (const { symbol, reduceOnly } of pools) now.reduceOnly.set({ scope: 'pool', name: symbol }, Number(reduceOnly));
    now.reduceOnly.set({ scope: 'chain', name: 'chain' }, Number(chain.reduceOnly));
    now.grace.set(Math.max(0, (Number(chain.graceUntil ?? 0n) - Date.now()) / 1_000));
  }

  async #hooks(hash) {
    const { used, budget, woken, deferred } = await this.client.risk.pipeline(hash);
    this.now.hooks.set(budget > 0n ? Number(used) / Number(budget) : 0);
    this.now.woken.set(woken);
    this.now.deferred.set(deferred);
  }

  async #funds(hash, parameters, names) {
    const { insurance } = this.client;
    const [funds, global, backstops, operations] = await Promise.all([
      insurance.funds(hash),
      insurance.globalFund(hash),
      insurance.backstops(hash),
      insurance.operations(hash),
    ]);
    const { now } = this;
    for (const fund of funds) {
      const pool = names.pool(fund.pool);
      const staked = fund.tranches.reduce((sum, { assets }) => sum + assets, 0n);
      now.capital.set({ pool }, shown(fund.capital));
      for (const [tranche, { assets }] of fund.tranches.entries()) now.tranche.set({ pool, tranche }, shown(assets));
      now.assets.set({ pool }, shown(fund.capital + staked));
      now.target.set({ pool }, shown(fund.target));
      now.premium.set({ pool }, shown(fund.premiumRate, PPB));
      now.drawdown.set({ pool }, shown(fund.drawdown, PPB));
      now.pending.set({ pool }, shown(fund.pendingLoss));
      now.unresolved.set({ pool }, Number(fund.unresolvedLoss));
    }
    now.global.set(shown(global));
    now.inventory.reset();
    for (const { pool, equity, inventory } of backstops) {
      now.equity.set({ pool: names.pool(pool) }, shown(equity));
      for (const { market: number, lots } of inventory) {
        const market = parameters.market(number);
        now.inventory.set({ pool: names.pool(pool), market: market.symbol }, shown(market.notional(market.info.mark, lots)));
      }
    }
    for (const gauge of [now.operation, now.loss, now.unsettled]) gauge.reset();
    for (const { pool, stage, loss, unsettled } of operations) {
      for (const one of STAGES) now.operation.set({ pool: names.pool(pool), stage: one }, Number(one === stage));
      now.loss.set({ pool: names.pool(pool) }, shown(loss));
      now.unsettled.set({ pool: names.pool(pool) }, unsettled);
    }
  }

  async #contagion(hash, parameters, names) {
    const { now } = this;
    for (const { number, symbol: market, info } of parameters.markets) {
      now.interest.set({ market }, shown(parameters.market(number).notional(info.mark, info.openInterest)));
      const map = await this.client.risk.liquidationMap(number, hash);
      if (!map) continue;
      now.cap.set({ market }, shown(map.cap));
      now.squeeze.set({ market }, shown(map.squeeze, PPB));
      now.load.set({ market }, shown(map.load, PPB));
    }
    for (const { pool, index, spill } of (await this.client.risk.overlap(hash)).pools) {
      now.index.set({ pool: names.pool(pool) }, shown(index, PPB));
      now.spill.set({ pool: names.pool(pool) }, shown(spill, PPB));
    }
  }

  /** Counts what happened, for as long as it is told to. */
  async count(signal) {
    for await (const { events } of this.client.events({ finalized: true, signal })) {
      const names = this.#names(this.client.parameters);
      for (const { name, data } of events) COUNTED[name]?.(data, this.ever, names);
    }
  }
}

await withClient(options.endpoint, async (client) => {
  const blocks = options.blocks === undefined ? Infinity : wholeNumber('blocks', options.blocks, 1, 1_000_000_000);
  const exporter = new Exporter(client, wholeNumber('every', options.every, 1, 1_000));
  console.log(`metrics at ${await exporter.metrics.listen(wholeNumber('port', options.port, 0, 65_535))}/metrics`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  const counting = exporter.count(stop.signal).catch((error) => error);
  try {
    let looked = 0;
    for await (const block of client.blocks({ signal: stop.signal })) {
      // Only the latest matters.
      if (block.number >= client.connection.head(false)) await exporter.look(block);
      looked += 1;
      if (looked >= blocks) break;
    }
  } catch (error) {
    if (!(error instanceof Disconnected || error instanceof HistoryGone)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    stop.abort();
    exporter.metrics.close();
  }
  const failure = await counting;
  if (failure) throw failure;
  return 0;
});
