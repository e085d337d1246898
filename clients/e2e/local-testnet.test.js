/** One validator of the four of a local test network, which keeps every block it has seen. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { BWR, account, freeBalance, openChain, submit } from '../lib/chain.js';
import { startNode } from '../lib/node.js';
import { call } from '../lib/rpc.js';

const ALICE_ALONE = [
  '--chain=local',
  '--alice',
  '--validator',
  '--unsafe-force-node-key-generation',
  // She does author, every fourth slot, although nobody else is there.
  '--force-authoring',
  '--state-pruning=archive',
  '--blocks-pruning=archive',
];

describe('a local test network', () => {
  let chain, api, accounts;
  before(async () => {
    chain = await openChain(await startNode({ args: ALICE_ALONE }));
    ({ api, accounts } = chain);
  });
  after(() => chain?.close());

  it('is shared by four validators', async () => {
    const { alice, bob, charlie, dave } = accounts;

    const validators = await api.query.session.validators();

    const expected = [alice, bob, charlie, dave].map(({ address }) => address);
    assert.deepEqual(validators.map(String).sort(), expected.sort());
    assert.equal((await api.query.aura.authorities()).length, 4);
    assert.equal((await api.query.grandpa.authorities()).length, 4);
  });

  it('gives nobody Sudo', async () => {
    const target = account('//sudo/nobody');
    const setBalance = api.tx.balances.forceSetBalance(target.address, 9n * BWR);

    const { error } = await submit(api.tx.sudo.sudo(setBalance), accounts.alice);

    assert.equal(error, 'sudo.RequireSudo');
    assert.ok((await api.query.sudo.key()).isNone);
    assert.equal(await freeBalance(api, target), 0n);
  });

  it('is not final while one validator is alone', async () => {
    const finalized = await api.rpc.chain.getFinalizedHead();

    assert.equal(finalized.toHex(), api.genesisHash.toHex());
  });

  it('answers archive methods where the node keeps an archive', async () => {
    const { endpoint } = chain.node;

    const genesis = await call(endpoint, 'archive_v1_genesisHash');
    const [first] = await call(endpoint, 'archive_v1_hashByHeight', 0);
    const height = await call(endpoint, 'archive_v1_finalizedHeight');
    const body = await call(endpoint, 'archive_v1_body', genesis);

    assert.equal(genesis, api.genesisHash.toHex());
    assert.equal(first, genesis);
    assert.equal(height, 0);
    assert.deepEqual(body, []);
  });
});
