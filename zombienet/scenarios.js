// What the chain has to survive. Run by `faults.js`, which makes the place it runs in.
//
// All scenarios share one chain, one after the other, so that each finds a chain with a past. A
// watch compares what every node calls final from the first block on. After a scenario that failed,
// the next gets a fresh chain.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';

import {
  auraAuthorities,
  bestHeader,
  finalizedHeader,
  hashesBetween,
  headerAt,
  sessionIndex,
  slotOf,
  stateDigest,
} from './lib/chain.js';
import { clockAheadMs, findClockShift } from './lib/clock.js';
import { Cluster } from './lib/cluster.js';
import { FinalityWatch } from './lib/finality.js';
import { validatorNames } from './lib/identity.js';
import { LoopbackNetwork, NamespaceNetwork } from './lib/network.js';
import { seconds, sleep, until } from './lib/wait.js';

const settings = JSON.parse(process.env.BREAKWATER_FAULTS ?? '{}');
const network = settings.noNamespaces ? new LoopbackNetwork() : new NamespaceNetwork();
const clock = findClockShift();

/** Within this, the chain must make blocks, or call them final, again. */
const RESUME_LIMIT_MS = 90_000;
/** Within this, a node that was away must know what the others know. */
const CATCH_UP_LIMIT_MS = 90_000;
/** A chain that lives: this many further blocks. */
const ALIVE_BLOCKS = 5;
/** Votes that were already counted, or on their way, may still make blocks final in this time. */
const PARTITION_SETTLE_MS = 4_000;
const PARTITION_MS = 15_000;
const CLOCK_ERROR_MS = 400;
const CLOCK_TOLERANCE_MS = 200;
const CLOCK_WATCH_MS = 20_000;
const BLOCK_TIME_MS = 500;
/** A session is ten minutes; some of them have passed. */
const SESSION_LIMIT_MS = 900_000;
/** With one of four clocks wrong, its author may lose every slot of its own: a quarter. A busy
 * machine loses some more. */
const CLOCK_BLOCKS_MIN = CLOCK_WATCH_MS / BLOCK_TIME_MS / 2;
const LOG_TAIL_LINES = 15;

let cluster;
let watch;
let failures = 0;

scenario('a validator killed and restarted with its data', { short: true }, async (note) => {
  const dave = cluster.node('dave');

  await dave.kill();
  await finalityAdvances(othersThan(dave), note, 'three validators carry on');

  await dave.start();
  assertKeptData(dave);
  await catchesUp(dave, note);
  await authorsAgain('dave', note);
});

scenario('two against two, and healed', { short: true, partition: true }, async (note) => {
  network.separate(['charlie', 'dave']);
  await sleep(PARTITION_SETTLE_MS);
  const before = await heightsOf(cluster.nodes);
  await sleep(PARTITION_MS);
  const during = await heightsOf(cluster.nodes);
  for (const { name } of cluster.nodes) {
    const [finalized, made] = ['finalized', 'best'].map((what) => during[name][what] - before[name][what]);
    assert.equal(finalized, 0, `${name}: two of four validators must not finalise`);
    assert.ok(made > 0, `${name}: each side must keep making blocks`);
    note(`cut off for ${seconds(PARTITION_MS)}, ${name} saw ${made} blocks made and none final`);
  }
  await assertParted(cluster.node('alice'), cluster.node('charlie'));

  network.heal();
  await finalityAdvances(cluster.nodes, note, 'after healing');
});

scenario('all four killed and restarted', {}, async (note) => {
  await Promise.all(cluster.nodes.map((node) => node.kill()));
  const highest = watch.log.highest;

  await Promise.all(cluster.nodes.map((node) => node.start()));
  for (const node of cluster.nodes) assertKeptData(node);
  await finalityAdvances(cluster.nodes, note, 'after the restart');
  for (const node of cluster.nodes) await finalizes(node, highest + ALIVE_BLOCKS, RESUME_LIMIT_MS);
});

for (const [word, error_ms] of [
  ['ahead', CLOCK_ERROR_MS],
  ['behind', -CLOCK_ERROR_MS],
]) {
  scenario(`a validator's clock ${CLOCK_ERROR_MS} ms ${word}`, { clock: true }, async (note) => {
    const dave = cluster.node('dave');
    await dave.stop();
    await dave.start({ env: clock.shift(error_ms) });
    await catchesUp(dave, note);
    assertClockOff(dave, error_ms);

    const from = await finalizedHeader(cluster.node('alice').rpc);
    await sleep(CLOCK_WATCH_MS);
    const to = await finalizedHeader(cluster.node('alice').rpc);
    const counts = authorsInWords(await authorsBetween(from, to));
    const final = to.height - from.height;
    note(`${final} blocks final in ${seconds(CLOCK_WATCH_MS)}, by ${counts} (clock by ${clock.by})`);
    assert.ok(final >= CLOCK_BLOCKS_MIN, `only ${final} blocks became final`);

    await dave.stop();
    await dave.start();
    await catchesUp(dave, note);
  });
}

scenario('a session ends', {}, async (note) => {
  const rpc = cluster.node('alice').rpc;
  const before = await sessionIndex(rpc);
  const stall = stallDetector();
  await until('the session ends', SESSION_LIMIT_MS, async () => {
    stall((await bestHeader(rpc)).height);
    return (await sessionIndex(rpc)) > before;
  });
  note(`session ${before} had ended by height ${(await bestHeader(rpc)).height}`);
  await finalityAdvances(cluster.nodes, note, 'in the new session');
});

// Last, so that there is a longer past to fetch, with the end of a session in it.
for (const mode of ['full', 'warp']) {
  scenario(`a new node syncing from nothing (${mode})`, {}, async (note) => {
    const newcomer = await cluster.addFullNode(`${mode}sync`, ['--sync', mode]);

    await newcomer.start();
    await catchesUp(newcomer, note);
    if (mode === 'warp') assertSyncedByProofs(newcomer);
    await assertSafe(note);
    await cluster.remove(newcomer);
  });
}

after(async () => {
  await stopCluster();
  if (failures > 0) console.error(`\nThe logs of all nodes: ${settings.logs}`);
});

// ---- How a scenario runs ------------------------------------------------------------------------

/** Defines a test that starts on a chain that lives, and that ends with one that is safe. */
function scenario(name, needs, body) {
  if (settings.short && !needs.short) return;
  test(name, { skip: reasonToSkip(needs) }, async (context) => {
    const note = (text) => context.diagnostic(text);
    try {
      await ensureCluster(note);
      await body(note);
      await assertSafe(note);
    } catch (error) {
      failures += 1;
      reportLogs(name);
      await stopCluster();
      throw error;
    }
  });
}

function reasonToSkip(needs) {
  if (needs.partition && !network.canPartition) return settings.noNamespaces;
  if (needs.clock && clock.reason) return clock.reason;
  return false;
}

async function ensureCluster(note) {
  if (!cluster) {
    const started_ms = Date.now();
    cluster = new Cluster({
      binary: settings.binary,
      network,
      logs: join(settings.logs, `chain${failures + 1}`),
    });
    await cluster.start();
    for (const node of cluster.nodes) assert.ok(startedFresh(node), 'a new chain starts from genesis');
    watch = new FinalityWatch(() => cluster.running());
    note(`four validators answered after ${seconds(Date.now() - started_ms)}`);
  }
  await finalityAdvances(cluster.nodes, note, 'to begin with');
}

async function stopCluster() {
  await watch?.stop();
  await cluster?.stop();
  network.heal?.();
  watch = undefined;
  cluster = undefined;
}

function reportLogs(name) {
  console.error(`\n=== ${name}: failed; last lines of the logs in ${settings.logs}`);
  for (const node of cluster?.nodes ?? []) {
    console.error(`--- ${node.log}`);
    console.error(node.logText().trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n'));
  }
}

// ---- What is asserted ---------------------------------------------------------------------------

/** Every node finalises blocks that none of them has made yet. */
async function finalityAdvances(nodes, note, when) {
  const heights = Object.values(await heightsOf(nodes));
  const target = Math.max(...heights.map(({ best }) => best)) + ALIVE_BLOCKS;
  const started_ms = Date.now();
  await Promise.all(nodes.map((node) => finalizes(node, target, RESUME_LIMIT_MS)));
  note(`${when}: ${ALIVE_BLOCKS} more blocks made and final after ${seconds(Date.now() - started_ms)}`);
}

/** The node finalises what the others have final now. */
async function catchesUp(node, note) {
  const heights = Object.values(await heightsOf(othersThan(node)));
  const target = Math.max(...heights.map(({ finalized }) => finalized));
  const started_ms = Date.now();
  await finalizes(node, target, CATCH_UP_LIMIT_MS);
  note(`${node.name} had caught up ${seconds(Date.now() - started_ms)} after it first answered`);
}

async function finalizes(node, height, limit_ms) {
  await until(
    `${node.name} finalises block ${height}`,
    limit_ms,
    async () => (await finalizedHeader(node.rpc)).height >= height,
  );
}

/** Gives up a long wait early if no more blocks are made. */
function stallDetector() {
  let highest = 0;
  let since_ms = Date.now();
  return (height) => {
    if (height > highest) [highest, since_ms] = [height, Date.now()];
    if (Date.now() - since_ms < RESUME_LIMIT_MS) return;
    throw Object.assign(new Error(`no block was made after height ${highest}`), { hopeless: true });
  };
}

async function authorsAgain(name, note) {
  const rpc = cluster.node('alice').rpc;
  const from = await finalizedHeader(rpc);
  const started_ms = Date.now();
  await until(
    `a block by ${name} is final`,
    RESUME_LIMIT_MS,
    async () => (await authorsBetween(from, await finalizedHeader(rpc)))[name] > 0,
  );
  note(`a new block by ${name} was final ${seconds(Date.now() - started_ms)} later`);
}

const startedFresh = (node) => node.logText().includes('Initializing Genesis');

function assertKeptData(node) {
  assert.ok(!startedFresh(node), `${node.name} must start from the data it had`);
}

function assertSyncedByProofs(node) {
  assert.match(node.logText(), /Warp sync is complete/, 'it must have synced by proofs, not block by block');
}

/** The two have different blocks at the same height. */
async function assertParted(one, other) {
  const heads = await Promise.all([one, other].map((node) => bestHeader(node.rpc)));
  const height = Math.min(...heads.map((head) => head.height));
  const [ours, theirs] = await Promise.all(
    [one, other].map((node) => node.rpc.call('chain_getBlockHash', height)),
  );
  assert.notEqual(ours, theirs, `${one.name} and ${other.name} must have parted by height ${height}`);
}

// Not the library is asked but the node: its log tells what time it thinks it is.
function assertClockOff(node, wanted_ms) {
  const measured_ms = clockAheadMs(node.log);
  const message = `${node.name}'s clock is ${measured_ms} ms ahead, not ${wanted_ms}`;
  assert.ok(Math.abs(measured_ms - wanted_ms) < CLOCK_TOLERANCE_MS, message);
}

/**
 * No two nodes ever disagreed on what is final, and all have the same state.
 *
 * Every node's finalised chain is read once more from its first block, so that nothing hides
 * between the samples of the watch.
 */
async function assertSafe(note) {
  const nodes = cluster.nodes;
  for (const node of nodes) {
    assert.ok(node.isRunning, `${node.name} ended by itself: ${node.process.outcome}`);
    assert.doesNotMatch(node.logText(), /panicked at/, `${node.name} must not panic`);
    // A node that synced by proofs fetches the older blocks afterwards.
    const isComplete = async () => (await watch.recordHistory(node)).missing === 0;
    await until(`${node.name} has its whole chain`, CATCH_UP_LIMIT_MS, isComplete);
  }
  assert.deepEqual(watch.log.conflicts, []);
  const { height, keys } = await assertSameState(nodes);
  note(`safe: ${watch.log.agreed} heights final on several nodes, no conflict`);
  note(`safe: ${keys} keys of the state equal on ${nodes.length} nodes at height ${height}`);
}

async function assertSameState(nodes) {
  const heads = await Promise.all(nodes.map((node) => finalizedHeader(node.rpc)));
  const common = heads.reduce((lowest, head) => (head.height < lowest.height ? head : lowest));
  const states = await Promise.all(nodes.map((node) => stateOf(node, common.hash)));
  for (const [index, state] of states.entries()) {
    const who = `${nodes[index].name} and ${nodes[0].name}`;
    assert.deepEqual(state, states[0], `${who} must have the same state at height ${common.height}`);
  }
  return { height: common.height, keys: states[0].keys };
}

async function stateOf(node, hash) {
  const { stateRoot } = await headerAt(node.rpc, hash);
  return { stateRoot, ...(await stateDigest(node.rpc, hash)) };
}

// ---- What is read -------------------------------------------------------------------------------

const othersThan = (node) => cluster.nodes.filter((other) => other !== node);

async function heightsOf(nodes) {
  const entries = nodes.map(async (node) => {
    const [best, finalized] = await Promise.all([bestHeader(node.rpc), finalizedHeader(node.rpc)]);
    return [node.name, { best: best.height, finalized: finalized.height }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** How many of the final blocks above `from`, up to `to`, each validator made. */
async function authorsBetween(from, to) {
  const rpc = cluster.node('alice').rpc;
  const names = validatorNames(await auraAuthorities(rpc, to.hash));
  const counts = Object.fromEntries(names.map((name) => [name, 0]));
  for (const [, hash] of await hashesBetween(rpc, from.height + 1, to.height)) {
    counts[names[slotOf(await headerAt(rpc, hash)) % names.length]] += 1;
  }
  return counts;
}

const authorsInWords = (counts) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
