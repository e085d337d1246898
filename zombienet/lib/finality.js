// Finality must never contradict itself: whatever any node called final at a height, at any time,
// every node must call final at that height for ever.
import { finalizedHeader, hashesBetween } from './chain.js';
import { sleep } from './wait.js';

const SAMPLE_EVERY_MS = 300;

/** What has been seen final at each height, and by whom. */
export class FinalityLog {
  #seen = new Map();
  conflicts = [];

  record(node, height, hash) {
    const first = this.#seen.get(height);
    if (!first) {
      this.#seen.set(height, { hash, nodes: new Set([node]) });
      return;
    }
    first.nodes.add(node);
    if (first.hash === hash) return;
    const others = [...first.nodes].filter((name) => name !== node).join(', ') || `${node} earlier`;
    this.conflicts.push(
      `conflicting finality at height ${height}: ${node} has ${hash}, ${others} had ${first.hash}`,
    );
  }

  /** How many heights at least two nodes agree on. */
  get agreed() {
    return [...this.#seen.values()].filter(({ nodes }) => nodes.size > 1).length;
  }

  get highest() {
    return Math.max(0, ...this.#seen.keys());
  }
}

/** Fills a `FinalityLog` from every running node, from the first block on, until it is stopped. */
export class FinalityWatch {
  log = new FinalityLog();
  #nodes;
  #recorded = new Map();
  #stopped = false;
  #finished;

  /** `nodes` is asked anew each round: nodes come and go. */
  constructor(nodes) {
    this.#nodes = nodes;
    this.#finished = this.#run();
  }

  async #run() {
    while (!this.#stopped) {
      // A node that does not answer is not at fault here; what it says later is still checked.
      await Promise.allSettled(this.#nodes().map((node) => this.#sample(node)));
      await sleep(SAMPLE_EVERY_MS);
    }
  }

  async #sample(node) {
    const { height } = await finalizedHeader(node.rpc);
    const from = (this.#recorded.get(node.name) ?? 0) + 1;
    await this.#recordBetween(node, from, height);
    // Lower than before after a restart that lost the last writes: then it is read again.
    this.#recorded.set(node.name, height);
  }

  async #recordBetween(node, from, to) {
    const hashes = await hashesBetween(node.rpc, from, to);
    // After a warp sync the older headers arrive later; `recordHistory` insists on them.
    for (const [height, hash] of hashes) if (hash) this.log.record(node.name, height, hash);
    return hashes.filter(([, hash]) => !hash).length;
  }

  /** Reads a node's whole finalised chain again; gives its height and how many hashes it lacks. */
  async recordHistory(node) {
    const { height } = await finalizedHeader(node.rpc);
    const missing = await this.#recordBetween(node, 1, height);
    return { height, missing };
  }

  async stop() {
    this.#stopped = true;
    await this.#finished;
  }
}
