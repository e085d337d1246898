// A flood of transfers that were signed beforehand, so that signing takes nothing from the chain.
import { sleep } from './wait.js';

const TICK_MS = 20;
const PAUSE_AFTER_REFUSAL_MS = 500;
/** The pool already has this transaction: as good as accepted. */
const ALREADY_IMPORTED = 1013;

/** One sender: its transactions in the order of their nonces, to one node. */
class Lane {
  next = 0;
  paused_until_ms = 0;

  constructor(transactions, socket) {
    this.transactions = transactions;
    this.socket = socket;
  }

  get isReady() {
    return this.next < this.transactions.length && Date.now() >= this.paused_until_ms;
  }
}

/** Sends as fast as allowed, with a bound on what is sent but not in a block yet. */
export class Flood {
  /** From sending to the arrival, at the observer, of the block with it. */
  inclusions_ms = [];
  submitted = 0;
  refusals = {};
  #lanes;
  #open = new Map();
  #inFlightMax;
  #rate_per_s;

  constructor({ lanes, sockets, inFlightMax, rate_per_s }) {
    this.#lanes = lanes.map((transactions, i) => new Lane(transactions, sockets[i % sockets.length]));
    this.#inFlightMax = inFlightMax;
    this.#rate_per_s = rate_per_s;
  }

  get inFlight() {
    return this.#open.size;
  }

  get isDry() {
    return this.#lanes.every((lane) => lane.next >= lane.transactions.length);
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

  #sendSome(count) {
    for (let sent = 0; sent < count;) {
      const ready = this.#lanes.filter((lane) => lane.isReady).slice(0, count - sent);
      if (ready.length === 0) return;
      for (const lane of ready) this.#send(lane);
      sent += ready.length;
    }
  }

  #send(lane) {
    const index = lane.next++;
    const transaction = lane.transactions[index];
    if (!this.#open.has(transaction)) this.#open.set(transaction, Date.now());
    this.submitted += 1;
    lane.socket
      .call('author_submitExtrinsic', transaction)
      .catch((error) => this.#refused(lane, index, error));
  }

  // The nonces after a refused transaction have to wait for it: begin again from there.
  #refused(lane, index, error) {
    if (error.code === ALREADY_IMPORTED) return;
    this.refusals[error.message] = (this.refusals[error.message] ?? 0) + 1;
    this.#open.delete(lane.transactions[index]);
    lane.next = Math.min(lane.next, index);
    lane.paused_until_ms = Date.now() + PAUSE_AFTER_REFUSAL_MS;
  }

  /** Notes the transactions of a block. */
  included(transactions, arrived_ms) {
    for (const transaction of transactions) {
      const sent_ms = this.#open.get(transaction);
      if (sent_ms === undefined) continue;
      this.inclusions_ms.push(arrived_ms - sent_ms);
      this.#open.delete(transaction);
    }
  }
}
