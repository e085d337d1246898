/** What the crowd decides by. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Market } from '@breakwater/client';

import { randomFrom } from '../replay/lib/random.js';
import { characterOf, depositOf, lotsFor, MOST_LEVERAGE, nextStep, RUINED, sideFor } from './crowd-rules.js';

const TIMES = 2_000;
const GRID = { symbol: 'BTC-PERP', market: 0, priceDecimals: 2, lotDecimals: 4, tickValue: 1, orderTick: 10, orderLot: 10 };
const marketAt = (mark, { minOrder = 10n, maxOrder = 1_000_000n } = {}) => new Market({ ...GRID, mark, minOrder, maxOrder });
const BTC = marketAt(5_000_000n);
/** How often something is so, of many. */
const part = (of) => Array.from({ length: TIMES }, (_, i) => of(randomFrom(7, i))).filter(Boolean).length / TIMES;
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 0.03, `${value}, not about ${wanted}`);

describe('a trader of the crowd', () => {
  it('is the same under the same seed, and others are others', () => {
    const all = Array.from({ length: 50 }, (_, i) => characterOf(randomFrom(1, i)));
    assert.deepEqual(all, Array.from({ length: 50 }, (_, i) => characterOf(randomFrom(1, i))));
    assert.equal(new Set(all.map((each) => JSON.stringify(each))).size > 45, true);
    for (const { leverage, deposit } of all) assert.ok(leverage >= 8 && leverage < MOST_LEVERAGE && deposit >= 500 && deposit < 8_000);
  });

  it('opens with money, starts anew without, and mostly holds on if it is stubborn', () => {
    const [held, flat] = [[{ market: 0, lots: 1n }], []];
    assert.equal(nextStep({ positions: flat, equity: RUINED }, { kind: 'nervous' }, Math.random), 'open');
    assert.equal(nextStep({ positions: flat, equity: RUINED - 1n }, { kind: 'stubborn' }, Math.random), 'restart');
    near(part((random) => nextStep({ positions: held, equity: 0n }, { kind: 'nervous' }, random) === 'close'), 0.1);
    near(part((random) => nextStep({ positions: held, equity: 0n }, { kind: 'stubborn' }, random) === 'close'), 0.01);
  });

  it('follows the last move that it saw, or is for rising prices whatever happens', () => {
    const buys = (kind, seen) => part((random) => sideFor({ kind }, seen, random) === 'buy');
    near(buys('nervous', { mark: 11n, last: 10n }), 0.7);
    near(buys('nervous', { mark: 9n, last: 10n }), 0.3);
    near(buys('nervous', { mark: 9n }), 0.5);
    near(buys('stubborn', { mark: 9n, last: 10n }), 0.8);
  });

  it('never orders more than leverage, margin and market allow', () => {
    for (let i = 0; i < TIMES; i++) {
      const random = randomFrom('size', i);
      const upTo = (most) => BigInt(Math.floor(random() * most));
      const market = marketAt(1n + upTo(10_000_000), { minOrder: 10n * (1n + upTo(100)), maxOrder: 10n * (100n + upTo(10_000)) });
      const [free, largest, leverage] = [upTo(1e10) - 10n ** 9n, upTo(200_000), 1 + Math.floor(random() * 30)];
      const lots = lotsFor(market, { free, largest }, { leverage });

      if (lots === 0n) continue;
      assert.ok(market.notional(market.info.mark, lots) <= free * BigInt(leverage));
      assert.ok(lots * 10n <= largest * 9n && lots <= market.info.maxOrder && lots >= market.info.minOrder);
    }
  });

  it('orders all that its leverage asks for where nothing else is in the way', () => {
    // 1,000 USDC ten times, at 50,000 USDC: 0.2 BTC.
    assert.equal(lotsFor(BTC, { free: 1_000_000_000n, largest: 1_000_000n }, { leverage: 10 }), 2_000n);
    assert.equal(lotsFor(BTC, { free: 1_000_000_000n, largest: 1_000n }, { leverage: 10 }), 900n);
    assert.equal(lotsFor(BTC, { free: -1n, largest: 0n }, { leverage: 10 }), 0n);
  });

  it('deposits what it is worth in coins that have a price, else the quote asset', () => {
    const wbtc = { symbol: 'WBTC', decimals: 8, unitsPerLot: 10_000n, tickValue: 1, price: 5_000_000n };
    const listed = { quote: 'USDC', assets: [wbtc] };
    assert.deepEqual(depositOf({ deposit: 5_000, inCoins: false }, listed, Math.random), { asset: 'USDC', amount: '5000' });
    assert.deepEqual(depositOf({ deposit: 5_000, inCoins: true }, listed, Math.random), { asset: 'WBTC', amount: '0.1' });
    assert.deepEqual(depositOf({ deposit: 5_000, inCoins: true }, { ...listed, assets: [{ ...wbtc, price: 0n }] }, Math.random), { asset: 'USDC', amount: '5000' });
  });
});
