/** The ways to hold and share power over funds: assets, multisig, proxy, and Sudo. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { createKeyMulti, encodeAddress, sortAddresses } from '@polkadot/util-crypto';

import {
  BWR,
  account,
  errorName,
  eventNamed,
  freeBalance,
  openChain,
  submit,
} from '../lib/chain.js';

describe('on a development chain', () => {
  let chain, api, accounts;
  before(async () => {
    chain = await openChain();
    ({ api, accounts } = chain);
  });
  after(() => chain?.close());

  describe('an asset', () => {
    it('is created, minted and transferred', async () => {
      const { bob, charlie, dave } = accounts;
      const gold = await createdBy(bob, 5_001);

      await succeed(api.tx.assets.mint(gold, charlie.address, 1_000n), bob);
      const { events } = await succeed(api.tx.assets.transfer(gold, dave.address, 300n), charlie);

      assert.equal(await holding(gold, charlie), 700n);
      assert.equal(await holding(gold, dave), 300n);
      const { supply } = (await api.query.assets.asset(gold)).unwrap();
      assert.equal(supply.toBigInt(), 1_000n);
      assert.equal(eventNamed(events, 'assets.Transferred').data.amount.toBigInt(), 300n);
    });

    it('is minted by its issuer only', async () => {
      const { bob, eve } = accounts;
      const silver = await createdBy(bob, 5_002);

      const { error } = await submit(api.tx.assets.mint(silver, eve.address, 1_000n), eve);

      assert.equal(error, 'assets.NoPermission');
      assert.equal(await holding(silver, eve), 0n);
    });

    it('that does not exist is named', async () => {
      const { eve } = accounts;

      const { error } = await submit(api.tx.assets.mint(404, eve.address, 1n), eve);

      assert.equal(error, 'token.UnknownAsset');
    });

    const createdBy = async (issuer, id) => {
      await succeed(api.tx.assets.create(id, issuer.address, 10n), issuer);
      return id;
    };
    const holding = async (id, { address }) => {
      const held = await api.query.assets.account(id, address);
      return held.isSome ? held.unwrap().balance.toBigInt() : 0n;
    };
  });

  describe('a multisig of two out of three', () => {
    const THRESHOLD = 2;
    let members, shared;

    before(async () => {
      const { bob, charlie, dave } = accounts;
      members = [bob, charlie, dave].map(({ address }) => address);
      shared = { address: encodeAddress(createKeyMulti(members, THRESHOLD), 42) };
      await succeed(transfer(shared, 100n * BWR), bob);
    });

    it('does nothing on the word of one', async () => {
      const recipient = account('//multisig/one');
      const payment = transfer(recipient, BWR);

      const { events } = await succeed(approval(payment, accounts.bob, null), accounts.bob);

      eventNamed(events, 'multisig.NewMultisig');
      assert.ok((await proposal(payment)).isSome);
      assert.equal(await freeBalance(api, recipient), 0n);
    });

    it('refuses to count the same one twice', async () => {
      const recipient = account('//multisig/twice');
      const payment = transfer(recipient, BWR);
      const { position } = await succeed(approval(payment, accounts.bob, null), accounts.bob);

      const { error } = await submit(approval(payment, accounts.bob, position), accounts.bob);

      assert.equal(error, 'multisig.AlreadyApproved');
      assert.equal(await freeBalance(api, recipient), 0n);
    });

    it('acts on the word of two', async () => {
      const recipient = account('//multisig/two');
      const payment = transfer(recipient, 4n * BWR);
      const { position } = await succeed(approval(payment, accounts.bob, null), accounts.bob);
      const before = await freeBalance(api, shared);

      const second = approval(payment, accounts.dave, position);
      const { events } = await succeed(second, accounts.dave);

      assert.ok(eventNamed(events, 'multisig.MultisigExecuted').data.result.isOk);
      assert.equal(await freeBalance(api, recipient), 4n * BWR);
      assert.equal(before - (await freeBalance(api, shared)), 4n * BWR);
      assert.ok((await proposal(payment)).isNone);
    });

    const approval = (payment, signer, position) => {
      const others = members.filter((address) => address !== signer.address);
      const weight = { refTime: 10n ** 10n, proofSize: 100_000n };
      return api.tx.multisig.asMulti(
        THRESHOLD,
        sortAddresses(others, 42),
        // Where the call was proposed; the first one proposes.
        position,
        payment,
        weight,
      );
    };
    const proposal = (payment) =>
      api.query.multisig.multisigs(shared.address, payment.method.hash);
  });

  describe('a proxy', () => {
    it('acts for the account that named it', async () => {
      const { ferdie, eve } = accounts;
      const recipient = account('//proxy/recipient');
      await succeed(api.tx.proxy.addProxy(eve.address, 'Any', 0), ferdie);
      const before = await freeBalance(api, ferdie);

      const { events } = await succeed(forFerdie(transfer(recipient, 5n * BWR)), eve);

      assert.ok(eventNamed(events, 'proxy.ProxyExecuted').data.result.isOk);
      assert.equal(await freeBalance(api, recipient), 5n * BWR);
      assert.equal(before - (await freeBalance(api, ferdie)), 5n * BWR);
    });

    it('that may not transfer does not', async () => {
      const { ferdie, dave } = accounts;
      await succeed(api.tx.proxy.addProxy(dave.address, 'NonTransfer', 0), ferdie);
      const before = await freeBalance(api, ferdie);

      const { events } = await succeed(forFerdie(transfer(dave, 5n * BWR)), dave);

      const { result } = eventNamed(events, 'proxy.ProxyExecuted').data;
      assert.equal(errorName(result.asErr), 'system.CallFiltered');
      assert.equal(await freeBalance(api, ferdie), before);
    });

    it('that nobody named is refused', async () => {
      const { bob } = accounts;

      const { error } = await submit(forFerdie(transfer(bob, BWR)), bob);

      assert.equal(error, 'proxy.NotProxy');
    });

    const forFerdie = (call) => api.tx.proxy.proxy(accounts.ferdie.address, null, call);
  });

  describe('Sudo', () => {
    it("is Alice's", async () => {
      const target = account('//sudo/target');
      const setBalance = api.tx.balances.forceSetBalance(target.address, 9n * BWR);

      const { events } = await succeed(api.tx.sudo.sudo(setBalance), accounts.alice);

      assert.ok(eventNamed(events, 'sudo.Sudid').data.sudoResult.isOk);
      assert.equal(await freeBalance(api, target), 9n * BWR);
    });

    it('is refused to Bob', async () => {
      const target = account('//sudo/not-for-bob');
      const setBalance = api.tx.balances.forceSetBalance(target.address, 9n * BWR);

      const { error } = await submit(api.tx.sudo.sudo(setBalance), accounts.bob);

      assert.equal(error, 'sudo.RequireSudo');
      assert.equal(await freeBalance(api, target), 0n);
    });

    it("leaves root's calls closed to everyone without it", async () => {
      const target = account('//sudo/not-without');

      const { error } = await submit(
        api.tx.balances.forceSetBalance(target.address, 9n * BWR),
        accounts.alice,
      );

      assert.equal(error, 'badOrigin');
      assert.equal(await freeBalance(api, target), 0n);
    });
  });

  const transfer = (to, amount) => api.tx.balances.transferKeepAlive(to.address, amount);
});

/** Submits what must work. */
async function succeed(tx, signer) {
  const result = await submit(tx, signer);
  assert.equal(result.error, undefined, `${tx.method.section}.${tx.method.method}`);
  return result;
}
