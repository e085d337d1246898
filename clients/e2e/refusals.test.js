/**
 * Bad transactions: each is refused with a code and a reason, and changes nothing.
 *
 * The node is asked without a client library in between, so what is asserted here is what every
 * client in every language gets to see.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  BWR,
  account,
  accountStates,
  freeBalance,
  openChain,
  submit,
  waitForBlocks,
} from '../lib/chain.js';
import { RpcError, call } from '../lib/rpc.js';
import { mortal, mortalFrom, signed, tampered } from '../lib/signing.js';
import { until } from '../lib/wait.js';

/** How many blocks a transaction gets in which it should not be. */
const GRACE_BLOCKS = 1;

describe('a transaction is refused', () => {
  let chain, api, accounts;
  before(async () => {
    chain = await openChain();
    ({ api, accounts } = chain);
  });
  after(() => chain?.close());

  it('when it names a sender who did not sign it', async () => {
    const { bob, charlie } = accounts;
    const bytes = await signed(api, payment(), bob);
    const forged = tampered(bytes, bob.publicKey, charlie.publicKey);

    const error = await refusal(forged);

    assertInvalid(error, 'Transaction has a bad signature');
  });

  it('when it was altered after it was signed', async () => {
    const bytes = await signed(api, payment(BWR), accounts.bob);
    const altered = tampered(bytes, compact(BWR), compact(BWR / 2n));

    const error = await refusal(altered);

    assertInvalid(error, 'Transaction has a bad signature');
  });

  it('when its time is over', async () => {
    const mortality = await mortal(api, 4);
    const bytes = await signed(api, payment(), accounts.bob, { mortality });
    await waitForBlocks(api, 5);

    const error = await refusal(bytes);

    // An era names its first block only within a period. Of a period that is over, the node takes
    // the latest repetition, and its first block is not the one that was signed.
    assertInvalid(error, 'Transaction has a bad signature');
  });

  it('when its time begins at a block that is not there', async () => {
    const mortality = mortalFrom(api, 30_000);
    const bytes = await signed(api, payment(), accounts.bob, { mortality });

    const error = await refusal(bytes);

    assertInvalid(error, 'Transaction has an ancient birth block');
  });

  it('when it was signed for another chain', async () => {
    const genesisHash = `0x${'11'.repeat(32)}`;
    const bytes = await signed(api, payment(), accounts.bob, { genesisHash });

    const error = await refusal(bytes);

    assertInvalid(error, 'Transaction has a bad signature');
  });

  it('when it was signed for another version of the runtime', async () => {
    const runtimeVersion = { specVersion: 1, transactionVersion: 1 };
    const bytes = await signed(api, payment(), accounts.bob, { runtimeVersion });

    const error = await refusal(bytes);

    assertInvalid(error, 'Transaction has a bad signature');
  });

  it('when its nonce has been used', async () => {
    await submit(payment(), accounts.bob);
    const bytes = await signed(api, payment(), accounts.bob, { nonce: 0 });

    const error = await refusal(bytes);

    assertInvalid(error, 'Transaction is outdated');
  });

  it('when its sender cannot pay the fee', async () => {
    const pauper = account('//refusals/pauper');
    const bytes = await signed(api, payment(), pauper);

    const error = await refusal(bytes, [pauper, accounts.eve]);

    assertInvalid(error, 'Inability to pay some fees (e.g. account balance too low)');
  });

  it('when its tip is above the cap', async () => {
    const bytes = await signed(api, payment(), accounts.bob, { tip: BWR + 1n });

    const error = await refusal(bytes);

    assertInvalid(error, 'Custom error: 1');
  });

  it('when nobody signed it', async () => {
    const bytes = api.createType('Extrinsic', { method: payment().method }, { version: 4 });

    const error = await refusal(bytes.toHex());

    assert.equal(error.code, 1011);
    assert.equal(error.reason, 'Unknown Transaction Validity');
    assert.equal(error.data, 'NoUnsignedValidator');
  });

  it('when only the author of a block may make its call', async () => {
    const { method } = api.tx.timestamp.set(Date.now());
    const bytes = api.createType('Extrinsic', { method }, { version: 4 });

    const error = await refusal(bytes.toHex());

    assertInvalid(
      error,
      'Transaction dispatch is mandatory; transactions must not be validated.',
    );
  });

  it('when it is no transaction at all', async () => {
    const error = await refusal('0xdeadbeef');

    assert.equal(error.code, 1040);
    assert.match(error.reason, /Could not decode `OpaqueExtrinsic/);
  });

  it('when it is cut short', async () => {
    const bytes = await signed(api, payment(), accounts.bob);

    const error = await refusal(cutShort(bytes));

    assert.equal(error.code, 1002);
    assert.match(error.reason, /^Verification Error/);
  });

  it('when it has been sent already', async () => {
    // One that has to wait for those before it, so that it is still there the second time.
    const patient = account('//refusals/patient');
    await submit(api.tx.balances.transferKeepAlive(patient.address, 10n * BWR), accounts.bob);
    const bytes = await signed(api, payment(), patient, { nonce: 7 });
    await call(chain.node.endpoint, 'author_submitExtrinsic', bytes);

    const error = await refusal(bytes, [patient, accounts.eve]);

    assert.equal(error.code, 1013);
    assert.equal(error.reason, 'Transaction Already Imported');
  });

  /** The node's error. Fails where there is none, or where the transaction had any effect. */
  const refusal = async (bytes, concerned = Object.values(accounts)) => {
    const before = await accountStates(api, concerned);

    const submitting = call(chain.node.endpoint, 'author_submitExtrinsic', bytes);
    const error = await submitting.then((hash) => assert.fail(`accepted as ${hash}`), identity);

    assert.ok(error instanceof RpcError, String(error));
    await waitForBlocks(api, GRACE_BLOCKS);
    assert.deepEqual(await accountStates(api, concerned), before);
    return error;
  };

  const payment = (amount = BWR) =>
    api.tx.balances.transferKeepAlive(accounts.eve.address, amount);
  const compact = (amount) => api.createType('Compact<u128>', amount).toU8a();
});

describe('a transaction ahead of its turn', () => {
  let chain, api;
  before(async () => {
    chain = await openChain();
    api = chain.api;
  });
  after(() => chain?.close());

  it('waits for the one before it, and follows it', async () => {
    const [sender, first, second] = ['sender', 'first', 'second'].map((name) =>
      account(`//turns/${name}`),
    );
    await submit(payment(sender, 10n * BWR), chain.accounts.bob);
    const sooner = await signed(api, payment(first, BWR), sender, { nonce: 0 });
    const later = await signed(api, payment(second, BWR), sender, { nonce: 1 });

    await call(chain.node.endpoint, 'author_submitExtrinsic', later);
    await waitForBlocks(api, GRACE_BLOCKS);
    const [whileWaiting] = await accountStates(api, [sender]);
    await call(chain.node.endpoint, 'author_submitExtrinsic', sooner);

    assert.equal(whileWaiting.nonce, 0);
    await until('both are in a block', async () => (await freeBalance(api, second)) === BWR);
    assert.equal(await freeBalance(api, first), BWR);
    assert.equal((await api.rpc.system.accountNextIndex(sender.address)).toNumber(), 2);
  });

  const payment = (to, amount) => api.tx.balances.transferKeepAlive(to.address, amount);
});

function assertInvalid(error, why) {
  assert.equal(error.code, 1010);
  assert.equal(error.reason, 'Invalid Transaction');
  assert.equal(error.data, why);
}

const identity = (value) => value;

/** A transaction without its last bytes, and with the length it then has. */
function cutShort(bytes) {
  const body = Buffer.from(bytes.slice(2), 'hex').subarray(2, -10);
  const length = Buffer.alloc(2);
  length.writeUInt16LE((body.length << 2) | 0b01);
  return `0x${Buffer.concat([length, body]).toString('hex')}`;
}
