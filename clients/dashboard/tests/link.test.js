/** A node that is not there, goes away, comes back, comes back as another chain, or stands still. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Link } from '../build/chain/link.js';

/** A clock that goes forward when somebody sleeps, and a script of what happens when. */
class World {
  now = 0;
  states = [];
  clients = [];
  opened = 0;
  closed = 0;
  #script = [];

  constructor({ opening = () => this.node(), endsAt = 120_000 } = {}) {
    this.endsAt = endsAt;
    this.link = new Link({
      open: async () => {
        this.opened += 1;
        return opening(this);
      },
      problemOf: (error) => ({ what: error.message, todo: '' }),
      onState: ({ kind }) => this.states.push(kind),
      onClient: (client) => this.clients.push(client),
      now: () => this.now,
      sleep: async (ms) => this.#pass(ms),
    });
  }

  node() {
    const node = { connected: true, number: 1, same: true, stuck: false };
    this.last = node;
    return {
      isConnected: () => node.connected,
      head: () => (node.stuck ? node.number : Math.floor(this.now / 500)),
      sameChain: async () => {
        if (node.same === 'error') throw new Error('no answer');
        return node.same;
      },
      close: async () => void (this.closed += 1),
    };
  }

  at(ms, event) {
    this.#script.push({ ms, event });
  }

  #pass(ms) {
    this.now += ms;
    const [due, later] = [this.#script.filter(({ ms }) => ms <= this.now), this.#script.filter(({ ms }) => ms > this.now)];
    this.#script = later;
    for (const { event } of due) event(this.last);
    if (this.now >= this.endsAt) this.link.stop();
  }

  async run() {
    await this.link.run();
    return this.states;
  }
}

describe('a link', () => {
  it('tries again until there is a node, and says why there is none', async () => {
    const world = new World({
      endsAt: 12_000,
      opening: (world) => {
        if (world.now < 6_000) throw new Error('nobody there');
        return world.node();
      },
    });
    assert.deepEqual(await world.run(), ['connecting', 'connecting', 'connecting', 'connecting', 'live']);
    assert.equal(world.opened, 4);
  });

  it('keeps its client while the node is away, if it comes back with the same chain', async () => {
    const world = new World({ endsAt: 30_000 });
    world.at(5_000, (node) => (node.connected = false));
    world.at(10_000, (node) => (node.connected = true));
    assert.deepEqual(await world.run(), ['connecting', 'live', 'lost', 'live']);
    assert.equal(world.opened, 1);
    assert.deepEqual(world.clients.map(Boolean), [true, false]);
  });

  for (const same of [false, 'error']) {
    it(`starts over where the node that came back ${same ? 'does not say' : 'has another chain'}`, async () => {
      const world = new World({ endsAt: 30_000 });
      world.at(5_000, (node) => (node.connected = false));
      world.at(10_000, (node) => Object.assign(node, { connected: true, same }));
      assert.deepEqual(await world.run(), ['connecting', 'live', 'lost', 'connecting', 'live']);
      assert.equal(world.opened, 2);
      assert.equal(world.closed, 2);
      assert.deepEqual(world.clients.map(Boolean), [true, false, true, false]);
    });
  }

  it('tells a node that stands still from one that went away', async () => {
    const world = new World({ endsAt: 60_000 });
    world.at(5_000, (node) => Object.assign(node, { stuck: true, number: 10 }));
    world.at(40_000, (node) => (node.stuck = false));
    assert.deepEqual(await world.run(), ['connecting', 'live', 'stalled', 'live']);
  });

  it('leaves nothing open when it is stopped while it connects', async () => {
    const world = new World({
      opening: (world) => {
        world.link.stop();
        return world.node();
      },
    });
    await world.run();
    assert.equal(world.closed, 1);
    assert.deepEqual(world.clients, []);
  });
});
