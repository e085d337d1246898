/** Following a chain that forks, stalls and drops its connection: no block is left out. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Disconnected, follow } from '@breakwater/client';

import { random } from './fixtures.js';

/** A node with a chain that a test writes. Blocks are named after their branch: `7a`. */
class FakeNode {
  chain = [{ number: 0, hash: '0a', parentHash: '' }];
  told = 0;
  connected = true;
  asked = 0;
  #wake = [];

  grow(count, branch = 'a', from = this.chain.length) {
    this.chain.length = from;
    for (let number = from; number < from + count; number++) {
      this.chain.push({ number, hash: `${number}${branch}`, parentHash: this.chain[number - 1].hash });
    }
    return this.tell();
  }

  tell() {
    if (this.connected) this.told = this.chain.length - 1;
    for (const wake of this.#wake.splice(0)) wake();
  }

  setConnected(connected) {
    this.connected = connected;
    this.tell();
  }

  head() {
    return this.told;
  }

  async blockAt(number) {
    this.asked++;
    if (!this.connected) throw new Error('WebSocket is not connected');
    return this.chain[number];
  }

  changed(timeoutMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(timeoutMs, 5));
      this.#wake.push(() => (clearTimeout(timer), resolve()));
    });
  }

  isConnected() {
    return this.connected;
  }
}

/** The next blocks as `hash` or `hash-retracted`. */
async function take(blocks, count) {
  const seen = [];
  while (seen.length < count) {
    const { value, done } = await blocks.next();
    if (done) break;
    seen.push(value.retracted ? `${value.hash}-${value.retracted}` : value.hash);
  }
  return seen;
}

describe('following', () => {
  it('begins with the next block, or with the one that was asked for', async () => {
    const node = new FakeNode();
    node.grow(5);
    const next = follow(node);
    const coming = next.next();
    node.grow(1);

    assert.equal((await coming).value.hash, '6a');
    assert.deepEqual(await take(follow(node, { from: 2, to: 4 }), 9), ['2a', '3a', '4a']);
  });

  it('leaves out nothing that came while nobody was asking, or while there was no connection', async () => {
    const node = new FakeNode();
    node.grow(2);
    const blocks = follow(node, { from: 1 });
    assert.deepEqual(await take(blocks, 2), ['1a', '2a']);

    node.setConnected(false);
    node.grow(50);
    const coming = take(blocks, 50);
    node.setConnected(true);

    assert.deepEqual(await coming, Array.from({ length: 50 }, (_, i) => `${i + 3}a`));
  });

  it('goes back to where the chain forked, and says how far', async () => {
    const node = new FakeNode();
    node.grow(10);
    const blocks = follow(node, { from: 5 });
    await take(blocks, 6);

    node.grow(5, 'b', 8);

    assert.deepEqual(await take(blocks, 5), ['8b-3', '9b', '10b', '11b', '12b']);
  });

  it('sees a fork of the same length when the next block comes', async () => {
    const node = new FakeNode();
    node.grow(3);
    const blocks = follow(node, { from: 1 });
    await take(blocks, 3);

    node.grow(2, 'b', 3);

    assert.deepEqual(await take(blocks, 2), ['3b-1', '4b']);
  });

  it('ends up with the chain whatever it did', async () => {
    const next = random(5);
    for (let round = 0; round < 200; round++) {
      const node = new FakeNode();
      node.grow(3);
      const blocks = follow(node, { from: 1 });
      const mine = [];
      for (let step = 0; step < 6; step++) {
        const height = node.chain.length;
        const from = height - Number(next(BigInt(Math.min(4, height - 1))));
        node.grow(height - from + 1 + Number(next(3n)), String.fromCharCode(97 + step), from);
        const until = next(3n) === 0n ? 0 : node.chain.length - 1;
        while ((mine.at(-1)?.number ?? 0) < until) {
          const { value } = await blocks.next();
          mine.splice(mine.length - value.retracted, value.retracted, value);
        }
      }
      node.grow(1, 'z');
      while (mine.at(-1)?.hash !== node.chain.at(-1).hash) {
        const { value } = await blocks.next();
        mine.splice(mine.length - value.retracted, value.retracted, value);
      }
      assert.deepEqual(mine.map(({ hash }) => hash), node.chain.slice(1).map(({ hash }) => hash));
    }
  });

  it('says when nothing comes any more', async () => {
    const node = new FakeNode();
    await assert.rejects(take(follow(node, { stallTimeoutMs: 20 }), 1), { name: 'Disconnected', message: /no new block/ });
    node.setConnected(false);
    await assert.rejects(take(follow(node, { stallTimeoutMs: 20 }), 1), /no connection for 0.02 s/);
  });

  it('ends when it is told to', async () => {
    const node = new FakeNode();
    const stop = new AbortController();
    const ended = take(follow(node, { signal: stop.signal }), 1);
    stop.abort();

    assert.deepEqual(await ended, []);
  });

  it('does not take an error of the node for a lost connection', async () => {
    const node = new FakeNode();
    node.grow(1);
    node.blockAt = async () => {
      throw new Error('4003: State already discarded');
    };
    await assert.rejects(take(follow(node, { from: 1 }), 1), (error) => !(error instanceof Disconnected));
  });
});
