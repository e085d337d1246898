/** Conversions, against a twin that counts digits, and the words of their errors. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { InvalidInput, InvalidNumber, MarketUnits, OffGrid, amountOf, fromUnits, money, percent, ppb, toUnits } from '@breakwater/client';

import { BTC, SOL, random } from './fixtures.js';

describe('decimal numbers', () => {
  it('come back as they went', () => {
    const next = random(1);
    for (let i = 0; i < 2_000; i++) {
      const [units, decimals] = [next(10n ** 24n) - 10n ** 23n * 5n, Number(next(20n))];
      assert.equal(toUnits(fromUnits(units, decimals), decimals), units);
      assert.equal(toUnits(fromUnits(units, decimals, { keepZeros: true }), decimals), units);
    }
  });

  it('round as counting digits does', () => {
    const next = random(2);
    for (let i = 0; i < 2_000; i++) {
      const [fine, own, decimals] = [next(10n ** 12n) - 5n * 10n ** 11n, Number(next(9n)), Number(next(9n))];
      const text = fromUnits(fine, own);
      // Twin: both numbers in units so small that nothing is rounded.
      const exact = fine * 10n ** BigInt(18 - own);
      const step = 10n ** BigInt(18 - decimals);
      const [down, up] = [toUnits(text, decimals, 'down') * step, toUnits(text, decimals, 'up') * step];
      assert.ok(down <= exact && exact - down < step, text);
      assert.ok(up >= exact && up - exact < step, text);
      assert.equal(toUnits(text, decimals), down === up ? down / step : undefined);
    }
  });

  it('are no floats', () => {
    assert.throws(() => toUnits(0.1, 6), { name: 'InvalidNumber', message: /write it as a string, '0.1'/ });
    assert.throws(() => toUnits(2 ** 53, 6), InvalidNumber);
    for (const text of ['', '1e3', '0x10', '.5', '5.', '1,000', 'NaN', '1 2']) {
      assert.throws(() => toUnits(text, 6), InvalidNumber, text);
    }
    assert.equal(toUnits(' 12.50 ', 1), 125n);
    assert.equal(toUnits(7, 2), 700n);
  });

  it('show money and rates', () => {
    assert.equal(money(-1_500_000n), '-1.5');
    assert.equal(money(1n), '0.000001');
    assert.equal(percent(500_000n), '0.05');
    assert.equal(ppb('0.05'), 500_000n);
    assert.throws(() => ppb('0.00000001'), /at most seven decimals/);
    assert.throws(() => ppb('-1'), /not below zero/);
  });
});

describe('a market', () => {
  const btc = new MarketUnits(BTC);
  const sol = new MarketUnits(SOL);

  it('counts prices in ticks and sizes in lots', () => {
    assert.equal(btc.ticks('50000.5'), 5_000_050n);
    assert.equal(btc.lots('0.25'), 2_500n);
    assert.equal(btc.price(5_000_050n), '50000.5');
    assert.equal(btc.size(-1n), '-0.0001');
    assert.equal(btc.priceStep, '0.5');
    assert.equal(btc.sizeStep, '0.001');
  });

  it('says which prices and sizes are nearest', () => {
    assert.throws(() => btc.ticks('50000.7'), {
      name: 'OffGrid',
      message: 'the price of BTC-PERP goes in steps of 0.5: instead of 50000.7 take 50000.5 or 50001',
      below: '50000.5',
      above: '50001',
    });
    assert.throws(() => btc.lots('0.0015'), { below: '0.001', above: '0.002' });
    assert.throws(() => btc.lots('0.0004'), { message: /take 0.001$/ });
    assert.throws(() => btc.lots('0.0004', 'down'), { message: /less than its least step: .* take 0.001$/ });
    assert.throws(() => btc.ticks('0'), InvalidInput);
    assert.throws(() => btc.lots('-1', 'down'), /above zero/);
  });

  it('rounds only where it is told to', () => {
    assert.equal(btc.ticks('50000.7', 'down'), 5_000_050n);
    assert.equal(btc.ticks('50000.7', 'up'), 5_000_100n);
    assert.equal(btc.ticks('50000.50000001', 'up'), 5_000_100n);
    assert.equal(btc.lots('0.0019999', 'down'), 10n);
    assert.equal(btc.lots('0.0001', 'up'), 10n);
  });

  it('keeps to the grid, and to the side of it, for any number', () => {
    const next = random(3);
    for (let i = 0; i < 1_000; i++) {
      const price = fromUnits(next(10n ** 10n) + 10n ** 6n, 4);
      for (const market of [btc, sol]) {
        const { priceDecimals, orderTick } = market.grid;
        const [down, up] = [market.ticks(price, 'down'), market.ticks(price, 'up')];
        assert.equal(down % BigInt(orderTick), 0n);
        assert.ok(up - down === 0n || up - down === BigInt(orderTick));
        assert.ok(toUnits(price, 12) >= down * 10n ** BigInt(12 - priceDecimals));
        assert.ok(toUnits(price, 12) <= up * 10n ** BigInt(12 - priceDecimals));
      }
    }
  });

  it('knows what lots are worth, and how many an amount buys', () => {
    // 0.25 BTC at 50,000.50 is 12,500.125.
    assert.equal(btc.notional(5_000_050n, 2_500n), 12_500_125_000n);
    // 1.5 SOL at 150 is 225.
    assert.equal(sol.notional(1_500_000n, 150n), 225_000_000n);
    assert.equal(btc.lotsFor(12_500_125_000n, 5_000_050n), 2_500n);
    assert.equal(btc.lotsFor(12_500_124_999n, 5_000_050n), 2_490n);
    assert.throws(() => btc.lotsFor(1n, 0n), InvalidInput);
  });
});

describe('an amount', () => {
  it('is never rounded', () => {
    assert.equal(amountOf('0.00000001', 8, 'WBTC'), 1n);
    assert.throws(() => amountOf('0.000000001', 8, 'WBTC'), { name: 'OffGrid', message: /WBTC has 8 decimals/, above: '0.00000001' });
    assert.throws(() => amountOf('0', 6, 'USDC'), InvalidInput);
    assert.throws(() => amountOf('-5', 6, 'USDC'), /above zero/);
    assert.ok(new OffGrid('', '', '') instanceof InvalidInput);
  });
});
