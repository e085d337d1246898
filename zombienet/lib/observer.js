// Watches a chain while it runs: when each node learnt of a block, and when it was final there.
import { blockWeightAt, isSigned, slotOf, timestampAt } from './chain.js';
import { RpcSocket } from './websocket.js';

const heightOf = (header) => Number.parseInt(header.number, 16);

/** What one node hears, and when. */
export class NodeObserver {
  /** `[height, ms]` of the first block the node took for the best at each height. */
  arrivals = [];
  /** How many blocks finality was behind, each time a new best block arrived. */
  lags_blocks = [];
  /** From a block's arrival to its finality, on this node. */
  finalities_ms = [];
  #best;
  #final = 0;
  #waiting = new Map();
  #onBest;

  constructor(node, onBest = () => {}) {
    this.name = node.name;
    this.node = node;
    this.#onBest = onBest;
  }

  async start() {
    this.socket = await RpcSocket.connect(this.node.wsUrl);
    this.#final = heightOf(
      await this.socket.call('chain_getHeader', await this.socket.call('chain_getFinalizedHead')),
    );
    await this.socket.subscribe('chain_subscribeNewHeads', (header) => this.#sawBest(header));
    await this.socket.subscribe('chain_subscribeFinalizedHeads', (header) => this.#sawFinal(header));
  }

  #sawBest(header) {
    const height = heightOf(header);
    const now_ms = Date.now();
    this.#onBest(header, now_ms);
    // The first is no arrival: a subscription begins with the block that is the best already.
    this.#best ??= height;
    // After a reorganisation the same heights come again.
    if (height <= this.#best) return;
    this.#best = height;
    this.arrivals.push([height, now_ms]);
    this.lags_blocks.push(height - this.#final);
    this.#waiting.set(height, now_ms);
  }

  // One notice may finalise several blocks.
  #sawFinal(header) {
    const now_ms = Date.now();
    this.#final = Math.max(this.#final, heightOf(header));
    for (const [height, arrived_ms] of this.#waiting) {
      if (height > this.#final) continue;
      this.finalities_ms.push(now_ms - arrived_ms);
      this.#waiting.delete(height);
    }
  }

  /** Times between the arrivals of consecutive heights. */
  intervals_ms() {
    const steps = this.arrivals
      .slice(1)
      .map(([height, ms], i) => [height - this.arrivals[i][0], ms - this.arrivals[i][1]]);
    // A node that skipped heights was catching up, and says nothing about the chain.
    return steps.filter(([heights]) => heights === 1).map(([, ms]) => ms);
  }

  stop() {
    this.socket.close();
  }
}

/** Reads every block as it becomes the best of one node, while the node still has its state. */
export class BlockReader {
  blocks = new Map();
  #rpc;
  #onTransactions;
  #queue = Promise.resolve();

  constructor(rpc, onTransactions = () => {}) {
    this.#rpc = rpc;
    this.#onTransactions = onTransactions;
  }

  /** One block after the other, so that a slow node is not asked ever more at once. */
  take(header, arrived_ms) {
    this.#queue = this.#queue
      .then(async () => this.#read(await this.#rpc.call('chain_getBlockHash', heightOf(header)), arrived_ms))
      .catch(() => {}); // what is missing is read by `canonical`
  }

  async #read(hash, arrived_ms) {
    if (!hash || this.blocks.has(hash)) return;
    const { block } = await this.#rpc.call('chain_getBlock', hash);
    const transactions = block.extrinsics.filter(isSigned);
    this.#onTransactions(transactions, arrived_ms);
    this.blocks.set(hash, {
      height: heightOf(block.header),
      slot: slotOf(block.header),
      timestamp_ms: await timestampAt(this.#rpc, hash),
      weight: await blockWeightAt(this.#rpc, hash),
      transactions: transactions.length,
    });
  }

  /** The blocks with these hashes, in order. */
  async canonical(hashes) {
    await this.#queue;
    for (const hash of hashes) await this.#read(hash, Date.now());
    return hashes.map((hash) => this.blocks.get(hash));
  }
}
