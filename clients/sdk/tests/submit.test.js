/** Sending through a pool that refuses, loses and forgets, and a connection that drops. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { TypeRegistry } from '@polkadot/types';

import { CallFailed, Expired, NonceTaken, Refused, Sender, Undecided, follow } from '@breakwater/client';

import { random } from './fixtures.js';

const ADDRESS = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const RPC_ERROR = {
  outdated: [1010, 'Transaction is outdated'],
  broke: [1010, 'Inability to pay some fees (e.g. account balance too low)'],
  known: [1013, undefined],
  taken: [1014, 'The transaction has too low priority to replace another transaction already in the pool.'],
  full: [1016, undefined],
};

const rpcError = (kind) => Object.assign(new Error(kind), { code: RPC_ERROR[kind][0], data: RPC_ERROR[kind][1] });

const registry = new TypeRegistry();

/** A node with a pool. Transactions are texts: `nonce:call`. */
class FakeNode {
  blocks = [{ number: 0, hash: 'h0', parentHash: '', extrinsics: [] }];
  pool = new Map();
  /** What it takes up, and says that it had it. */
  elsewhere = new Set();
  nonce = 0;
  posts = [];
  /** What the next posts are answered with, instead of being taken. */
  refusals = [];
  /** Loses these when it takes them, once each. */
  lose = new Set();
  connected = true;
  /** What happens while a wallet is asked. */
  whileSigning = () => undefined;
  #wake = [];

  constructor() {
    const self = this;
    this.provider = { send: (method, params) => this.answer(method, params) };
    this.api = {
      genesisHash: 'genesis',
      runtimeVersion: {},
      registry,
      tx: (call) => {
        const extrinsic = {
          sign(_, { nonce, era }) {
            Object.assign(extrinsic, { bytes: `${nonce}:${call.name}`, era });
          },
          /** As the library does: given no more than a length, the life begins with what is final by now. */
          async signAsync(_, { signer, nonce, era }) {
            self.whileSigning();
            const asked = typeof era === 'number' ? self.finalHead.number : undefined;
            const life = asked === undefined ? era : registry.createType('ExtrinsicEra', { current: asked, period: era });
            await signer.signPayload({ blockNumber: registry.createType('BlockNumber', asked ?? 0).toHex(), era: life });
            extrinsic.sign(undefined, { nonce, era: life });
          },
          toHex: () => extrinsic.bytes,
          get hash() {
            return { toHex: () => `hash of ${extrinsic.bytes}` };
          },
        };
        return extrinsic;
      },
    };
  }

  get finalHead() {
    const number = Math.max(0, this.head() - 2);
    return { number, hash: `h${number}` };
  }

  async answer(method, [bytes]) {
    if (!this.connected) throw new Error('WebSocket is not connected');
    if (method === 'system_accountNextIndex') {
      let next = this.nonce;
      while (this.pool.has(next)) next++;
      return next;
    }
    assert.equal(method, 'author_submitExtrinsic');
    this.posts.push(bytes);
    const refusal = this.refusals.shift();
    if (refusal) throw rpcError(refusal);
    const nonce = Number(bytes.split(':')[0]);
    if (nonce < this.nonce) throw rpcError('outdated');
    if (this.pool.get(nonce) === bytes) throw rpcError('known');
    if (this.pool.has(nonce)) throw rpcError('taken');
    if (!this.lose.delete(bytes)) this.pool.set(nonce, bytes);
    if (this.elsewhere.delete(bytes)) throw rpcError('known');
    return 'hash';
  }

  /** A block with what of the pool is next. */
  produce({ empty = false } = {}) {
    const { number, hash } = this.blocks.at(-1);
    const extrinsics = ['inherent'];
    while (!empty && this.pool.has(this.nonce)) {
      extrinsics.push(this.pool.get(this.nonce));
      this.pool.delete(this.nonce++);
    }
    this.blocks.push({ number: number + 1, hash: `h${number + 1}`, parentHash: hash, extrinsics });
    for (const wake of this.#wake.splice(0)) wake();
  }

  head() {
    return this.connected ? (this.told = this.blocks.length - 1) : (this.told ?? 0);
  }

  blocks_(options) {
    return follow(this, options);
  }

  async blockAt(number) {
    if (!this.connected) throw new Error('WebSocket is not connected');
    return this.blocks[number];
  }

  changed(timeoutMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(timeoutMs, 2));
      this.#wake.push(() => (clearTimeout(timer), resolve()));
    });
  }

  isConnected() {
    return this.connected;
  }

  async bestNumber() {
    return this.blocks.length - 1;
  }

  async persist(ask) {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!/not connected/.test(error.message)) throw error;
        await this.changed(5);
      }
    }
  }

  async extrinsicsOf(hash) {
    return this.blocks.find((block) => block.hash === hash).extrinsics;
  }

  /** A call named `fail` fails; any other pays 5. */
  async eventsOf({ number, hash }) {
    const events = this.blocks[number].extrinsics.map((bytes, extrinsic) => {
      const failed = bytes.endsWith(':fail');
      const data = failed ? { dispatchError: { error: 'exchange.OffTick', docs: 'Off.' } } : { actualFee: 5n };
      const name = failed ? 'system.ExtrinsicFailed' : 'transactionPayment.TransactionFeePaid';
      return { block: number, blockHash: hash, sequence: extrinsic, extrinsic, name, data };
    });
    return events;
  }
}

const call = (name) => ({ method: { name } });

function setUp(signer = { address: ADDRESS, sign: () => undefined }) {
  const node = new FakeNode();
  // The name `blocks` is the fake's own chain.
  const connection = new Proxy(node, { get: (_, name) => (name === 'blocks' ? node.blocks_.bind(node) : bound(node, name)) });
  const sender = new Sender(connection, signer);
  return { node, sender };
}

const bound = (object, name) => (typeof object[name] === 'function' ? object[name].bind(object) : object[name]);

/** Blocks until all are settled. */
async function settled(node, promises, { most = 5_000, before = () => undefined } = {}) {
  let done = false;
  const all = Promise.allSettled(promises).finally(() => (done = true));
  for (let i = 0; i < most && !done; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    before(i);
    if (!done) node.produce();
  }
  return all;
}

/** Until the node has answered this. */
async function posted(node, bytes) {
  while (!node.posts.includes(bytes)) await new Promise(setImmediate);
  await new Promise(setImmediate);
}

const reasonOf = ([{ reason }]) => reason;

describe('sending', () => {
  it('keeps nonces right for any number at once', async () => {
    const { node, sender } = setUp();
    const results = await settled(node, Array.from({ length: 60 }, (_, i) => sender.submit(call(`c${i}`))));

    assert.ok(results.every(({ status }) => status === 'fulfilled'));
    const outcomes = results.map(({ value }) => value);
    assert.deepEqual(outcomes.map(({ nonce }) => nonce), Array.from({ length: 60 }, (_, i) => i));
    for (const { block, index, nonce, fee } of outcomes) {
      assert.equal(node.blocks[block].extrinsics[index], `${nonce}:c${nonce}`);
      assert.equal(fee, 5n);
    }
  });

  it('goes on one after the other, as soon as the one before is known', async () => {
    const { node, sender } = setUp();
    const inTurn = async () => {
      for (let i = 0; i < 20; i++) assert.equal((await sender.submit(call(`c${i}`), { timeoutMs: 5_000 })).nonce, i);
    };
    const [result] = await settled(node, [inTurn()]);

    assert.equal(result.status, 'fulfilled', String(result.reason));
  });

  it('leaves no gap where one is refused', async () => {
    const { node, sender } = setUp();
    node.refusals = [undefined, 'broke'];
    const results = await settled(node, ['a', 'b', 'c'].map((name) => sender.submit(call(name))));

    assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
    assert.ok(results[1].reason instanceof Refused);
    assert.match(results[1].reason.message, /Inability to pay/);
    assert.equal(results[2].value.nonce, 1);
  });

  it('waits for what the pool took up from elsewhere while it was posted', async () => {
    const { node, sender } = setUp();
    node.elsewhere.add('0:a');
    const [result] = await settled(node, [sender.submit(call('a'))]);

    assert.equal(result.status, 'fulfilled', String(result.reason));
    assert.deepEqual(node.blocks.flatMap(({ extrinsics }) => extrinsics).filter((bytes) => bytes.endsWith(':a')), ['0:a']);
  });

  it('signs anew where somebody else was faster', async () => {
    const { node, sender } = setUp();
    await settled(node, [sender.submit(call('a'))]);
    // Sent from elsewhere: one is in a block, the other waits.
    node.nonce = 2;
    node.pool.set(2, '2:other');
    const [result] = await settled(node, [sender.submit(call('b'))]);

    assert.equal(result.value.nonce, 3);
    assert.ok(!node.posts.includes('2:b'));
  });

  it('goes on to the next nonce where one is taken in the pool', async () => {
    const { node, sender } = setUp();
    const first = sender.submit(call('a'));
    await posted(node, '0:a');
    node.pool.set(1, '1:other');
    const results = await settled(node, [first, sender.submit(call('b'))]);

    assert.deepEqual(results.map(({ value }) => value.nonce), [0, 2]);
  });

  it('waits for room in a full pool', async () => {
    const { node, sender } = setUp();
    node.refusals = ['full'];
    const [result] = await settled(node, [sender.submit(call('a'))]);

    assert.equal(result.value.nonce, 0);
    assert.deepEqual(node.posts, ['0:a', '0:a']);
  });

  it('sends the same bytes again where the pool lost them', async () => {
    const { node, sender } = setUp();
    node.lose = new Set(['0:a', '1:b']);
    const results = await settled(node, ['a', 'b', 'c'].map((name) => sender.submit(call(name))));

    assert.deepEqual(results.map(({ value }) => value.nonce), [0, 1, 2]);
    const twice = node.posts.filter((bytes) => bytes === '0:a').length;
    assert.equal(twice, 2);
  });

  it('finds what got into a block while there was no connection', async () => {
    const { node, sender } = setUp();
    const sent = sender.submit(call('a'));
    await posted(node, '0:a');
    node.connected = false;
    node.produce();
    const reconnect = (i) => (node.connected = i > 5);
    const [result] = await settled(node, [sent], { before: reconnect });

    assert.equal(result.value.block, 1);
    assert.deepEqual(node.posts, ['0:a']);
  });

  it('sends after the connection is back what it could not send before', async () => {
    const { node, sender } = setUp();
    await settled(node, [sender.submit(call('a'))]);
    node.connected = false;
    const sent = sender.submit(call('b'));
    const [result] = await settled(node, [sent], { before: (i) => (node.connected = i > 3) });

    assert.equal(result.value.nonce, 1);
  });

  it('says why a call failed', async () => {
    const { node, sender } = setUp();
    const reason = reasonOf(await settled(node, [sender.submit(call('fail'))]));

    assert.ok(reason instanceof CallFailed);
    assert.equal(reason.error, 'exchange.OffTick');
    assert.equal(reason.message, 'exchange.OffTick: Off.');
  });

  it('says when it can never happen any more', async () => {
    const { node, sender } = setUp();
    node.lose = { delete: () => true };
    const reason = reasonOf(await settled(node, [sender.submit(call('a'))]));

    assert.ok(reason instanceof Expired, String(reason));
    assert.equal(reason.lastBlock, 63);
    node.lose = new Set();
    const [after] = await settled(node, [sender.submit(call('b'))]);
    assert.equal(after.value.nonce, 0);
  });

  it('knows the life of what a wallet signed, whatever becomes final meanwhile', async () => {
    const asked = [];
    const wallet = { signPayload: async (payload) => asked.push(payload) };
    const { node, sender } = setUp({ address: ADDRESS, signer: wallet });
    while (node.blocks.length <= 100) node.produce();
    node.whileSigning = () => node.produce();
    const sent = await sender.send(call('a'));
    const result = settled(node, [sent.outcome]);
    node.produce({ empty: true });
    const [{ value, reason }] = await result;

    assert.equal(value?.nonce, 0, String(reason));
    assert.deepEqual(asked.map(({ blockNumber, era }) => [Number(blockNumber), era.asMortalEra.birth(98)]), [[98, 98]]);
  });

  it('says when another transaction took its nonce', async () => {
    const { node, sender } = setUp();
    node.lose = new Set(['0:a']);
    const sent = sender.submit(call('a'));
    await posted(node, '0:a');
    node.pool.set(0, '0:other');
    const reason = reasonOf(await settled(node, [sent]));

    assert.ok(reason instanceof NonceTaken, String(reason));
    const [after] = await settled(node, [sender.submit(call('b'))]);
    assert.equal(after.value.nonce, 1);
  });

  it('says when it is not known in time', async () => {
    const { node, sender } = setUp();
    const error = await sender.submit(call('a'), { timeoutMs: 10 }).catch((error) => error);

    assert.ok(error instanceof Undecided);
    assert.match(error.message, /may still happen up to block 63/);
    node.produce();
  });

  it('is right whatever the pool does', async () => {
    for (let seed = 10; seed < 40; seed++) {
      const { node, sender } = setUp();
      const next = random(seed);
      const names = Array.from({ length: 12 }, (_, i) => (next(5n) === 0n ? 'fail' : `c${i}`));
      node.lose = { delete: () => next(3n) === 0n };
      node.refusals = Array.from({ length: 8 }, () => (next(3n) === 0n ? 'full' : undefined));
      const sent = names.map((name) => sender.submit(call(name), { timeoutMs: 20_000 }));
      const shake = (i) => {
        node.connected = i > 40 || next(4n) > 0n;
        // Somebody else uses the account.
        if (i < 40 && next(10n) === 0n && !node.pool.has(node.nonce)) node.pool.set(node.nonce, `${node.nonce}:other`);
      };
      const results = await settled(node, sent, { before: shake });

      // Each is in a block exactly once, or has an error that says it is in none.
      const included = node.blocks.flatMap(({ extrinsics }) => extrinsics).filter((bytes) => /^\d+:(c|fail)/.test(bytes));
      assert.equal(new Set(included).size, included.length);
      const happened = results.filter(({ status, reason }) => status === 'fulfilled' || reason instanceof CallFailed);
      assert.equal(happened.length, included.length, `seed ${seed}: ${results.map(({ reason }) => reason?.message)}`);
      const others = results.filter((result) => !happened.includes(result));
      assert.ok(others.every(({ reason }) => reason instanceof NonceTaken || reason instanceof Expired), `seed ${seed}`);
    }
  });
});
