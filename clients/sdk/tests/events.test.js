/** Values as the chain encodes them, and events, as plain JavaScript. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { TypeRegistry } from '@polkadot/types';
import { concerns, isTrading, plain } from '@breakwater/client';

const registry = new TypeRegistry();
registry.register({
  Kind: { _enum: { Limit: { price: 'u64' }, Market: { max_slippage: 'Option<u64>' } } },
  Side: { _enum: ['Buy', 'Sell'] },
  Order: { order_id: 'u64', market: 'u32', side: 'Side', kind: 'Kind', client_id: 'Option<[u8; 16]>', owner: 'AccountId', flags: '(bool, i128)', size_: 'u64' },
});

describe('a value of the chain', () => {
  it('is plain, exact, and named as in JavaScript', () => {
    const order = registry.createType('Order', {
      order_id: 2n ** 60n + 1n,
      market: 7,
      side: 'Sell',
      kind: { Limit: { price: 5n } },
      client_id: `0x${'61'.repeat(16)}`,
      owner: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
      flags: [true, -(10n ** 30n)],
      size_: 9,
    });

    assert.deepEqual(plain(order), {
      orderId: 1_152_921_504_606_846_977n,
      market: 7,
      side: 'Sell',
      kind: { type: 'Limit', value: { price: 5n } },
      clientId: `0x${'61'.repeat(16)}`,
      owner: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
      flags: [true, -(10n ** 30n)],
      size: 9n,
    });
  });

  it('is undefined where there is none', () => {
    assert.equal(plain(registry.createType('Option<u32>')), undefined);
    assert.equal(plain(registry.createType('Null')), undefined);
    assert.deepEqual(plain(registry.createType('Kind', { Market: { max_slippage: null } })), {
      type: 'Market',
      value: { maxSlippage: undefined },
    });
    assert.deepEqual(plain(registry.createType('Vec<(u64, Compact<u128>)>', [[1, 2]])), [[1n, 2n]]);
    assert.equal(plain(registry.createType('Bytes', '0x6162')), '0x6162');
  });

  it('is the name of what went wrong, if that is what it is', () => {
    const error = registry.createType('DispatchError', { Token: 'Frozen' });
    assert.deepEqual(plain(error), { error: 'token.Frozen', docs: '' });
    assert.deepEqual(plain(registry.createType('DispatchError', 'BadOrigin')), { error: 'badOrigin', docs: '' });
  });
});

describe('an event', () => {
  const event = (data) => ({ block: 1, blockHash: '0x', sequence: 0, extrinsic: undefined, name: 'margin.Transferred', data });

  it('concerns the accounts it names', () => {
    assert.ok(concerns(event({ account: 'a' }), 'a'));
    assert.ok(concerns(event({ from: 'a', to: 'b' }), 'b'));
    assert.ok(!concerns(event({ from: undefined, to: 'b' }), 'a'));
    assert.ok(isTrading('exchange.Filled') && !isTrading('exchanges.Filled') && !isTrading('system.ExtrinsicSuccess'));
  });
});
