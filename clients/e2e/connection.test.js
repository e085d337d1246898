/** What a client finds when it connects: methods, properties, metadata, constants, keys, time. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Metadata, TypeRegistry } from '@polkadot/types';

import { BWR, bestHeight, freeBalance, openChain, waitForBlocks } from '../lib/chain.js';
import { call } from '../lib/rpc.js';
import { until } from '../lib/wait.js';

/** Legacy methods that `@polkadot/api`, Python libraries and wallets cannot do without. */
const LEGACY_METHODS = [
  'account_nextIndex',
  'author_pendingExtrinsics',
  'author_submitAndWatchExtrinsic',
  'author_submitExtrinsic',
  'chain_getBlock',
  'chain_getBlockHash',
  'chain_getFinalizedHead',
  'chain_getHeader',
  'chain_subscribeFinalizedHeads',
  'chain_subscribeNewHeads',
  'payment_queryFeeDetails',
  'payment_queryInfo',
  'state_call',
  'state_getKeysPaged',
  'state_getMetadata',
  'state_getRuntimeVersion',
  'state_getStorage',
  'state_queryStorageAt',
  'state_subscribeRuntimeVersion',
  'state_subscribeStorage',
  'system_accountNextIndex',
  'system_chain',
  'system_dryRun',
  'system_health',
  'system_properties',
  'system_version',
];

/** The methods of the new JSON-RPC specification, which `polkadot-api`, subxt and dedot use. */
const V2_METHODS = [
  'chainHead_v1_body',
  'chainHead_v1_call',
  'chainHead_v1_continue',
  'chainHead_v1_follow',
  'chainHead_v1_header',
  'chainHead_v1_stopOperation',
  'chainHead_v1_storage',
  'chainHead_v1_unfollow',
  'chainHead_v1_unpin',
  'chainSpec_v1_chainName',
  'chainSpec_v1_genesisHash',
  'chainSpec_v1_properties',
  'transactionWatch_v1_submitAndWatch',
  'transaction_v1_broadcast',
  'transaction_v1_stop',
];

const PALLETS = [
  'System',
  'Timestamp',
  'Aura',
  'Authorship',
  'Balances',
  'TransactionPayment',
  'Session',
  'Historical',
  'Grandpa',
  'Assets',
  'Utility',
  'Multisig',
  'Proxy',
  'Sudo',
];

describe('connecting to a development chain', () => {
  let chain;
  before(async () => (chain = await openChain()));
  after(() => chain?.close());

  it('serves the legacy and the new JSON-RPC methods', async () => {
    const { endpoint } = chain.node;

    const { methods } = await call(endpoint, 'rpc_methods');

    const missing = [...LEGACY_METHODS, ...V2_METHODS].filter((name) => !methods.includes(name));
    assert.deepEqual(missing, []);
  });

  it('answers the next nonce under both of its names', async () => {
    const { address } = chain.accounts.bob;

    const byName = await call(chain.node.endpoint, 'system_accountNextIndex', address);
    const byAlias = await call(chain.node.endpoint, 'account_nextIndex', address);

    const { nonce } = await chain.api.query.system.account(address);
    assert.equal(byName, nonce.toNumber());
    assert.equal(byAlias, byName);
  });

  it('names its token, decimals and address format', async () => {
    const legacy = await call(chain.node.endpoint, 'system_properties');
    const v2 = await call(chain.node.endpoint, 'chainSpec_v1_properties');

    const expected = { ss58Format: 42, tokenDecimals: 12, tokenSymbol: 'BWR' };
    assert.deepEqual(legacy, expected);
    assert.deepEqual(v2, expected);
    assert.equal(chain.api.registry.chainSS58, 42);
    assert.deepEqual(chain.api.registry.chainTokens, ['BWR']);
    assert.deepEqual(chain.api.registry.chainDecimals, [12]);
  });

  it('is called Breakwater and says that it is for development', async () => {
    const name = await chain.api.rpc.system.chain();
    const type = await chain.api.rpc.system.chainType();

    assert.match(name.toString(), /breakwater/i);
    assert.equal(type.toString(), 'Development');
    assert.equal(chain.api.runtimeVersion.specName.toString(), 'breakwater');
  });

  it('has one genesis, whichever way one asks', async () => {
    const { endpoint } = chain.node;

    const hashes = await Promise.all([
      call(endpoint, 'chain_getBlockHash', 0),
      call(endpoint, 'chainSpec_v1_genesisHash'),
    ]);

    assert.deepEqual(new Set(hashes), new Set([chain.api.genesisHash.toHex()]));
  });

  for (const version of [14, 15, 16]) {
    it(`describes itself in metadata V${version}`, async () => {
      const encoded = await metadataAt(chain, version);

      const metadata = new Metadata(new TypeRegistry(), encoded);

      const pallets = metadata[`asV${version}`].pallets.map(({ name }) => name.toString());
      assert.equal(metadata.version, version);
      assert.deepEqual(PALLETS.filter((name) => !pallets.includes(name)), []);
    });
  }

  it('offers no other metadata than those', async () => {
    const versions = await chain.api.call.metadata.metadataVersions();

    const stable = versions.map((version) => version.toNumber()).filter((v) => v < 0xffff_ffff);
    assert.deepEqual(stable.sort(), [14, 15, 16]);
  });

  it('states its pace and prices as constants', () => {
    const { aura, balances, system, timestamp } = chain.api.consts;

    assert.equal(aura.slotDuration.toNumber(), 500);
    assert.equal(timestamp.minimumPeriod.toNumber(), 250);
    assert.equal(balances.existentialDeposit.toBigInt(), BWR / 1_000n);
    assert.equal(system.ss58Prefix.toNumber(), 42);
    assert.equal(system.blockHashCount.toNumber(), 2_400);
  });

  it('endows the well-known accounts', async () => {
    const balances = await Promise.all(
      Object.values(chain.accounts).map((pair) => freeBalance(chain.api, pair)),
    );

    // A million each, less the bond of a reporter and what tests before this one have spent.
    assert.ok(balances.every((balance) => balance > 989_000n * BWR));
  });

  it('holds an oracle key in its session keys', async () => {
    const { alice } = chain.accounts;

    const keys = (await chain.api.query.session.nextKeys(alice.address)).unwrap();

    assert.deepEqual([...keys.keys()].sort(), ['aura', 'grandpa', 'oracle']);
    assert.equal(keys.get('oracle').toHex(), hex(alice.publicKey));
    assert.deepEqual(await keyTypes(chain.api, keys), ['aura', 'gran', 'orcl']);
  });

  it('makes a block every 500 milliseconds, and none sooner', async () => {
    const first = await bestBlock(chain.api);

    await waitForBlocks(chain.api, 12);

    // A busy machine misses slots: how many is told, and proves nothing.
    const last = await bestBlock(chain.api);
    const meanMs = (last.timestamp - first.timestamp) / (last.height - first.height);
    console.log(`${last.height - first.height} blocks, ${meanMs.toFixed(0)} ms each`);
    assert.ok(meanMs > 400, `${meanMs} ms`);
  });

  it('finalises what it makes', async () => {
    const target = await bestHeight(chain.api);

    const finalized = await until(`block ${target} is final`, async () => {
      const hash = await chain.api.rpc.chain.getFinalizedHead();
      const height = (await chain.api.rpc.chain.getHeader(hash)).number.toNumber();
      return height >= target && { hash, height };
    });

    const canonical = await chain.api.rpc.chain.getBlockHash(finalized.height);
    assert.equal(finalized.hash.toHex(), canonical.toHex());
  });

  it('answers health checks over plain HTTP', async () => {
    const health = await fetch(`${chain.node.endpoint.replace(/^ws/, 'http')}/health`);

    assert.equal(health.status, 200);
    assert.equal((await health.json()).isSyncing, false);
  });

  it('refuses an unknown method by name', async () => {
    const calling = call(chain.node.endpoint, 'breakwater_noSuchMethod');

    await assert.rejects(calling, { code: -32601, reason: 'Method not found' });
  });
});

async function metadataAt(chain, version) {
  // Version 14 is what the legacy method answers, for clients that know no other.
  if (version === 14) return call(chain.node.endpoint, 'state_getMetadata');
  const encoded = await chain.api.call.metadata.metadataAtVersion(version);
  return encoded.unwrap().toHex();
}

async function keyTypes(api, keys) {
  const decoded = await api.call.sessionKeys.decodeSessionKeys(keys.toHex());
  return decoded.unwrap().map(([, type]) => type.toUtf8());
}

async function bestBlock(api) {
  const at = await api.at(await api.rpc.chain.getBlockHash());
  const [height, timestamp] = await Promise.all([at.query.system.number(), at.query.timestamp.now()]);
  return { height: height.toNumber(), timestamp: timestamp.toNumber() };
}

const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
