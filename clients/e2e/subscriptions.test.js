/** Following a real chain over a connection that is cut. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Client } from '@breakwater/client';

import { cuttable } from '../lib/cut.js';
import { fundedTrader, openMarkets, tradable } from '../lib/trading.js';
import { sleep } from '../lib/wait.js';

const MARKET = 'ETH-PERP';
const CUT_MS = 3_000;

describe('a client whose connection is cut', () => {
  let world, way, client, trader;
  before(async () => {
    world = await openMarkets();
    way = await cuttable(world.node.endpoint);
    trader = await fundedTrader(world, '//subscriptions/trader', { deposit: '10000' });
    client = await Client.connect(way.endpoint);
  });
  beforeEach(() => tradable(world.client));
  after(async () => {
    await client?.close();
    way?.close();
    await world?.close();
  });

  it('misses no block and no event', async () => {
    const from = client.connection.head(false) + 1;
    let last = Infinity;
    const watched = collect(client.accountBlocks(trader.key, { from }), ({ block }) => block.number >= last);
    const placed = [];
    for (let i = 0; i < 3; i++) {
      const { order: number, block } = await trader.place(order(2_000 + i));
      placed.push(number);
      last = i < 2 ? Infinity : Math.max(block, from + 20);
      if (i === 0) way.cut();
    }
    await sleep(CUT_MS);
    way.mend();
    const blocks = await watched;

    assert.deepEqual(blocks.map(({ block }) => block.number), Array.from({ length: last - from + 1 }, (_, i) => from + i));
    for (const [i, { block }] of blocks.entries()) if (i > 0) assert.equal(block.parentHash, blocks[i - 1].block.hash);
    const seen = blocks.flatMap(({ events }) => events).filter(({ name }) => name === 'exchange.Placed');
    assert.deepEqual(seen.map(({ data }) => data.order), placed);
    assert.ok(seen.every(({ block, sequence }) => block >= from && sequence >= 0));
    await trader.cancelAll();
  });

  it('learns what became of a transaction that it sent before', async () => {
    const own = client.trader(trader.sender.address === trader.id.owner ? trader.pair : undefined);
    const sending = own.place(order(2_100));
    await sleep(50);
    way.cut();
    await sleep(CUT_MS);
    way.mend();

    const { order: number } = await sending;
    const orders = await trader.openOrders();
    assert.deepEqual(orders.map(({ order }) => order), [number]);
    await own.cancelAll();
  });

  it('gives books, reports and prices of every block', async () => {
    const from = client.connection.head(false) + 1;
    const bounds = { from, to: from + 4 };
    const [books, reports, prices] = await Promise.all([
      collect(client.books(MARKET, bounds)),
      collect(client.reports(trader.id, bounds)),
      collect(client.prices(bounds)),
    ]);

    const numbers = Array.from({ length: 5 }, (_, i) => from + i);
    assert.deepEqual(books.map(({ block }) => block), numbers);
    assert.deepEqual(reports.map(({ block }) => block.number), numbers);
    assert.ok(reports.every(({ report }) => report.key === trader.key));
    assert.deepEqual(prices.map(({ block }) => block.number), numbers);
    for (const { prices: all } of prices) assert.ok(all.every(({ index, mark }) => index > 0n && mark > 0n));
  });

  it('says so when there is no connection for too long', async () => {
    const endless = collect(client.blocks({ stallTimeoutMs: 2_000 }));
    way.cut();
    await assert.rejects(endless, { name: 'Disconnected' });
    way.mend();
  });

  const order = (price) => ({ market: MARKET, side: 'buy', type: 'limit', price: `${price}`, size: '0.01' });
});

async function collect(generator, ends = () => false) {
  const all = [];
  for await (const item of generator) {
    all.push(item);
    if (ends(item)) break;
  }
  return all;
}
