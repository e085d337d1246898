/**
 * A trading day in a minute: two traders, one with the SDK on `@polkadot/api` and one with
 * `polkadot-api`, and a market maker. From deposits to withdrawals, and to statements that come out
 * at what the accounts report, to the unit.
 */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Statement, encodeClientId, quanta } from '@breakwater/client';
import { Enum } from 'polkadot-api';

import { openPapiChain, papiAccount } from '../lib/papi.js';
import { fundedTrader, inWallet, openMarkets, tradable } from '../lib/trading.js';
import { until, within } from '../lib/wait.js';

const MARKET = 'BTC-PERP';
const TIMEOUT_MS = 120_000;
const DEPOSIT = '50000';
/** Accounts that no other run has used. */
const RUN = Date.now();
const secretOf = (name) => `//trading/${RUN}/${name}`;
const quote = (side, price, size, clientId) => ({ market: MARKET, side, type: 'limit', price, size, clientId });
/** What the maker begins with. */
const QUOTES = [quote('buy', '49900', '1', 'bid'), quote('buy', '49800', '2', 7), quote('sell', '50100', '1', 'ask')];
/** The library looks at the last final block unless told otherwise. */
const AT_BEST = { at: 'best' };

describe('trading', () => {
  let world, client, market, papi;
  let maker, anna, ben;
  /** The statement of each, written as the chain goes on. */
  const statements = new Map();
  const stop = new AbortController();
  before(async () => {
    world = await openMarkets();
    client = world.client;
    market = client.market(MARKET);
    papi = await openPapiChain();
  });
  beforeEach(() => tradable(client));
  after(async () => {
    stop.abort();
    await papi?.close();
    await world?.close();
  });

  it('begins with the faucet, a subaccount and a deposit', async () => {
    const from = client.connection.head(true);
    maker = await fundedTrader(world, secretOf('maker'));
    anna = await fundedTrader(world, secretOf('anna'));
    ben = Object.assign(await fundedTrader(world, secretOf('ben')), papiAccount(secretOf('ben')));
    for (const trader of [maker, anna, ben]) void keepStatement(trader.key, from);

    const token = client.parameters.quoteAsset;
    const before = await inWallet(world, token, anna.pair);
    for (const trader of [maker, anna]) await trader.deposit(client.quoteSymbol, DEPOSIT);
    const deposit = papi.api.tx.Custody.deposit({ number: 0, asset: undefined, amount: quanta(DEPOSIT) });
    const { ok } = await soon(atBest(deposit, ben.signer));

    assert.ok(ok);
    assert.equal(await inWallet(world, token, anna.pair), before - quanta(DEPOSIT));
    for (const trader of [maker, anna, ben]) {
      const { cash, equity, free, positions } = await trader.report();
      assert.deepEqual([cash, equity, positions.length], [quanta(DEPOSIT), quanta(DEPOSIT), 0]);
      assert.ok(free > 0n);
    }
  });

  it('takes collateral in its own units, too', async () => {
    await anna.deposit('WBTC', '0.5');

    const [held] = (await anna.report()).collateral;
    assert.equal(held.amount, 50_000_000n);
    // 0.5 at 50,000, less confidence; haircuts take more.
    assert.ok(held.value > quanta('24000') && held.value <= quanta('25000'), `${held.value}`);
    assert.ok(held.initialValue < held.value);
  });

  it('shows orders in the book, by number and client id', async () => {
    const { placed } = await maker.placeMany(QUOTES);

    assert.deepEqual(placed.map(({ clientId }) => clientId), ['bid', 7n, 'ask']);
    const { bids, asks } = await client.book(MARKET);
    assert.deepEqual(bids.map(level), ['49900 1', '49800 2']);
    assert.deepEqual(asks.map(level), ['50100 1']);
    const open = await maker.openOrders();
    assert.deepEqual(open.map(({ order }) => order), placed.map(({ order }) => order));
    assert.deepEqual(open.map(({ side }) => side), ['buy', 'buy', 'sell']);
    const own = await soon(papi.api.apis.MarketsApi.orders(maker.id.owner, 0, AT_BEST));
    assert.equal(own.length, 3);
  });

  it('fills buyers of one block at one price, whoever was first and whatever they bid', async () => {
    const fills = await together(async () => {
      const [byAnna, byBen] = await Promise.all([
        anna.place({ market: MARKET, side: 'buy', type: 'limit', price: '50300', size: '0.1', lifetime: 'ioc' }),
        soon(papiOrder(ben, { side: 'Buy', kind: Enum('Limit', { price: market.ticks('50200') }), size: market.lots('0.2') })),
      ]);
      assert.ok(byBen.ok, JSON.stringify(byBen.dispatchError));
      return [byAnna.block, byBen.block.number];
    });

    const prices = new Set(fills.map(({ data }) => data.price));
    assert.equal(prices.size, 1, 'one price');
    const [bought, sold] = ['Buy', 'Sell'].map((side) => sum(fills.filter(({ data }) => data.side === side)));
    assert.equal(bought, sold);
    assert.equal(bought, market.lots('0.3'));
    const roles = Object.fromEntries(fills.map(({ data }) => [data.account, data.role]));
    assert.deepEqual(roles, { [anna.key]: 'Taker', [ben.key]: 'Taker', [maker.key]: 'Maker' });
  });

  it('shows the position, its worth, and where it is liquidated', async () => {
    const { positions, health, free, equity } = await ben.report();

    const [position] = positions;
    assert.equal(position.lots, market.lots('0.2'));
    const { entryCost, mark, lots, unsettledFunding } = position;
    assert.equal(position.unrealisedProfit, entryCost + market.notional(mark, lots) + unsettledFunding);
    assert.ok(health > free && free < equity);
    const other = await soon(papi.api.apis.AccountsApi.subaccount(ben.id.owner, 0, AT_BEST));
    assert.equal(other.positions[0].lots, position.lots);
  });

  it('replaces an order, or leaves everything as it was', async () => {
    const { order } = await maker.replace({ clientId: 'bid' }, quote('buy', '49950', '1', 'bid'));

    assert.deepEqual((await client.book(MARKET)).bids.map(level), ['49950 1', '49800 2']);
    const off = maker.replace({ number: order }, { ...quote('buy', '49940', '1', 'bid'), size: '1000000' });
    await assert.rejects(off, { name: 'CallFailed', error: 'exchange.OrderTooLarge' });
    assert.deepEqual((await client.book(MARKET)).bids.map(level), ['49950 1', '49800 2']);
  });

  it('lets a delegate trade, and nothing else', async () => {
    const delegate = await fundedTrader(world, secretOf('delegate'));
    const head = client.connection.head(false);
    await anna.addDelegate(delegate.sender.address, head + 1_000);
    const acting = client.trader(delegate.sender, { owner: anna.id.owner });

    await acting.place({ ...quote('buy', '40000', '0.01', 'by delegate') });
    await acting.cancel({ clientId: 'by delegate' });

    // The call names only a number: the delegate's own subaccount, which is empty.
    await assert.rejects(acting.withdraw(client.quoteSymbol, '1'), { error: 'margin.BeyondFree' });
    await anna.removeDelegate(delegate.sender.address);
    const late = acting.place(quote('buy', '40000', '0.01'));
    await assert.rejects(late, { error: 'exchange.NotOwnerOrDelegate' });
  });

  it('pays funding from those whom the book favours to the others', async () => {
    // Bids well above the index: longs pay.
    await maker.cancelAll(MARKET);
    await maker.placeMany([quote('buy', '50400', '0.8', 'bid'), quote('sell', '50500', '0.8', 'ask')]);
    const owed = async (trader) => (await trader.report()).positions[0].unsettledFunding;
    await until('longs owe funding', async () => (await owed(ben)) < -1_000n && (await owed(maker)) > 1_000n, { timeoutMs: 120_000 });

    const [{ data: ask }] = await anyFill(() => ben.place({ market: MARKET, side: 'sell', type: 'market', size: '0.1' }), ben);
    assert.equal(ask.side, 'Sell');
    const traded = await tradeOf(ben.key, ask.at);
    assert.ok(traded.funding > 0n, 'a long paid');
    const received = await tradeOf(maker.key, ask.at);
    assert.ok(received.funding < 0n, 'a short received');
  });

  it('sets off a stop-loss when the mark falls', async () => {
    await maker.cancelAll(MARKET);
    await maker.placeMany([quote('buy', '49400', '3', 'low'), quote('sell', '50200', '1', 'high')]);
    const { order } = await ben.placeTrigger({
      market: MARKET, side: 'sell', type: 'market', size: '0.05', reduceOnly: true,
      trigger: { kind: 'stop', level: '49900' },
    });
    const [waiting] = await ben.openOrders();
    assert.equal(waiting.trigger, market.ticks('49900'));

    world.reporter.set('BTC-USD', 49_500);
    const from = client.connection.head(false);
    const seen = await eventsUntil(ben.key, from, (event) => event.name === 'exchange.Filled' && event.data.order === order);
    assert.ok(seen.some(({ name, data }) => name === 'exchange.Triggered' && data.order === order));
    world.reporter.set('BTC-USD', 50_000);
  });

  it('cancels everything of who stops renewing the dead-man switch', async () => {
    await maker.cancelAll();
    await maker.placeMany([quote('buy', '49000', '1'), quote('sell', '51000', '1')]);
    const { block } = await maker.deadManSwitch(4);

    const seen = await eventsUntil(maker.key, block, ({ name }) => name === 'exchange.SwitchFired');

    const fired = seen.at(-1);
    assert.equal(fired.block, block + 4);
    assert.equal(fired.data.orders, 2);
    assert.deepEqual(await maker.openOrders(), []);
  });

  it('sends many at once from one account', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `many-${i}`);
    const placed = await Promise.all(names.map((name, i) => maker.place(quote('buy', `${48_000 + i}`, '0.01', name))));

    assert.equal(new Set(placed.map(({ order }) => order)).size, 40);
    assert.deepEqual((await maker.openOrders()).map(({ clientId }) => clientId).toSorted(), names.toSorted());
    const { cancelled } = await maker.cancelAll(MARKET);
    assert.equal(cancelled.length, 40);
  });

  it('ends with closed positions and withdrawals', async () => {
    await maker.placeMany([quote('buy', '49900', '3', 'last bid'), quote('sell', '50100', '3', 'last ask')]);
    for (const trader of [anna, ben]) {
      const [{ lots }] = (await trader.report()).positions;
      await anyFill(() => trader.place({ market: MARKET, side: 'sell', type: 'market', size: market.size(lots), reduceOnly: true }), trader);
      await trader.cancelAll();
      assert.deepEqual((await trader.report()).positions, []);
    }
    await maker.cancelAll();
    assert.deepEqual((await maker.report()).positions, [], 'the maker bought what they sold');

    const token = client.parameters.quoteAsset;
    for (const trader of [maker, anna, ben]) {
      const before = await inWallet(world, token, trader.pair);
      for (const { asset, amount } of (await trader.report()).collateral) await trader.withdraw(asset, decimal(amount, client.parameters.asset(asset).decimals));
      const { cash } = await trader.report();
      const { paid, waiting } = await trader.withdraw(client.quoteSymbol, decimal(cash, 6));
      assert.equal(paid + waiting, cash);
      assert.equal(await inWallet(world, token, trader.pair), before + paid);
      await trader.close();
      assert.equal(await trader.isOpen(), false);
    }
  });

  it('leaves statements that add up to nothing left', async () => {
    for (const trader of [maker, anna, ben]) {
      const statement = statements.get(trader.key);
      await until('the statement is complete', async () => statement.closed, { timeoutMs: TIMEOUT_MS });

      const empty = { key: trader.key, cash: 0n, positions: [], collateral: [] };
      assert.deepEqual(statement.reconcile(empty), []);
      const { funding, fees, ...others } = statement.totals();
      assert.equal(Object.values(others).reduce((all, part) => all + part, funding + fees), 0n);
      assert.ok(fees < 0n && funding !== 0n, `fees ${fees}, funding ${funding}`);
    }
  });

  const level = ({ price, size }) => `${market.price(price)} ${market.size(size)}`;

  async function keepStatement(key, from) {
    const statement = new Statement(key, client.parameters, client.quoteSymbol);
    statements.set(key, statement);
    for await (const event of client.accountEvents(key, { from, signal: stop.signal })) {
      statement.add(event);
      if (event.name === 'margin.Closed') statement.closed = true;
    }
  }

  function papiOrder({ id, signer }, { side, kind, size }) {
    const request = {
      market: market.number, side: Enum(side), kind, size,
      time_in_force: Enum('ImmediateOrCancel'), reduce_only: false, client_id: encodeClientId('papi'),
    };
    return atBest(papi.api.tx.Exchange.place({ account: id, request }), signer);
  }

  /** What the signer has just got is in the best block, and not yet final. */
  async function atBest(tx, signer) {
    const [{ hash }] = await papi.client.getBestBlocks();
    return tx.signAndSubmit(signer, { at: hash });
  }

  /** The fills of orders that were sent at once, as soon as they were in one block. */
  async function together(send) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const [a, b] = await send();
      if (a === b) return (await fillsOf(a + 1)).map((event) => event);
      // They missed each other: undo, and try again with the book as it was.
      for (const trader of [anna, ben]) {
        const [position] = (await trader.report()).positions;
        if (position) await anyFill(() => trader.place({ market: MARKET, side: 'sell', type: 'market', size: market.size(position.lots), reduceOnly: true }), trader);
      }
      await maker.cancelAll(MARKET);
      await maker.placeMany(QUOTES);
    }
    assert.fail('ten times in different blocks');
  }

  async function fillsOf(number) {
    for await (const block of client.blocks({ from: number, to: number })) {
      return client.connection.eventsOf(block, (name) => name === 'exchange.Filled');
    }
  }

  /** The fills of an order until there is nothing left of it. */
  async function anyFill(place, trader) {
    const { order, block } = await place();
    const seen = await eventsUntil(trader.key, block, ({ name, data }) => {
      const ends = name === 'exchange.Filled' || name === 'exchange.Cancelled';
      return ends && data.order === order && data.left === 0n;
    });
    const fills = seen.filter(({ name, data }) => name === 'exchange.Filled' && data.order === order);
    assert.ok(fills.length > 0, JSON.stringify(seen.map(({ name, data }) => [name, data.reason])));
    return fills.map(({ block: at, data }) => ({ data: { ...data, at } }));
  }

  async function tradeOf(key, number) {
    for await (const { events } of client.accountBlocks(key, { from: number, to: number })) {
      return events.find(({ name }) => name === 'margin.Traded').data;
    }
  }

  async function eventsUntil(key, from, ends) {
    const seen = [];
    const bound = { finalized: false, from, to: from + 120 };
    for await (const event of client.accountEvents(key, bound)) {
      seen.push(event);
      if (ends(event)) return seen;
    }
    assert.fail(`not in blocks ${from} to ${from + 120}: ${seen.map(({ name }) => name)}`);
  }
});

const soon = (promise) => within('an answer', TIMEOUT_MS, promise);
const sum = (fills) => fills.reduce((lots, { data }) => lots + data.size, 0n);

function decimal(units, decimals) {
  const digits = units.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

