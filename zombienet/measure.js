#!/usr/bin/env node
// Measures four validators on this machine: block intervals, finality, missed slots, what it costs,
// and, under a flood of transfers, how many the chain takes and what holds it back.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { findBinary } from './lib/binary.js';
import { auraAuthorities, finalizedHeader, hashesBetween } from './lib/chain.js';
import { Cluster } from './lib/cluster.js';
import { Flood } from './lib/flood.js';
import { validatorNames } from './lib/identity.js';
import { makeLogFolder } from './lib/logs.js';
import { LoopbackNetwork } from './lib/network.js';
import { BlockReader, NodeObserver } from './lib/observer.js';
import { printReport } from './lib/report.js';
import { mean, round, summary } from './lib/stats.js';
import { metricsOf, poolSize, proposalEnds, usageOf } from './lib/usage.js';
import { sleep, until } from './lib/wait.js';
import { RpcSocket } from './lib/websocket.js';

const HELP = `Usage: node zombienet/measure.js [options] [-- flags for every node]

  --minutes <n>        how long to measure (10)
  --load               send transfers meanwhile; needs 'npm ci' in clients/
  --transactions <n>   sign, and send, at most so many (60000)
  --in-flight <n>      at most so many sent and not yet in a block (200)
  --rate <n>           send at most so many a second (5000)
  --json               print the result as JSON
  --node <path>        the breakwater-node to measure; otherwise $BREAKWATER_NODE, or the one 'make build' built
  --help               print this`;

const MINUTE_MS = 60_000;
const MINUTES_MAX = 24 * 60;
const TRANSACTIONS_MAX = 1_000_000;
/** Connections, caches and the first blocks are past by then. */
const WARM_UP_BLOCKS = 20;
const WARM_UP_LIMIT_MS = 240_000;
const STALL_MS = 30_000;
const POOL_SAMPLE_MS = 5_000;
const BLOCK_TIME_MS = 500;

const { values: options, positionals: nodeFlags } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    load: { type: 'boolean', default: false },
    transactions: { type: 'string', default: '60000' },
    'in-flight': { type: 'string', default: '200' },
    rate: { type: 'string', default: '5000' },
    json: { type: 'boolean', default: false },
    node: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const say = (text) => console.error(text);

if (options.help) {
  console.log(HELP);
} else {
  process.exitCode = await main().catch((error) => {
    say(error.message);
    return 1;
  });
}

async function main() {
  const duration_ms = numberOption('minutes', MINUTES_MAX) * MINUTE_MS;
  const binary = findBinary(options.node);
  const logs = makeLogFolder();
  const cluster = new Cluster({ binary, network: new LoopbackNetwork(), logs, flags: nodeFlags });
  const report = await run(cluster, duration_ms)
    .catch((error) => {
      say(`The logs of the nodes: ${logs}`);
      throw error;
    })
    .finally(() => cluster.stop());
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else printReport(report);
  rmSync(logs, { recursive: true, force: true });
  return report.all_nodes_agree ? 0 : 1;
}

async function run(cluster, duration_ms) {
  say('Starting four validators …');
  await cluster.start();
  const isWarm = async () => (await finalizedHeader(cluster.nodes[0].rpc)).height >= WARM_UP_BLOCKS;
  await until('the chain is warm', WARM_UP_LIMIT_MS, isWarm);
  const load = options.load ? await signedLoad(cluster) : undefined;
  say(`Measuring for ${options.minutes} minutes …`);
  return measure(cluster, duration_ms, load);
}

function numberOption(name, max) {
  const value = Number(options[name]);
  if (value > 0 && value <= max) return value;
  throw new Error(`--${name} must be a number above 0 and up to ${max}`);
}

// ---- Measuring ----------------------------------------------------------------------------------

async function measure(cluster, duration_ms, load) {
  const [alice] = cluster.nodes;
  const reader = new BlockReader(alice.rpc, (transactions, arrived_ms) =>
    load?.flood.included(transactions, arrived_ms),
  );
  const observers = cluster.nodes.map(
    (node) => new NodeObserver(node, node === alice ? (header, ms) => reader.take(header, ms) : undefined),
  );
  await Promise.all(observers.map((observer) => observer.start()));

  const before = await snapshot(cluster);
  const pool = samplePool(cluster.nodes);
  await (load ? load.flood.run(Date.now() + duration_ms) : sleep(duration_ms));
  const pool_max = pool.stop();
  const after = await snapshot(cluster);
  for (const observer of observers) observer.stop();

  const hashes = (await hashesBetween(alice.rpc, before.final.height + 1, after.final.height)).map(
    ([, hash]) => hash,
  );
  const blocks = await reader.canonical(hashes);
  assertAlive(blocks, after.at_ms);
  const names = validatorNames(await auraAuthorities(alice.rpc, after.final.hash));
  const elapsed_ms = after.at_ms - before.at_ms;
  return {
    minutes: round(elapsed_ms / MINUTE_MS, 2),
    machine: {
      cores: availableParallelism?.() ?? cpus().length,
      model: cpus()[0].model,
      load_average: loadavg().map((load) => round(load, 2)),
    },
    blocks: blocks.length,
    interval_on_chain_ms: summary(
      blocks.slice(1).map((block, i) => block.timestamp_ms - blocks[i].timestamp_ms),
    ),
    interval_at_node_ms: Object.fromEntries(
      observers.map((observer) => [observer.name, summary(observer.intervals_ms())]),
    ),
    finality_lag_blocks: summary(observers.flatMap((observer) => observer.lags_blocks)),
    finality_after_ms: summary(observers.flatMap((observer) => observer.finalities_ms)),
    slots: slotsOf(blocks, names),
    nodes: Object.fromEntries(
      cluster.nodes.map(({ name }) => [name, costs(before.usage[name], after.usage[name], elapsed_ms)]),
    ),
    all_nodes_agree: await agree(cluster.nodes, after.final),
    ...(load && { load: loadReport(load, blocks, { before, after, pool_max }) }),
  };
}

// Intervals between blocks do not show that there are no more blocks.
function assertAlive(blocks, now_ms) {
  if (blocks.length < 2) throw new Error('hardly a block became final');
  const silent_ms = now_ms - blocks.at(-1).timestamp_ms;
  if (silent_ms > STALL_MS) throw new Error(`no block became final in the last ${silent_ms} ms`);
}

async function snapshot(cluster) {
  const metrics = (await Promise.all(cluster.nodes.map(metricsOf))).flat();
  return {
    at_ms: Date.now(),
    final: await finalizedHeader(cluster.nodes[0].rpc),
    usage: Object.fromEntries(cluster.nodes.map((node) => [node.name, usageOf(node.process.pid)])),
    ends: proposalEnds(metrics),
    client_cpu_ms: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  };
}

/** The largest pool seen on any node. */
function samplePool(nodes) {
  let largest = 0;
  const timer = setInterval(async () => {
    const sizes = await Promise.allSettled(nodes.map(async (node) => poolSize(await metricsOf(node))));
    largest = Math.max(largest, ...sizes.map(({ value }) => value ?? 0));
  }, POOL_SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      return largest;
    },
  };
}

function costs(before, after, elapsed_ms) {
  if (!before) return null;
  return {
    cpu_percent_of_a_core: round(((after.cpu_ms - before.cpu_ms) / elapsed_ms) * 100),
    rss_mb: after.rss_mb,
    peak_rss_mb: after.peak_rss_mb,
  };
}

/** Slots without a block in the final chain, and whose they were. */
function slotsOf(blocks, names) {
  const taken = new Set(blocks.map(({ slot }) => slot));
  const [first, last] = [blocks[0].slot, blocks.at(-1).slot];
  const missed_by = Object.fromEntries(names.map((name) => [name, 0]));
  for (let slot = first; slot <= last; slot++)
    if (!taken.has(slot)) missed_by[names[slot % names.length]] += 1;
  const total = last - first + 1;
  return { total, missed: total - taken.size, missed_by };
}

async function agree(nodes, final) {
  const hashes = await Promise.all(nodes.map((node) => node.rpc.call('chain_getBlockHash', final.height)));
  return hashes.every((hash) => hash === final.hash);
}

// ---- The load -----------------------------------------------------------------------------------

async function signedLoad(cluster) {
  const count = numberOption('transactions', TRANSACTIONS_MAX);
  say(`Signing up to ${count} transfers …`);
  const [limits, ...lanes] = await signerLines(cluster.nodes[0].wsUrl, count);
  const sockets = await Promise.all(cluster.nodes.map((node) => RpcSocket.connect(node.wsUrl)));
  const flood = new Flood({
    lanes,
    sockets,
    inFlightMax: numberOption('in-flight', TRANSACTIONS_MAX),
    rate_per_s: numberOption('rate', TRANSACTIONS_MAX),
  });
  return { flood, limits };
}

async function signerLines(url, count) {
  const script = fileURLToPath(new URL('load-signer.js', import.meta.url));
  const signer = spawn(process.execPath, [script, url, `${count}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => signer.once('exit', resolve));
  const lines = [];
  for await (const line of createInterface({ input: signer.stdout })) lines.push(JSON.parse(line));
  if ((await ended) !== 0) throw new Error('signing the transfers failed');
  return lines;
}

function loadReport({ flood, limits }, blocks, { before, after, pool_max }) {
  const included = blocks.reduce((sum, block) => sum + block.transactions, 0);
  const ends = Object.fromEntries(
    Object.entries(after.ends).map(([reason, count]) => [reason, count - (before.ends[reason] ?? 0)]),
  );
  const fullness = blocks.map(({ weight }) => (weight.normal / limits.normal_weight_max) * 100);
  return {
    submitted: flood.submitted,
    resubmitted: flood.resubmitted,
    resubmission_rounds: flood.rounds,
    senders_given_up: flood.givenUp,
    included,
    ran_dry: flood.isDry,
    // By the chain's own clock, over the blocks that became final.
    transactions_per_second: round(
      included / ((blocks.at(-1).timestamp_ms - blocks[0].timestamp_ms + BLOCK_TIME_MS) / 1000),
    ),
    inclusion_ms: summary(flood.inclusions_ms),
    transactions_per_block_max: Math.max(...blocks.map(({ transactions }) => transactions)),
    normal_weight_used_percent: { mean: round(mean(fullness)), max: round(Math.max(...fullness)) },
    proposals_ended_by: ends,
    pool_max,
    client_cpu_percent_of_a_core: round(
      ((after.client_cpu_ms - before.client_cpu_ms) / (after.at_ms - before.at_ms)) * 100,
    ),
    // Of its own: those by nodes that stop do not count.
    refusals: { ...flood.refusals },
  };
}
