/** Bids in the chain's units, and what is said about what was liquidated. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Liquidation, Market, Parameters, Statement, bidRequest, concerns } from '@breakwater/client';

import { BTC, SOL } from './fixtures.js';

const KEY = '0xaa';
const WETH = { asset: 3, symbol: 'WETH', decimals: 18, priceDecimals: 2, unitsPerLot: 10n ** 15n, tickValue: 10 };
const markets = [BTC, SOL].map((grid, market) => new Market({ ...grid, market }));
const parameters = new Parameters(1, 100, 6, markets, [WETH], []);

describe('a bid', () => {
  it('has a limit at any tick, on the safe side', () => {
    const bid = { market: 'BTC-PERP', size: '0.001' };
    assert.deepEqual(bidRequest(parameters, { ...bid, side: 'buy', limit: '49999.999' }), { market: 0, asset: undefined, side: 'Buy', size: 10n, limit: 4_999_999n });
    assert.deepEqual(bidRequest(parameters, { ...bid, side: 'sell', limit: '49999.991' }), { market: 0, asset: undefined, side: 'Sell', size: 10n, limit: 5_000_000n });
  });

  it('for collateral is in whole lots', () => {
    assert.deepEqual(bidRequest(parameters, { asset: 'WETH', size: '1.5', limit: '3000' }), { market: undefined, asset: 3, side: 'Buy', size: 1_500n, limit: 300_000n });
    assert.throws(() => bidRequest(parameters, { asset: 'WETH', size: '0.0005', limit: '3000' }), { name: 'OffGrid' });
  });

  it('is nothing without a size, a side, a price, or a market', () => {
    const bid = { market: 'BTC-PERP', side: 'buy', size: '1', limit: '1' };
    for (const wrong of [{ size: '0' }, { size: '-1' }, { limit: '0' }, { limit: '0.001' }, { side: 'long' }, { market: 'DOGE-PERP' }, { limit: 0.5 }]) {
      assert.throws(() => bidRequest(parameters, { ...bid, ...wrong }), /./, JSON.stringify(wrong));
    }
  });
});

describe('what the chain answers', () => {
  const hex = (text) => `0x${Buffer.from(text).toString('hex')}`;
  const answering = (answer) => new Liquidation({ ask: async () => answer }, () => parameters);

  it('names what is sold', async () => {
    const auction = { mark: 1n, forSale: 1n, wanted: 0n, open: true, offers: [] };
    const sold = [{ type: 'Market', value: 1 }, { type: 'Collateral', value: { pool: 0, asset: 3 } }];
    const auctions = await answering(sold.map((sold) => ({ ...auction, sold }))).auctions();
    assert.deepEqual(auctions.map(({ sold }) => sold), [{ market: 1 }, { pool: 0, asset: 3 }]);
  });

  it('tells why a bid would be refused', async () => {
    const bid = { market: 0, side: 'buy', size: '1', limit: '1' };
    const refused = await answering({ refused: hex('NothingOffered'), size: 0n, cost: 0n, atMark: 0n, fills: [] }).preview({ owner: 'a', number: 0 }, bid);
    assert.equal(refused.refused, 'NothingOffered');
    const filled = await answering({ refused: undefined, size: 5n, cost: 40n, atMark: 50n, fills: [['0xbb', 5n, 8n]] }).preview({ owner: 'a', number: 0 }, bid);
    assert.equal(filled.refused, undefined);
    assert.deepEqual(filled.fills, [{ account: '0xbb', lots: 5n, price: 8n }]);
  });
});

describe('a statement', () => {
  it('tells what was liquidated, where, and what was bid for', () => {
    const statement = new Statement(KEY, parameters, 'USDC');
    const at = { block: 1, sequence: 1 };
    const filled = { account: KEY, fee: 0n, left: 0n };
    statement.add({ ...at, name: 'liquidation.Filled', data: { ...filled, leg: { type: 'Market', value: 0 }, lots: -50n, price: 4_900_000n, venue: 'Bid' } });
    statement.add({ ...at, name: 'liquidation.Filled', data: { ...filled, leg: { type: 'Collateral', value: 3 }, lots: -1_500n, price: 290_000n, venue: 'Backstop' } });
    statement.add({ ...at, name: 'liquidation.BidFilled', data: { bidder: KEY, leg: { type: 'Market', value: 0 }, lots: 50n, cost: 2_450_000n, accounts: 1 } });
    statement.add({ ...at, name: 'liquidation.BidFilled', data: { bidder: '0xbb', leg: { type: 'Market', value: 0 }, lots: 50n, cost: 2_450_000n, accounts: 1 } });
    assert.deepEqual(statement.entries.map(({ text }) => text), [
      'liquidation -0.005 BTC-PERP at 49000 to a bid',
      'liquidation -1.5 WETH at 2900 to the backstop',
      'bid for 0.005 BTC-PERP, cost 2.45',
    ]);
  });

  it('is of the bidder too', () => {
    const event = { name: 'liquidation.BidFilled', data: { bidder: KEY } };
    assert.ok(concerns(event, KEY) && !concerns(event, '0xbb'));
  });
});
