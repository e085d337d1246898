/**
 * From a price to a settled loss, as those meet it who trade, liquidate and back: an account with
 * too much leverage, a crash at the exchanges, its liquidation in the block of the price, a bot that
 * buys what it must close, and statements that come out to the unit.
 *
 * A chain of its own: a crash would not leave the other tests alone.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { CallFailed, Statement } from '@breakwater/client';

import { startExample } from '../lib/programs.js';
import { openReplayed } from '../lib/replayed.js';
import { fundedTrader, placedWhenOpen } from '../lib/trading.js';
import { SUITE_TIMEOUT_MS, until } from '../lib/wait.js';

const MARKET = 'BTC-PERP';
const CRASHED = 48_350;
/** A bit more than 20 times its equity, once it has paid its fee. */
const [DEPOSIT, SIZE] = ['4000', '1.6'];
const TIMEOUT_MS = 90_000;

describe('an account with too much leverage', { timeout: SUITE_TIMEOUT_MS }, () => {
  let world, client, market, maker, victim, poor, bidder, opened, crashedAt, offered;
  const bots = [];
  before(async () => {
    world = await openReplayed();
    ({ client } = world);
    market = client.market(MARKET);
    [maker, victim, poor] = await Promise.all([
      fundedTrader(world, '//liquidation/maker', { deposit: '100000', payer: world.accounts.bob }),
      fundedTrader(world, '//liquidation/victim', { deposit: DEPOSIT, payer: world.accounts.charlie }),
      fundedTrader(world, '//liquidation/poor', { deposit: '20', payer: world.accounts.eve }),
    ]);
    await placedWhenOpen(maker, { market: MARKET, side: 'sell', type: 'limit', price: '50010', size: SIZE });
    await placedWhenOpen(victim, { market: MARKET, side: 'buy', type: 'limit', price: '50010', size: SIZE });
    opened = await until('the position is open', async () => {
      const report = await victim.report();
      return report.positions.length > 0 && report;
    });
  });
  after(async () => {
    for (const bot of bots) bot.stop();
    await world?.close();
  });

  it('is liquidated in the block of the price', async () => {
    const [{ liquidationPrice }] = opened.positions;
    const from = client.connection.head(false);
    await world.setPrices({ 'BTC-USD': CRASHED });
    offered = await firstOf('liquidation.Offered', victim, from);

    crashedAt = offered.block;
    const [earlier, then] = await Promise.all([markIn(crashedAt - 1), markIn(crashedAt)]);
    assert.ok(earlier > liquidationPrice, 'nothing was wrong in the block before');
    assert.ok(then <= liquidationPrice);
    const { lots, held, mark, price, reserve } = offered.data;
    assert.equal(held, market.lots(SIZE));
    assert.equal(mark, then);
    assert.ok(lots < 0n && -lots < held, 'a part is sold, not everything');
    assert.ok(reserve < price && price < mark, 'from beside the mark down to the reserve');
  });

  it('is told to those who ask, and offered to all', async () => {
    const { hash } = await client.connection.blockAt(crashedAt);
    const [due] = await client.liquidation.due({ at: hash });
    assert.equal(due.key, victim.key);
    assert.equal(due.owner, victim.id.owner);
    assert.ok(due.shortfall > 0n && due.offers && due.equity > 0n);
    const [auction] = await client.liquidation.auctions({ at: hash });
    assert.deepEqual(auction.sold, { market: market.number });
    assert.ok(auction.open);
    assert.equal(auction.forSale, -offered.data.lots);
    const [offer] = auction.offers;
    assert.deepEqual([offer.account, offer.price, offer.reserve], [victim.key, offered.data.price, offered.data.reserve]);
    assert.equal((await client.liquidation.status(hash)).offering, 1);
  });

  it('is not sold to a bidder who cannot carry it', async () => {
    const bid = { market: MARKET, side: 'buy', size: '0.5', limit: String(CRASHED) };
    const report = await poor.report();
    const preview = await poor.previewBid(bid);
    assert.equal(preview.refused, 'NotEnoughMargin');
    await assert.rejects(poor.bid(bid), (error) => error instanceof CallFailed && error.error === 'liquidation.NotEnoughMargin');
    assert.deepEqual(await poor.report(), report);

    await assert.rejects(maker.bid({ ...bid, limit: '1' }), { error: 'liquidation.NothingOffered' });
    await assert.rejects(victim.bid(bid), { error: 'liquidation.InLiquidation' });
  });

  it('is bought from by a bot, which tried before without sending', async () => {
    const secret = '//liquidation/bot';
    const bot = await fundedTrader(world, secret, { deposit: '100000', payer: world.accounts.dave });
    const common = ['--secret', secret, '--metrics-port', '0'];
    const dry = startExample('liquidator.js', [...common, '--dry-run'], world.node.endpoint);
    bots.push(dry);
    await dry.said(/would buy [\d.]+ BTC-PERP at [\d.]+ or better: [\d.]+ of 1 accounts/);
    dry.stop();
    assert.equal((await dry.ended).code, 0, dry.output());
    assert.deepEqual((await bot.report()).positions, []);

    const running = startExample('liquidator.js', [...common, '--max-position', '90000', '--exit-bps', '150'], world.node.endpoint);
    bots.push(running);
    const [, url] = await running.said(/metrics at (\S+)/);
    await running.said(/took [\d.]+ BTC-PERP of 1 accounts/);
    // Somebody to sell it to. Margins rise for a while after a crash: more may have to be closed.
    await placedWhenOpen(maker, { market: MARKET, side: 'buy', type: 'limit', price: '47700', size: SIZE });
    const recovered = await until('the account has recovered', async () => {
      const report = await victim.report();
      return !report.due && report;
    }, { timeoutMs: TIMEOUT_MS });
    assert.ok(recovered.health >= 0n);
    assert.ok(recovered.equity > 0n);
    const left = recovered.positions.find((position) => position.market === market.number)?.lots ?? 0n;
    assert.ok(left < market.lots(SIZE), 'some of it is closed');
    await until('the bot is flat', async () => (await bot.report()).positions.length === 0, { timeoutMs: TIMEOUT_MS });
    const metrics = await (await fetch(url)).text();
    assert.match(metrics, /breakwater_liquidator_bids_total\{of="BTC-PERP",result="filled"\} [1-9]/);
    assert.match(metrics, /breakwater_liquidator_gain_quote [1-9]/);
    assert.equal((await fetch(url.replace('/metrics', '/health'))).status, 200);
    running.stop();
    const { code, output } = await running.ended;
    assert.equal(code, 0, output);
    assert.match(output, /[1-9]\d* bids filled, [\d.]+ better than the mark/);
    bidder = bot;
  });

  it('fills nothing below its reserve, and pays its fee to the fund', async () => {
    let reserve;
    const venues = new Set();
    for (const { name, data } of await eventsOf(victim)) {
      // It follows what the account is worth: each offer tells it anew.
      if (name === 'liquidation.Offered') reserve = data.reserve;
      if (name !== 'liquidation.Filled') continue;
      assert.ok(data.price >= reserve && data.fee >= 0n, `${data.price} against a reserve of ${reserve}`);
      venues.add(data.venue);
    }
    assert.ok(venues.has('Bid'));
    const [fund] = await client.insurance.funds();
    assert.ok(fund.capital > 0n);
  });

  it('comes out to the unit, and so does everybody else', async () => {
    for (const trader of [victim, bidder, maker, poor]) {
      const { number, hash } = client.connection.finalHead;
      const statement = new Statement(trader.key, client.parameters, client.quoteSymbol);
      for (const event of await eventsOf(trader, number)) statement.add(event);
      assert.deepEqual(statement.reconcile(await trader.report(hash)), []);
    }
    const printed = await startExample('statement.js', ['--owner', '//liquidation/victim'], world.node.endpoint).ended;
    assert.equal(printed.code, 0, printed.output);
    assert.match(printed.output, /liquidation -[\d.]+ BTC-PERP at [\d.]+ to a bid/);
  });

  it('is counted by the exporter', async () => {
    const exporter = startExample('exporter.js', ['--port', '0', '--every', '1'], world.node.endpoint);
    bots.push(exporter);
    const [, url] = await exporter.said(/metrics at (\S+)/);
    const metrics = await until('the exporter has looked', async () => {
      const text = await (await fetch(url)).text();
      return /breakwater_exporter_block [1-9]/.test(text) && text;
    });
    for (const line of [
      /^breakwater_liquidation_due_accounts 0$/m,
      /^breakwater_liquidation_backlog_accounts 0$/m,
      /^breakwater_fund_capital_quote\{pool="[^"]+"\} [1-9]/m,
      /^breakwater_fund_unresolved_loss\{pool="[^"]+"\} 0$/m,
      /^breakwater_breaker_reduce_only\{scope="chain",name="chain"\} 0$/m,
      /^breakwater_hooks_weight_ratio 0\.\d/m,
    ]) {
      assert.match(metrics, line);
    }
    exporter.stop();
    assert.equal((await exporter.ended).code, 0, exporter.output());
  });

  /** A backer puts quote into the fund, cannot leave in a hurry, and is accounted for. */
  it('has backers behind it who cannot run', async () => {
    const backer = maker;
    const { shares, tranche } = await backer.back(1, '1000');
    const [stake] = await client.insurance.stakes(backer.id.owner);
    assert.deepEqual([stake.tranche, stake.shares, stake.value, stake.wipedOut], [tranche, shares, 1_000_000_000n, false]);
    await backer.requestExit(0, tranche, shares / 2n);
    const [{ exit }] = await client.insurance.stakes(backer.id.owner);
    assert.equal(exit.shares, shares / 2n);
    await assert.rejects(backer.claimExit(tranche), { error: 'insurance.TooEarly' });
    await backer.cancelExit(0, tranche);
    await backer.contribute('10');
    await backer.contribute('5', { toAll: true });
    assert.equal(await client.insurance.globalFund(), 5_000_000n);
    await assert.rejects(backer.back(3, '1'), { error: 'insurance.NoSuchTranche' });
    await assert.rejects(backer.back(0, '1000000'), { error: 'insurance.BeyondFree' });
  });

  async function markIn(number) {
    const { hash } = await client.connection.blockAt(number);
    return (await client.marketPrices(hash)).find((price) => price.market === market.number).mark;
  }

  async function firstOf(name, trader, from) {
    for await (const event of client.accountEvents(trader.key, { from, finalized: false })) if (event.name === name) return event;
    throw new Error(`no ${name}`);
  }

  async function eventsOf(trader, to = client.connection.head(true)) {
    const events = [];
    for await (const event of client.accountEvents(trader.key, { from: 1, to })) events.push(event);
    return events;
  }
});
