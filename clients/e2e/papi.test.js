/** The chain through `polkadot-api`, over the new JSON-RPC methods and over the legacy ones. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { InvalidTxError } from 'polkadot-api';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';

import { BWR } from '../lib/chain.js';
import { LegacySocket, openPapiChain, papiAccount } from '../lib/papi.js';
import { within } from '../lib/wait.js';

const TIMEOUT_MS = 120_000;

describe('polkadot-api', () => {
  let chain, client, api;
  const bob = papiAccount('//Bob');
  before(async () => {
    chain = await openPapiChain();
    ({ client, api } = chain);
  });
  after(() => chain?.close());

  it('follows the chain through the new methods', async () => {
    const blocks = await soon(firstValueFrom(client.finalizedBlock$.pipe(take(3), toArray())));

    const heights = blocks.map(({ number }) => number);
    assert.deepEqual(heights, heights.toSorted((a, b) => a - b));
    assert.ok(chain.methods.has('chainHead_v1_follow'));
    assert.ok(!chain.methods.has('chain_subscribeNewHeads'));
  });

  it('knows which chain it is on', async () => {
    const { name, genesisHash, properties } = await soon(client.getChainSpecData());

    assert.match(name, /breakwater/i);
    assert.match(genesisHash, /^0x[0-9a-f]{64}$/);
    assert.deepEqual(properties, { ss58Format: 42, tokenDecimals: 12, tokenSymbol: 'BWR' });
  });

  it('reads constants, storage and runtime calls', async () => {
    const alice = papiAccount('//Alice').address;

    const [slotMs, deposit, { data, nonce }, nextNonce, [, keys]] = await soon(
      Promise.all([
        api.constants.Aura.SlotDuration(),
        api.constants.Balances.ExistentialDeposit(),
        api.query.System.Account.getValue(alice),
        api.apis.AccountNonceApi.account_nonce(alice),
        api.query.Session.QueuedKeys.getValue().then(([first]) => first),
      ]),
    );

    assert.equal(slotMs, 500n);
    assert.equal(deposit, BWR / 1_000n);
    assert.ok(data.free + data.reserved > 999_000n * BWR);
    assert.equal(nextNonce, nonce);
    assert.deepEqual(Object.keys(keys), ['aura', 'grandpa', 'oracle']);
  });

  it('watches a transfer until it is final', async () => {
    const recipient = papiAccount('//papi/recipient').address;

    const watching = payment(api, recipient, 2n * BWR).signSubmitAndWatch(bob.signer);
    const steps = await soon(lastValueFrom(watching.pipe(toArray())));

    const final = steps.at(-1);
    assert.equal(final.type, 'finalized');
    assert.ok(final.ok);
    assert.ok(steps.some(({ type, found }) => type === 'txBestBlocksState' && found));
    const [transfer] = api.event.Balances.Transfer.filter(final.events);
    assert.equal(transfer.payload.amount, 2n * BWR);
    const { data } = await soon(api.query.System.Account.getValue(recipient));
    assert.equal(data.free, 2n * BWR);
  });

  it('estimates the fee that is paid', async () => {
    const tx = payment(api, papiAccount('//Dave').address, BWR);
    const estimate = await soon(tx.getEstimatedFees(bob.address));

    const { events } = await soon(tx.signAndSubmit(bob.signer));

    const [{ payload }] = api.event.TransactionPayment.TransactionFeePaid.filter(events);
    // The fee multiplier moves a little with each block between the two.
    assertWithinPercent(payload.actual_fee, estimate, 1n);
  });

  it('sees a failed call by name', async () => {
    const tx = payment(api, papiAccount('//Dave').address, 2_000_000n * BWR);

    const { ok, dispatchError } = await soon(tx.signAndSubmit(bob.signer));

    assert.equal(ok, false);
    assert.equal(dispatchError.type, 'Token');
    assert.equal(dispatchError.value.type, 'FundsUnavailable');
  });

  it('sees the error of a pallet by name', async () => {
    const remark = api.tx.System.remark({ remark: new Uint8Array() });
    const tx = api.tx.Sudo.sudo({ call: remark.decodedCall });

    const { ok, dispatchError } = await soon(tx.signAndSubmit(bob.signer));

    assert.equal(ok, false);
    assert.equal(dispatchError.type, 'Module');
    assert.equal(dispatchError.value.type, 'Sudo');
    assert.equal(dispatchError.value.value.type, 'RequireSudo');
  });

  it('refuses a tip above the cap', async () => {
    const tx = payment(api, papiAccount('//Dave').address, BWR);

    const submitting = soon(tx.signAndSubmit(bob.signer, { tip: BWR + 1n }));

    await assertInvalid(submitting, { type: 'Custom', value: 1 });
  });

  it('refuses a nonce that has been used', async () => {
    const tx = payment(api, papiAccount('//Dave').address, BWR);
    await soon(tx.signAndSubmit(bob.signer));

    const submitting = soon(tx.signAndSubmit(bob.signer, { nonce: 0 }));

    await assertInvalid(submitting, { type: 'Stale', value: undefined });
  });

  it('refuses a sender who cannot pay the fee', async () => {
    const tx = payment(api, bob.address, BWR);

    const submitting = soon(tx.signAndSubmit(papiAccount('//papi/pauper').signer));

    await assertInvalid(submitting, { type: 'Payment', value: undefined });
  });
});

describe('polkadot-api over the legacy methods', () => {
  let chain;
  before(async () => (chain = await openPapiChain({ websocketClass: LegacySocket })));
  after(() => chain?.close());

  it('watches a transfer until it is final', async () => {
    const { api, methods } = chain;
    const recipient = papiAccount('//papi/legacy').address;

    const tx = payment(api, recipient, BWR);
    const { ok } = await soon(tx.signAndSubmit(papiAccount('//Bob').signer));

    assert.ok(ok);
    const { data } = await soon(api.query.System.Account.getValue(recipient));
    assert.equal(data.free, BWR);
    assert.deepEqual([...methods].filter((name) => name.includes('_v1_')), []);
  });
});

const payment = (api, to, amount) =>
  api.tx.Balances.transfer_keep_alive({ dest: { type: 'Id', value: to }, value: amount });

const soon = (promise) => within('an answer', TIMEOUT_MS, promise);

async function assertInvalid(submitting, reason) {
  const error = await submitting.then(() => assert.fail('accepted'), (error) => error);
  assert.ok(error instanceof InvalidTxError, String(error));
  assert.deepEqual(error.error, { type: 'Invalid', value: reason });
}

function assertWithinPercent(value, expected, percent) {
  const off = value > expected ? value - expected : expected - value;
  assert.ok(off * 100n <= expected * percent, `${value} is not about ${expected}`);
}
