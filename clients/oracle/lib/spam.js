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
/** A pool that is full is offered this many more at each look, and has to refuse them. */
const OFFERED_TO_THE_FULL = 5;
const LOOK_MS = 250;
/** The pool has this transaction already. */
const ALREADY_IMPORTED = 1013;
const FILL_LIMIT_MS = 90_000;

/**
 * Sends transfers with the highest tip to all nodes until the time is up. What leaves a pool is
 * made up for at once, and a full pool is offered some more; not more than that, or the test would
 * be about the processors that validate, and four nodes share those.
 *
 * Tells the heights of the best block when the pools were full and at the end, and how full they were.
 */
export async function floodWithTips(cluster, { count, duration_ms, full, height }) {
  const [node] = cluster.nodes;
  const first = await Promise.all(SENDERS.map((address) => nextNonce(node.rpc, address)));
  const signed = (await signerLines(node.wsUrl, count)).slice(1);
  const senders = SENDERS.map((address, i) => ({ address, first: first[i], transactions: signed[i] }));
  const spam = { stopped: false, offered: 0, refusals: {} };
  const pools = await Promise.all(cluster.nodes.map((node) => Pool.of(node, full)));
  const fillers = pools.map((pool) => keepFull(spam, pool, senders));
  try {
    await until('every pool is full', FILL_LIMIT_MS, async () => pools.every((pool) => pool.size >= full));
    const from = await height();
    for (const pool of pools) pool.forget();
    await Promise.race([sleep(duration_ms), ...fillers]);
    const seen = pools.flatMap((pool) => pool.sizes);
    const { offered, refusals } = spam;
    return { from, to: await height(), least: Math.min(...seen), most: Math.max(...seen), offered, refusals };
  } finally {
    spam.stopped = true;
    await Promise.allSettled(fillers);
    for (const pool of pools) pool.close();
  }
}

/** The pool of one node, as its metrics tell. */
class Pool {
  static async of(node, full) {
    return new Pool(node, full, await RpcSocket.connect(node.wsUrl));
  }

  constructor(node, full, socket) {
    Object.assign(this, { node, full, socket, size: 0, sizes: [], turn: 0 });
  }

  async look() {
    this.size = poolSize(await metricsOf(this.node));
    this.sizes.push(this.size);
    return Math.max(this.full - this.size, 0);
  }

  forget() {
    this.sizes = [this.size];
  }

  close() {
    this.socket.close();
  }
}

const nextNonce = (rpc, address) => rpc.call('system_accountNextIndex', address);

async function keepFull(spam, pool, senders) {
  while (!spam.stopped) {
    const missing = await pool.look();
    const rounds = Math.max(1, Math.ceil(missing / BATCH));
    const count = missing > 0 ? BATCH : OFFERED_TO_THE_FULL;
    for (let i = 0; i < Math.min(rounds, senders.length) && !spam.stopped; i++) {
      await offer(spam, pool.socket, senders[pool.turn++ % senders.length], count);
    }
    await sleep(LOOK_MS);
  }
}

/** A full pool drops transactions again: begins where the node has none of this sender. */
async function offer(spam, socket, { address, first, transactions }, count) {
  const from = (await nextNonce(socket, address)) - first;
  const batch = transactions.slice(from, from + count);
  const answers = await Promise.allSettled(batch.map((tx) => socket.call('author_submitExtrinsic', tx)));
  spam.offered += batch.length;
  const refused = answers.filter(({ status, reason }) => status === 'rejected' && reason.code !== ALREADY_IMPORTED);
  for (const { reason } of refused) spam.refusals[reason.message] = (spam.refusals[reason.message] ?? 0) + 1;
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
