/** Fills the pools of all nodes with transfers that pay the highest tip there is, and keeps them full. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { BWR, account } from '../../lib/chain.js';
import { onOurDeath } from '../../../zombienet/lib/isolation.js';
import { metricsOf, poolSize } from '../../../zombienet/lib/usage.js';
import { sleep, until } from '../../../zombienet/lib/wait.js';
import { RpcSocket } from '../../../zombienet/lib/websocket.js';

const SIGNER = fileURLToPath(new URL('../../../zombienet/load-signer.js', import.meta.url));
/** The accounts the signer makes, in the order in which it prints what it signed for them. */
const SENDERS = ['//Alice', '//Bob', '//Charlie', '//Dave'].flatMap((funder) =>
  Array.from({ length: 10 }, (_, i) => account(`${funder}//${i}`).address),
);
/** The runtime refuses more. */
const MAX_TIP = BWR;
const BATCH = 25;
const PAUSE_MS = 300;
/** The pool has this transaction already. */
const ALREADY_IMPORTED = 1013;
const FILL_LIMIT_MS = 60_000;
const POOL_SAMPLE_MS = 500;

/**
 * Sends transfers with the highest tip to all nodes until the time is up or all `count` are sent.
 * Tells which final blocks there were from when the pools were full on, and how full they were.
 */
export async function floodWithTips(cluster, { count, duration_ms, full, history }) {
  const first = await Promise.all(SENDERS.map((address) => nextNonce(cluster.nodes[0].rpc, address)));
  const signed = (await signerLines(cluster.nodes[0].wsUrl, count)).slice(1);
  const spam = { stopped: false, refusals: {} };
  const sockets = await Promise.all(cluster.nodes.map((node) => RpcSocket.connect(node.wsUrl)));
  const pools = watchPools(cluster.nodes);
  const lanes = SENDERS.map((address, i) => ({ address, first: first[i], transactions: signed[i] }));
  const noted = (error) => (spam.refusals[error.message] = 1);
  const pumps = sockets.flatMap((socket) => lanes.map((lane) => pump(spam, socket, lane).catch(noted)));
  try {
    await until('every pool is full', FILL_LIMIT_MS, async () => pools.now.least >= full);
    const from = await history.finalHeight();
    pools.forget();
    await Promise.race([sleep(duration_ms), ...pumps]);
    return { from, to: await history.finalHeight(), ...pools.seen, refusals: spam.refusals };
  } finally {
    spam.stopped = true;
    await Promise.all(pumps);
    pools.stop();
    for (const socket of sockets) socket.close();
  }
}

const nextNonce = (rpc, address) => rpc.call('system_accountNextIndex', address);

/** One sender to one node. A full pool drops transactions again: begins where the node has none. */
async function pump(spam, socket, { address, first, transactions }) {
  while (!spam.stopped) {
    const from = (await nextNonce(socket, address)) - first;
    const batch = transactions.slice(from, from + BATCH);
    const answers = await Promise.allSettled(batch.map((tx) => socket.call('author_submitExtrinsic', tx)));
    const refused = answers.filter(({ status, reason }) => status === 'rejected' && reason.code !== ALREADY_IMPORTED);
    for (const { reason } of refused) spam.refusals[reason.message] = (spam.refusals[reason.message] ?? 0) + 1;
    if (batch.length === 0) return;
    if (refused.length > 0) await sleep(PAUSE_MS);
  }
}

/** How many transactions the pools hold: the emptiest and the fullest, now and since asked to forget. */
function watchPools(nodes) {
  const none = { least: Infinity, most: 0 };
  const pools = {
    now: { least: 0, most: 0 },
    seen: none,
    forget: () => (pools.seen = none),
    stop: () => clearInterval(timer),
  };
  const sample = async () => {
    const sizes = await Promise.all(nodes.map(async (node) => poolSize(await metricsOf(node))));
    pools.now = { least: Math.min(...sizes), most: Math.max(...sizes) };
    pools.seen = {
      least: Math.min(pools.now.least, pools.seen.least),
      most: Math.max(pools.now.most, pools.seen.most),
    };
  };
  const timer = setInterval(() => sample().catch(() => {}), POOL_SAMPLE_MS);
  return pools;
}

async function signerLines(url, count) {
  const [program, ...args] = [...onOurDeath('KILL'), process.execPath, SIGNER, url, `${count}`, `${MAX_TIP}`];
  const signer = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => signer.once('exit', resolve));
  const lines = [];
  for await (const line of createInterface({ input: signer.stdout })) lines.push(JSON.parse(line));
  if ((await ended) !== 0) throw new Error('signing the transfers failed');
  return lines;
}
