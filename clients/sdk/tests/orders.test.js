/** Orders and their names, as they go to the chain. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  InvalidInput, MarketUnits, decodeClientId, encodeClientId, orderName, orderRequest, subaccountKey, triggerRequest,
} from '@breakwater/client';

import { BTC, random } from './fixtures.js';

const market = Object.assign(new MarketUnits(BTC), { number: 7 });
const request = (order) => orderRequest(market, { side: 'buy', size: '0.01', ...order });
const trigger = (order) => triggerRequest(market, { side: 'sell', size: '0.01', type: 'market', reduceOnly: true, ...order });

describe('an order', () => {
  it('is what it says', () => {
    assert.deepEqual(request({ type: 'limit', price: '50000.5', clientId: 'first' }), {
      market: 7,
      side: 'Buy',
      kind: { Limit: { price: 5_000_050n } },
      timeInForce: { GoodTillCancelled: null },
      reduceOnly: false,
      size: 100n,
      clientId: '0x66697273740000000000000000000000',
    });
  });

  it('lives as long as it says', () => {
    const life = (order) => request({ price: '1', ...order }).timeInForce;
    assert.deepEqual(life({ type: 'limit', lifetime: 'ioc' }), { ImmediateOrCancel: null });
    assert.deepEqual(life({ type: 'post-only', lifetime: { untilBlock: 99 } }), { GoodTillBlock: 99 });
    assert.deepEqual(life({ type: 'market' }), { ImmediateOrCancel: null });
    assert.throws(() => life({ type: 'post-only', lifetime: 'ioc' }), /has to rest/);
    assert.throws(() => life({ type: 'market', lifetime: 'gtc' }), /no lifetime/);
    assert.throws(() => life({ type: 'limit', lifetime: { untilBlock: -1 } }), InvalidInput);
  });

  it('says how far a market order may go, in parts per billion', () => {
    assert.deepEqual(request({ type: 'market' }).kind, { Market: { maxSlippage: null } });
    assert.deepEqual(request({ type: 'market', maxSlippagePercent: '0.5' }).kind, { Market: { maxSlippage: 5_000_000n } });
  });

  it('rounds, if asked, to what its trader is never worse off with', () => {
    const conservative = (side) => request({ type: 'limit', side, price: '100.3', size: '0.0019', rounding: 'conservative' });
    assert.deepEqual(conservative('buy').kind, { Limit: { price: 10_000n } });
    assert.deepEqual(conservative('sell').kind, { Limit: { price: 10_050n } });
    assert.equal(conservative('sell').size, 10n);
    assert.throws(() => request({ type: 'limit', price: '100.3' }), { name: 'OffGrid' });
  });

  it('is refused where it makes no sense', () => {
    assert.throws(() => request({ type: 'iceberg', price: '1' }), /not 'iceberg'/);
    assert.throws(() => request({ type: 'limit', side: 'long', price: '1' }), /'buy' or 'sell', not 'long'/);
    assert.throws(() => request({ type: 'limit', price: '1', size: '0' }), /above zero/);
  });
});

describe('a trigger', () => {
  it('is a stop or a take-profit', () => {
    const made = trigger({ trigger: { kind: 'stop', level: '49000' } });
    assert.deepEqual(made.trigger, { kind: 'Stop', level: 4_900_000n });
    assert.equal(made.request.reduceOnly, true);
    assert.throws(() => trigger({ trigger: { kind: 'limit', level: '1' } }), InvalidInput);
  });

  it('rounds to the level that is met sooner', () => {
    const level = (kind, side) => trigger({ side, rounding: 'conservative', trigger: { kind, level: '100.3' } }).trigger.level;
    // A stop that sells waits for the mark to fall, so the higher level is met sooner.
    assert.equal(level('stop', 'sell'), 10_050n);
    assert.equal(level('stop', 'buy'), 10_000n);
    assert.equal(level('take-profit', 'sell'), 10_000n);
    assert.equal(level('take-profit', 'buy'), 10_050n);
  });
});

describe('a client id', () => {
  it('comes back as the text or number it was', () => {
    const next = random(4);
    const texts = ['a', '0x12', 'grid-17', '0123456789abcdef', 'ümläut', '日本語'];
    const numbers = [0n, 1n, 255n, 2n ** 64n - 1n, ...Array.from({ length: 200 }, () => next(2n ** 64n))];
    for (const id of [...texts, ...numbers]) assert.equal(decodeClientId(encodeClientId(id)), id);
    assert.equal(decodeClientId(encodeClientId(12)), 12n);
    const all = [...texts, ...numbers.slice(0, 4)].map(encodeClientId);
    assert.equal(new Set(all).size, all.length);
  });

  it('is refused where it would not come back', () => {
    for (const id of ['', '12345678901234567', 'ümläutümläut!', 'a\0', 2n ** 64n, -1n, 1.5]) {
      assert.throws(() => encodeClientId(id), InvalidInput, String(id));
    }
  });

  it('of somebody else stays bytes', () => {
    for (const bytes of [`0x${'ff'.repeat(16)}`, `0x61006100${'00'.repeat(12)}`, `0x00ff${'00'.repeat(14)}`]) {
      assert.equal(decodeClientId(bytes), bytes);
    }
    assert.throws(() => decodeClientId('0x12'), InvalidInput);
  });
});

describe('a name', () => {
  it('of an order is a number or a client id', () => {
    assert.deepEqual(orderName({ number: 3 }), { Number: 3n });
    assert.deepEqual(orderName({ clientId: 'a' }), { Client: `0x61${'00'.repeat(15)}` });
    assert.throws(() => orderName({ number: -1 }), InvalidInput);
  });

  it('of a subaccount is the hash of its owner and number', () => {
    const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
    // BLAKE2b-256 of "breakwater/subaccount", the public key, and 0x0102 with its lower byte first.
    assert.equal(subaccountKey({ owner: alice, number: 513 }), '0x1aa4fbf732708247dd8b6fbd48b0d9dd521243dcceb2d7f83309d387c35bd1b9');
    assert.throws(() => subaccountKey({ owner: alice, number: 65_536 }), InvalidInput);
  });
});
