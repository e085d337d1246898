/** What a transaction does: moves funds, pays its fee, becomes final, or fails by name. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  BWR,
  account,
  eventNamed,
  eventNames,
  freeBalance,
  openChain,
  submit,
} from '../lib/chain.js';
import { call } from '../lib/rpc.js';

/** More than anybody has, less than there is. */
const TOO_MUCH = 2_000_000n * BWR;

describe('a transaction', () => {
  let chain, api, accounts;
  before(async () => {
    chain = await openChain();
    ({ api, accounts } = chain);
  });
  after(() => chain?.close());

  it('moves funds and tells so in events', async () => {
    const { bob } = accounts;
    const recipient = account('//transfer/recipient');

    const { events, error } = await submit(transfer(recipient, 3n * BWR), bob);

    assert.equal(error, undefined);
    assert.equal(await freeBalance(api, recipient), 3n * BWR);
    const [from, to, amount] = eventNamed(events, 'balances.Transfer').data;
    assert.equal(from.toString(), bob.address);
    assert.equal(to.toString(), recipient.address);
    assert.equal(amount.toBigInt(), 3n * BWR);
    eventNamed(events, 'transactionPayment.TransactionFeePaid');
    assert.equal(eventNames(events).at(-1), 'system.ExtrinsicSuccess');
  });

  it('becomes final', async () => {
    const recipient = account('//final/recipient');

    const { blockHash } = await submit(transfer(recipient, BWR), accounts.bob, { finalized: true });

    const height = await heightOf(api, blockHash);
    const finalizedHeight = await heightOf(api, await api.rpc.chain.getFinalizedHead());
    assert.ok(finalizedHeight >= height, `${finalizedHeight} is before ${height}`);
    const atFinalized = await api.at(await api.rpc.chain.getFinalizedHead());
    const { data } = await atFinalized.query.system.account(recipient.address);
    assert.equal(data.free.toBigInt(), BWR);
  });

  it('is found in the block that was named', async () => {
    const { hash, blockHash } = await submit(transfer(accounts.eve, BWR), accounts.bob);

    const { block } = await api.rpc.chain.getBlock(blockHash);

    const found = block.extrinsics.filter((extrinsic) => extrinsic.hash.toHex() === hash);
    assert.equal(found.length, 1);
    assert.equal(found[0].signer.toString(), accounts.bob.address);
  });

  it('costs what the fee query says', async () => {
    const { charlie } = accounts;
    const before = await freeBalance(api, charlie);

    const { hash, blockHash, events } = await submit(transfer(accounts.eve, BWR), charlie);

    const paid = feePaid(events);
    assert.equal(await feeQueriedBefore(chain, blockHash, hash), paid);
    assert.equal(before - (await freeBalance(api, charlie)), paid + BWR);
  });

  it('pays its tip on top of the fee, up to the cap', async () => {
    const { charlie } = accounts;
    const tip = 1n * BWR;
    const before = await freeBalance(api, charlie);

    const { events } = await submit(transfer(accounts.eve, BWR), charlie, { tip });

    const [payer, total, ofWhichTip] = eventNamed(
      events,
      'transactionPayment.TransactionFeePaid',
    ).data;
    assert.equal(payer.toString(), charlie.address);
    assert.equal(ofWhichTip.toBigInt(), tip);
    assert.equal(before - (await freeBalance(api, charlie)), total.toBigInt() + BWR);
  });

  it('pays its fee to the author of the block', async () => {
    const { alice, dave } = accounts;
    const before = await freeBalance(api, alice);

    const { events } = await submit(transfer(accounts.eve, BWR), dave);

    assert.equal((await freeBalance(api, alice)) - before, feePaid(events));
  });

  it('that fails is named, pays its fee and changes nothing else', async () => {
    const { dave, eve } = accounts;
    const [daveBefore, eveBefore] = await Promise.all([dave, eve].map(free));

    const { error, events } = await submit(transfer(eve, TOO_MUCH), dave);

    assert.equal(error, 'token.FundsUnavailable');
    assert.equal(eventNames(events).at(-1), 'system.ExtrinsicFailed');
    assert.equal(await free(eve), eveBefore);
    assert.equal(daveBefore - (await free(dave)), feePaid(events));
  });

  it('that would leave dust is named', async () => {
    const recipient = account('//dust/recipient');

    const { error } = await submit(transfer(recipient, 1n), accounts.dave);

    assert.equal(error, 'token.BelowMinimum');
    assert.equal(await free(recipient), 0n);
  });

  describe('of a batch', () => {
    it('makes all of its calls', async () => {
      const [first, second] = [account('//batch/1'), account('//batch/2')];
      const batch = api.tx.utility.batchAll([transfer(first, BWR), transfer(second, 2n * BWR)]);

      const { error, events } = await submit(batch, accounts.dave);

      assert.equal(error, undefined);
      assert.equal(await free(first), BWR);
      assert.equal(await free(second), 2n * BWR);
      eventNamed(events, 'utility.BatchCompleted');
    });

    it('takes all back when one fails and all were asked for', async () => {
      const recipient = account('//batch/all-or-nothing');
      const tooMuch = transfer(accounts.eve, TOO_MUCH);
      const batch = api.tx.utility.batchAll([transfer(recipient, BWR), tooMuch]);

      const { error } = await submit(batch, accounts.dave);

      assert.equal(error, 'token.FundsUnavailable');
      assert.equal(await free(recipient), 0n);
    });

    it('stops at the first that fails otherwise, and says where', async () => {
      const [first, third] = [account('//batch/first'), account('//batch/third')];
      const tooMuch = transfer(accounts.eve, TOO_MUCH);
      const batch = api.tx.utility.batch([transfer(first, BWR), tooMuch, transfer(third, BWR)]);

      const { error, events } = await submit(batch, accounts.dave);

      assert.equal(error, undefined);
      assert.equal(eventNamed(events, 'utility.BatchInterrupted').data.index.toNumber(), 1);
      assert.equal(await free(first), BWR);
      assert.equal(await free(third), 0n);
    });
  });

  const transfer = (to, amount) => api.tx.balances.transferKeepAlive(to.address, amount);
  const free = (pair) => freeBalance(api, pair);
});

function feePaid(events) {
  return eventNamed(events, 'transactionPayment.TransactionFeePaid').data.actualFee.toBigInt();
}

/**
 * The fee as the query gives it on top of the block before the one with the transaction: the fee
 * multiplier moves a little with every block.
 */
async function feeQueriedBefore({ api, node }, blockHash, hash) {
  const { block } = await api.rpc.chain.getBlock(blockHash);
  const extrinsic = block.extrinsics.find((candidate) => candidate.hash.toHex() === hash);
  const parent = block.header.parentHash.toHex();
  const info = await call(node.endpoint, 'payment_queryInfo', extrinsic.toHex(), parent);
  return BigInt(info.partialFee);
}

async function heightOf(api, hash) {
  return (await api.rpc.chain.getHeader(hash)).number.toNumber();
}
