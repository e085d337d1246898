// A flood of transfers that were signed beforehand, so that signing takes nothing from the chain.
import { sleep } from './wait.js';

const TICK_MS = 20;
const PAUSE_AFTER_REFUSAL_MS = 500;
/** A sender none of whose transactions came into this many blocks asks where they are. */
const PATIENCE_BLOCKS = 20;
/** How often a sender sends the same transactions again before it gives up. */
const RESUBMISSIONS_MAX = 10;
/** The pool already has this transaction: as good as accepted. */
const ALREADY_IMPORTED = 1013;
/** The pool dropped it once and will not have it again, for half an hour. */
const TEMPORARILY_BANNED = 1012;

/** One sender: its transactions in the order of their nonces, to one node at a time. */
class Lane {
  /** The first that is not sent, and the first that is not in a block. */
  next = 0;
  lowest = 0;
  pausedUntil_ms = 0;
  idleBlocks = 0;
  attempts = 0;
  hasGivenUp = false;
  #sockets;
  #node;
  #isIn = new Set();

  constructor(transactions, sockets, node) {
    this.transactions = transactions;
    this.#sockets = sockets;
    this.#node = node % sockets.length;
  }

  get socket() {
    return this.#sockets[this.#node];
  }

  takeNextNode() {
    this.#node = (this.#node + 1) % this.#sockets.length;
  }

  get isPaused() {
    return Date.now() < this.pausedUntil_ms;
  }

  get isReady() {
    return !this.isDry && !this.isPaused;
  }

  get isDry() {
    return this.hasGivenUp || this.next >= this.transactions.length;
  }

  get openCount() {
    return this.next - this.lowest;
  }

  /** Notes that a transaction is in a block. */
  included(index) {
    this.#isIn.add(index);
    this.idleBlocks = 0;
    for (; this.#isIn.delete(this.lowest); this.lowest++) this.attempts = 0;
    this.next = Math.max(this.next, this.lowest);
  }
}

/**
 * Sends as fast as allowed, with a bound on what is sent but not in a block yet.
 *
 * Nodes do lose transactions, so it does what a wallet has to do: what is in no block after a
 * while and not in the pool of the node either is sent again, to another node.
 */
export class Flood {
  /** From first sending to the arrival, at the observer, of the block with it. */
  inclusions_ms = [];
  submitted = 0;
  /** How many transactions were sent once more, and in how many rounds. */
  resubmitted = 0;
  rounds = 0;
  refusals = {};
  #lanes;
  #home = new Map();
  #open = new Map();
  #inFlightMax;
  #rate_per_s;

  constructor({ lanes, sockets, inFlightMax, rate_per_s }) {
    this.#lanes = lanes.map((transactions, i) => new Lane(transactions, sockets, i));
    for (const lane of this.#lanes)
      lane.transactions.forEach((transaction, index) => this.#home.set(transaction, { lane, index }));
    this.#inFlightMax = inFlightMax;
    this.#rate_per_s = rate_per_s;
  }

  get inFlight() {
    return this.#open.size;
  }

  get isDry() {
    return this.#lanes.every((lane) => lane.isDry);
  }

  /** Senders whose transactions never came into a block, however often they were sent. */
  get givenUp() {
    return this.#lanes.filter((lane) => lane.hasGivenUp).length;
  }

  /** Sends until the time is up or all is sent. */
  async run(until_ms) {
    const started_ms = Date.now();
    while (Date.now() < until_ms && !this.isDry) {
      const due = Math.floor(((Date.now() - started_ms) * this.#rate_per_s) / 1000) - this.submitted;
      const room = this.#inFlightMax - this.inFlight;
      this.#sendSome(Math.min(due, room));
      await sleep(TICK_MS);
    }
  }

  // Fewest open first: a sender that waits must not take the room of those that get on.
  #sendSome(count) {
    for (let sent = 0; sent < count;) {
      const ready = this.#lanes
        .filter((lane) => lane.isReady)
        .sort((a, b) => a.openCount - b.openCount)
        .slice(0, count - sent);
      if (ready.length === 0) return;
      for (const lane of ready) this.#sendNext(lane);
      sent += ready.length;
    }
  }

  #sendNext(lane) {
    const index = lane.next++;
    const transaction = lane.transactions[index];
    if (!this.#open.has(transaction)) this.#open.set(transaction, Date.now());
    // Nobody can tell whether a sender waits in vain before it has sent.
    if (lane.openCount === 1) lane.idleBlocks = 0;
    this.submitted += 1;
    this.#submit(lane, index);
  }

  #submit(lane, index) {
    lane.socket
      .call('author_submitExtrinsic', lane.transactions[index])
      .catch((error) => this.#refused(lane, index, error));
  }

  // The nonces after a refused transaction have to wait for it: begin again from there.
  #refused(lane, index, error) {
    if (error.code === ALREADY_IMPORTED) return;
    this.refusals[error.message] = (this.refusals[error.message] ?? 0) + 1;
    // Refused because it got into a block meanwhile.
    if (index < lane.lowest) return;
    this.#open.delete(lane.transactions[index]);
    lane.next = Math.min(lane.next, index);
    // Of many refusals at once, the first one counts.
    if (error.code === TEMPORARILY_BANNED && !lane.isPaused) lane.takeNextNode();
    lane.pausedUntil_ms = Date.now() + PAUSE_AFTER_REFUSAL_MS;
  }

  /** Notes the transactions of a block. */
  included(transactions, arrived_ms) {
    for (const lane of this.#lanes) lane.idleBlocks += 1;
    for (const transaction of transactions) {
      const { lane, index } = this.#home.get(transaction) ?? {};
      lane?.included(index);
      const sent_ms = this.#open.get(transaction);
      if (sent_ms === undefined) continue;
      this.inclusions_ms.push(arrived_ms - sent_ms);
      this.#open.delete(transaction);
    }
    for (const lane of this.#lanes) {
      if (lane.openCount === 0 || lane.idleBlocks < PATIENCE_BLOCKS || lane.hasGivenUp) continue;
      lane.idleBlocks = 0;
      this.#lookFor(lane).catch(() => {}); // asked again after as many blocks
    }
  }

  /** Sends again, from the lowest nonce on, what its node does not have. */
  async #lookFor(lane) {
    const lowest = lane.lowest;
    const pending = await lane.socket.call('author_pendingExtrinsics');
    if (lane.lowest !== lowest || pending.includes(lane.transactions[lowest])) return;
    if (++lane.attempts > RESUBMISSIONS_MAX) return this.#giveUp(lane);
    lane.takeNextNode();
    this.rounds += 1;
    for (let index = lane.lowest; index < lane.next; index++) {
      this.resubmitted += 1;
      this.#submit(lane, index);
    }
  }

  #giveUp(lane) {
    lane.hasGivenUp = true;
    for (const transaction of lane.transactions) this.#open.delete(transaction);
  }
}
