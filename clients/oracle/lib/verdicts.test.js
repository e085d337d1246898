/** The judge of liquidations, by chains made up of a few blocks: it has to notice every lapse. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Judge } from './verdicts.js';

const ANNA = 'anna';
const MARKET = 1;

/** A block: what health Anna has at its prices, what it tells, and what it says of itself. */
const block = ({ health = 1n, due = health < 0n, events = [], backlog = 0, late = false, grace, liquidates = true }) => ({
  health, due, events, backlog, late, grace, liquidates,
});
const event = (name, data = {}) => ({ name, data: { account: ANNA, ...data } });
const DUE = event('margin.AccountDue');
const OFFERED = event('liquidation.Offered');
const TRADED = event('margin.Traded');

/** The cases of a chain of these blocks. */
async function casesOf(...blocks) {
  const at = (hash) => blocks[Number(hash)];
  const client = {
    connection: {
      keysOf: async (_pallet, _item, { after }) => (after ? [] : [ANNA]),
      read: async () => ({ info: {}, state: { positions: [[MARKET, {}]] } }),
    },
    insurance: { backstops: async () => [] },
    reportByKey: async (key, hash) => ({ report: { key: ANNA, health: at(hash).health, positions: [{ market: MARKET }] } }),
    liquidation: {
      due: async ({ at: hash }) => (at(hash).due ? [{ key: ANNA }] : []),
      status: async (hash) => ({ backlog: at(hash).backlog }),
    },
    risk: {
      pipeline: async (hash) => ({ backlog: at(hash).late }),
      breakers: async (hash) => ({ markets: [{ market: MARKET, liquidates: at(hash).liquidates }], chain: { graceUntil: at(hash).grace } }),
    },
  };
  const history = blocks.map(({ events }, i) => ({
    block: { number: i, hash: `${i}` },
    events: events.map((one, sequence) => ({ ...one, sequence })),
  }));
  return new Judge(client).judge(history);
}

const verdictsOf = async (...blocks) => (await casesOf(...blocks)).map(({ verdict }) => verdict);
const CALM = block({});
const below = (rest) => block({ health: -1n, ...rest });

describe('the judge of liquidations', () => {
  it('has nothing to say where nobody is due', async () => {
    assert.deepEqual(await casesOf(CALM, CALM), []);
  });

  it('counts who is offered in the block that calls it due', async () => {
    assert.deepEqual(await verdictsOf(CALM, below({ events: [DUE, OFFERED] })), ['sameBlock']);
  });

  it('counts who was made whole within the block', async () => {
    assert.deepEqual(await verdictsOf(CALM, block({ events: [DUE, event('liquidation.Absorbed')] }), CALM), ['sameBlock']);
  });

  it('counts an account again that falls again', async () => {
    const fall = below({ events: [DUE, OFFERED] });
    assert.deepEqual(await verdictsOf(fall, below({}), CALM, fall), ['sameBlock', 'sameBlock']);
  });

  it('accepts a block without room, and notes when the account had its turn', async () => {
    const cases = await casesOf(below({ events: [DUE], backlog: 1 }), below({}), below({ events: [OFFERED] }));
    assert.deepEqual(cases.map(({ verdict, acted }) => [verdict, acted]), [['budget', 2]]);
    assert.deepEqual(await verdictsOf(below({ due: false, late: true })), ['budget']);
  });

  it('accepts what a breaker or a grace forbids, then or just before', async () => {
    assert.deepEqual(await verdictsOf(below({ events: [DUE], liquidates: false })), ['breaker']);
    assert.deepEqual(await verdictsOf(block({ liquidates: false }), below({ events: [DUE] })), ['breaker']);
    assert.deepEqual(await verdictsOf(below({ events: [DUE], grace: 7n })), ['breaker']);
  });

  it('accepts who fell by a trade of its own, after its turn', async () => {
    assert.deepEqual(await verdictsOf(below({ events: [TRADED, DUE] })), ['traded']);
    assert.deepEqual(await verdictsOf(below({ events: [DUE, TRADED] })), ['unexplained']);
  });

  it('notices who is due and left alone', async () => {
    assert.deepEqual(await verdictsOf(CALM, below({ events: [DUE] })), ['unexplained']);
    assert.deepEqual(await verdictsOf(CALM, below({ events: [DUE, event('liquidation.Offered', { account: 'ben' })] })), ['unexplained']);
  });

  it('notices whom the chain has not noticed', async () => {
    assert.deepEqual(await verdictsOf(CALM, below({ due: false })), ['unexplained']);
  });
});
