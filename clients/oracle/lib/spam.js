/** Fills the pools of all nodes with transfers that pay the highest tip there is. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { BWR } from '../../lib/chain.js';
import { Flood } from '../../../zombienet/lib/flood.js';
import { metricsOf, poolSize } from '../../../zombienet/lib/usage.js';
import { until } from '../../../zombienet/lib/wait.js';
import { RpcSocket } from '../../../zombienet/lib/websocket.js';

const SIGNER = fileURLToPath(new URL('../../../zombienet/load-signer.js', import.meta.url));
/** The runtime refuses more. */
const MAX_TIP = BWR;
const RATE_PER_S = 1_000;
const FILL_LIMIT_MS = 60_000;
const POOL_SAMPLE_MS = 500;

/**
 * Sends `count` transfers with the highest tip to all nodes, until the time is up or none is left.
 * Tells which final blocks there were from when the pools were full on, and how full they were.
 */
export async function floodWithTips(cluster, { count, duration_ms, full, history }) {
  const lanes = (await signerLines(cluster.nodes[0].wsUrl, count)).slice(1);
  const sockets = await Promise.all(cluster.nodes.map((node) => RpcSocket.connect(node.wsUrl)));
  const flood = new Flood({ lanes, sockets, inFlightMax: count, rate_per_s: RATE_PER_S });
  const pools = watchPools(cluster.nodes);
  try {
    const sent = flood.run(Date.now() + FILL_LIMIT_MS + duration_ms);
    await until('every pool is full', FILL_LIMIT_MS, async () => pools.least() >= full);
    const from = await history.finalHeight();
    pools.forget();
    const timeIsUp = new Promise((resolve) => setTimeout(resolve, duration_ms));
    await Promise.race([sent, timeIsUp]);
    const to = await history.finalHeight();
    return { from, to, least: pools.seen.least, most: pools.seen.most, submitted: flood.submitted, refusals: flood.refusals };
  } finally {
    pools.stop();
    flood.stop();
    for (const socket of sockets) socket.close();
  }
}

/** How many transactions the pools hold: the emptiest and the fullest. */
function watchPools(nodes) {
  let now = { least: 0, most: 0 };
  const pools = {
    seen: undefined,
    least: () => now.least,
    forget: () => (pools.seen = now),
    stop: () => clearInterval(timer),
  };
  const sample = async () => {
    const sizes = await Promise.all(nodes.map(async (node) => poolSize(await metricsOf(node))));
    now = { least: Math.min(...sizes), most: Math.max(...sizes) };
    if (!pools.seen) return;
    pools.seen = { least: Math.min(now.least, pools.seen.least), most: Math.max(now.most, pools.seen.most) };
  };
  const timer = setInterval(() => sample().catch(() => {}), POOL_SAMPLE_MS);
  return pools;
}

async function signerLines(url, count) {
  const signer = spawn(process.execPath, [SIGNER, url, `${count}`, `${MAX_TIP}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => signer.once('exit', resolve));
  const lines = [];
  for await (const line of createInterface({ input: signer.stdout })) lines.push(JSON.parse(line));
  if ((await ended) !== 0) throw new Error('signing the transfers failed');
  return lines;
}
