/**
 * A gap through bankruptcy: the price jumps beyond what an account has, the backstop takes it over,
 * and the loss goes down the fund, its backers, and the winner of the market, to the unit. Each of
 * them is told the arithmetic.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { CallFailed, Statement } from '@breakwater/client';

import { openReplayed } from '../lib/replayed.js';
import { fundedTrader, placedWhenOpen } from '../lib/trading.js';
import { SUITE_TIMEOUT_MS, until } from '../lib/wait.js';

const MARKET = 'BTC-PERP';
const SIZE = '1.6';
const BACKED = 500_000_000n;
/** 1.6 BTC lose 4,800: more than the 4,000 of the account. */
const GAP = 47_000;
const TRANCHE = 1;
const SETTLED_TIMEOUT_MS = 180_000;

describe('a loss beyond an account', { timeout: SUITE_TIMEOUT_MS }, () => {
  let world, client, market, winner, loser, backer, stake, from, paid, events;
  before(async () => {
    world = await openReplayed();
    ({ client } = world);
    market = client.market(MARKET);
    [winner, loser, backer] = await Promise.all([
      fundedTrader(world, '//losses/winner', { deposit: '100000', payer: world.accounts.bob }),
      fundedTrader(world, '//losses/loser', { deposit: '4000', payer: world.accounts.charlie }),
      fundedTrader(world, '//losses/backer', { deposit: '1000', payer: world.accounts.eve }),
    ]);
    await backer.back(TRANCHE, '500');
    await placedWhenOpen(winner, { market: MARKET, side: 'sell', type: 'limit', price: '50010', size: SIZE });
    await placedWhenOpen(loser, { market: MARKET, side: 'buy', type: 'limit', price: '50010', size: SIZE });
    await until('the position is open', async () => (await loser.report()).positions.length > 0);
    [stake] = await client.insurance.stakes(backer.id.owner);
    from = client.connection.head(false);
    await world.setPrices({ 'BTC-USD': GAP });
    for await (const event of chainEvents()) if (event.name === 'insurance.LossPaid') paid = event;
  });
  after(() => world?.close());

  it('goes to the backstop in the block of the price, as it was', async () => {
    const told = await eventsOf(loser);
    const absorbed = told.find(({ name }) => name === 'insurance.Absorbed');
    const due = told.find(({ name }) => name === 'margin.AccountDue');
    assert.equal(absorbed.block, due.block);
    assert.ok(absorbed.data.equity < 0n);
    const report = await loser.report();
    assert.deepEqual([report.cash, report.debt, report.positions, report.collateral], [0n, 0n, [], []]);
  });

  it('is paid by the fund, then by its backers, and the rest by the winner', async () => {
    const { loss, capital, tranches, global, shortfall } = paid.data;
    assert.equal(loss, capital + tranches.reduce((sum, part) => sum + part, 0n) + global + shortfall);
    assert.equal(tranches[TRANCHE], BACKED, 'all that was backed');
    assert.ok(shortfall > 0n);

    // As of one block: prices move on, and with them what the backstop lacks.
    const settled = await until('the loss is paid', async () => {
      const { number, hash } = client.connection.finalHead;
      const [[fund], operations] = await Promise.all([client.insurance.funds(hash), client.insurance.operations(hash)]);
      return number > paid.block && !fund.unresolvedLoss && operations.length === 0 && number;
    }, { timeoutMs: SETTLED_TIMEOUT_MS });
    events = (await eventsOf(winner, settled)).filter(({ name }) => name === 'insurance.Deleveraged');
    const charged = events.reduce((sum, { data }) => sum + data.charge, 0n);
    assert.equal(charged, await shortfalls(settled), 'neither more nor less');
    for (const { data } of events) {
      const begun = await named('insurance.DeleveragingBegun', settled, ({ data: { number } }) => number === data.number);
      assert.deepEqual([data.market, data.mark], [market.number, begun.data.mark]);
      assert.equal(begun.data.mark, await markIn(begun.block));
    }
    const [left] = await client.insurance.stakes(backer.id.owner);
    assert.equal(stake.value, BACKED);
    assert.ok(left === undefined || left.wipedOut);
  });

  it('leaves everybody with a statement that comes out to the unit', async () => {
    for (const trader of [winner, loser, backer]) assert.deepEqual(await differencesOf(trader), []);
  });

  it('is over when the fund has been filled again: till then nobody runs', async () => {
    await assert.rejects(backer.withdraw(client.quoteSymbol, '100'), CallFailed);
    await winner.contribute('1000');
    await until('the pool is open', async () => (await client.risk.breakers()).pools.every(({ reduceOnly }) => !reduceOnly), { timeoutMs: SETTLED_TIMEOUT_MS });
    await backer.withdraw(client.quoteSymbol, '100');
  });

  async function shortfalls(to) {
    let sum = 0n;
    for await (const { name, data } of chainEvents(to)) if (name === 'insurance.LossPaid') sum += data.shortfall;
    return sum;
  }

  async function named(name, to, wanted) {
    for await (const event of chainEvents(to)) if (event.name === name && wanted(event)) return event;
    throw new Error(`no ${name} up to block ${to}`);
  }

  async function markIn(number) {
    const { hash } = await client.connection.blockAt(number);
    return (await client.marketPrices(hash)).find((price) => price.market === market.number).mark;
  }

  /** Events of all accounts since the gap: up to a block, or to the one that paid the loss. */
  async function* chainEvents(to) {
    for await (const { events } of client.events({ from, ...(to === undefined ? {} : { to }) })) {
      yield* events;
      if (to === undefined && events.some(({ name }) => name === 'insurance.LossPaid')) return;
    }
  }

  async function differencesOf(trader) {
    const { number, hash } = client.connection.finalHead;
    const statement = new Statement(trader.key, client.parameters, client.quoteSymbol);
    for (const event of await eventsOf(trader, number)) statement.add(event);
    return statement.reconcile(await trader.report(hash));
  }

  async function eventsOf(trader, to) {
    const events = [];
    const options = to === undefined ? { from: 1, to: client.connection.head(false), finalized: false } : { from: 1, to };
    for await (const event of client.accountEvents(trader.key, options)) events.push(event);
    return events;
  }
});
