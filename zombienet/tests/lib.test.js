import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { compact, isSigned, slotOf } from '../lib/chain.js';
import { FinalityLog } from '../lib/finality.js';
import { Flood } from '../lib/flood.js';
import { nodeKey, peerId, validatorNames } from '../lib/identity.js';
import { mean, percentile } from '../lib/stats.js';
import { until } from '../lib/wait.js';
import { decodeFrame, encodeFrame } from '../lib/websocket.js';

describe('percentile', () => {
  test('is the smallest sample that enough samples do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    assert.equal(percentile(hundred, 50), 50);
    assert.equal(percentile(hundred, 99), 99);
    assert.equal(percentile(hundred, 100), 100);
    assert.equal(percentile([7], 99), 7);
  });

  test('of nothing is nothing', () => {
    assert.equal(percentile([], 50), null);
    assert.equal(mean([]), null);
  });
});

describe('decoding', () => {
  test('reads compact integers of every size', () => {
    for (const [hex, value, length] of [
      ['00', 0n, 1],
      ['fc', 63n, 1],
      ['0101', 64n, 2],
      ['feff0300', 65_535n, 4],
      ['0300000040', 1_073_741_824n, 5],
      ['13ffffffffffffffff', 2n ** 64n - 1n, 9],
    ]) {
      assert.deepEqual(compact(Buffer.from(hex, 'hex'), 0), [value, length]);
    }
  });

  test('finds the slot among other digest items', () => {
    const logs = ['0x0466726f6e00', '0x066175726120d204000000000000', '0x05617572610101'];
    assert.equal(slotOf({ number: '0x1', digest: { logs } }), 1234);
  });

  test('tells signed transactions from inherents', () => {
    assert.equal(isSigned('0x280402000b10c4a2c58d01'), false);
    assert.equal(isSigned('0x39028400d43593c715fdd31c'), true);
  });
});

describe('identity', () => {
  test('knows the peer id of a network key', () => {
    assert.equal(peerId(nodeKey(1)), '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp');
  });

  test('names the validators in the order of the authorities', () => {
    assert.deepEqual(
      validatorNames(['8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48', 'ffffffffff']),
      ['bob', 'ffffffff'],
    );
  });
});

describe('finality log', () => {
  test('is content while all agree', () => {
    const log = new FinalityLog();
    for (const node of ['alice', 'bob']) for (const height of [1, 2]) log.record(node, height, `0x${height}`);
    log.record('alice', 3, '0x3');
    assert.deepEqual(log.conflicts, []);
    assert.equal(log.agreed, 2);
    assert.equal(log.highest, 3);
  });

  test('catches two nodes that disagree', () => {
    const log = new FinalityLog();
    log.record('alice', 5, '0xaa');
    log.record('bob', 5, '0xbb');
    assert.deepEqual(log.conflicts, ['conflicting finality at height 5: bob has 0xbb, alice had 0xaa']);
  });

  test('catches a node that changes its mind', () => {
    const log = new FinalityLog();
    log.record('alice', 5, '0xaa');
    log.record('alice', 5, '0xbb');
    assert.deepEqual(log.conflicts, [
      'conflicting finality at height 5: alice has 0xbb, alice earlier had 0xaa',
    ]);
  });
});

describe('waiting', () => {
  test('says what it waited for and what it got instead', async () => {
    await assert.rejects(
      until('pigs fly', 20, () => false, 5),
      /in vain until pigs fly \(last answer: false\)/,
    );
  });

  test('gives up at once where there is no hope', async () => {
    const probe = () => {
      throw Object.assign(new Error('the node is gone'), { hopeless: true });
    };
    await assert.rejects(until('it answers', 60_000, probe), /the node is gone/);
  });
});

describe('websocket frames', () => {
  const unmask = (frame) => {
    const start = frame.length - 4 - lengthOf(frame);
    return frame.subarray(start + 4).map((byte, i) => byte ^ frame[start + (i & 3)]);
  };
  const lengthOf = (frame) => {
    const short = frame[1] & 0x7f;
    if (short < 126) return short;
    return short === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  };

  test('are encoded at every length', () => {
    for (const length of [0, 125, 126, 65_535, 65_536]) {
      const payload = Buffer.alloc(length, 'x');
      assert.deepEqual(Buffer.from(unmask(encodeFrame(1, payload))), payload);
    }
  });

  test('are decoded one by one, however they arrive', () => {
    const bytes = Buffer.from('8103616263' + '0102' + '6465' + '800166', 'hex');
    assert.equal(decodeFrame(bytes.subarray(0, 4)), undefined);
    const first = decodeFrame(bytes);
    assert.deepEqual([first.final, `${first.payload}`], [true, 'abc']);
    const second = decodeFrame(first.rest);
    assert.deepEqual([second.final, `${second.payload}`], [false, 'de']);
    const third = decodeFrame(second.rest);
    assert.deepEqual([third.opcode, third.final, `${third.payload}`, third.rest.length], [0, true, 'f', 0]);
  });
});

describe('flood', () => {
  const PATIENT_BLOCKS = 20;
  const TEMPORARILY_BANNED = 1012;

  /** A node that keeps what it is sent, unless told to lose it or to refuse it. */
  class Pool {
    sent = [];
    pending = new Set();

    constructor({ loses = [], refuses = [] } = {}) {
      this.loses = new Set(loses);
      this.refuses = new Set(refuses);
    }

    async call(method, transaction) {
      if (method === 'author_pendingExtrinsics') return [...this.pending];
      this.sent.push(transaction);
      if (this.refuses.has(transaction))
        throw Object.assign(new Error('not now'), { code: TEMPORARILY_BANNED });
      if (!this.loses.has(transaction)) this.pending.add(transaction);
      return transaction;
    }
  }

  const floodOf = (lanes, pools) =>
    new Flood({ lanes, sockets: pools, inFlightMax: 100, rate_per_s: 1_000_000 });
  const sendAll = (flood) => flood.run(Number.MAX_SAFE_INTEGER);
  /** Empty blocks, and time for the answers of the nodes. */
  const blocks = async (flood, count) => {
    for (let i = 0; i < count; i++) {
      flood.included([], Date.now());
      await new Promise(setImmediate);
    }
  };

  test('sends again, from the lowest nonce on and to another node, what a node lost', async () => {
    const [first, second] = [new Pool({ loses: ['b', 'c'] }), new Pool()];
    const flood = floodOf([['a', 'b', 'c']], [first, second]);
    await sendAll(flood);
    flood.included(['a'], Date.now());
    await blocks(flood, PATIENT_BLOCKS - 1);
    assert.deepEqual(second.sent, []);
    await blocks(flood, 1);
    assert.deepEqual(second.sent, ['b', 'c']);
    assert.deepEqual([flood.submitted, flood.resubmitted, flood.rounds], [3, 2, 1]);
    flood.included(['b', 'c'], Date.now());
    await blocks(flood, 2 * PATIENT_BLOCKS);
    assert.deepEqual([flood.inFlight, flood.resubmitted, flood.inclusions_ms.length], [0, 2, 3]);
  });

  test('leaves alone what is pending', async () => {
    const [first, second] = [new Pool(), new Pool()];
    const flood = floodOf([['a', 'b']], [first, second]);
    await sendAll(flood);
    await blocks(flood, 3 * PATIENT_BLOCKS);
    assert.deepEqual([first.sent, second.sent, flood.inFlight], [['a', 'b'], [], 2]);
  });

  test('gives up a sender in the end, and frees the room of its transactions', async () => {
    const pools = [new Pool({ loses: ['a'] }), new Pool({ loses: ['a'] })];
    const flood = floodOf([['a']], pools);
    await sendAll(flood);
    await blocks(flood, 20 * PATIENT_BLOCKS);
    assert.deepEqual([flood.rounds, flood.givenUp, flood.inFlight], [10, 1, 0]);
    assert.equal(pools[0].sent.length + pools[1].sent.length, 11);
  });

  test('begins again with one that was refused, at another node', async () => {
    const [first, second] = [new Pool({ refuses: ['b'] }), new Pool()];
    const flood = floodOf([['a', 'b', 'c']], [first, second]);
    await sendAll(flood);
    assert.deepEqual([first.sent, second.sent], [['a', 'b', 'c'], ['b', 'c']]);
    assert.deepEqual(flood.refusals, { 'not now': 1 });
  });

  test('counts a transaction once, and those of others never', async () => {
    const flood = floodOf([['a'], ['b']], [new Pool()]);
    await sendAll(flood);
    flood.included(['x', 'b'], Date.now());
    flood.included(['b'], Date.now());
    assert.deepEqual([flood.inFlight, flood.inclusions_ms.length], [1, 1]);
  });
});
