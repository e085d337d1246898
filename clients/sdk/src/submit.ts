/**
 * Transactions of one account, any number at once.
 *
 * * Nonces: a transaction is signed when the node has taken the one before it, so a refused one
 *   leaves no gap, and what was sent from elsewhere is noticed.
 * * Nothing happens twice: a transaction that the pool lost is sent again as the same bytes, with
 *   the same nonce. It lives for 64 blocks; if it is in none of them it never will be in any.
 * * Whether it happened is read from the blocks, none left out, so a lost connection loses no answer.
 */

import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Call } from '@polkadot/types/interfaces';
import type { Signer as ExternalSigner } from '@polkadot/types/types';
import { numberToHex } from '@polkadot/util';

import type { FollowedBlock } from './blocks.js';
import type { Connection } from './connection.js';
import { CallFailed, Disconnected, Expired, NonceTaken, Refused, Undecided } from './errors.js';
import type { ChainEvent } from './events.js';
import { Deferred, Queue, within } from './wait.js';

/** A key pair, or an address with something that signs for it, as a browser's wallet does. */
export type Signer = KeyringPair | { readonly address: string; readonly signer: ExternalSigner };

export interface SubmitOptions {
  /** When to return: in a block, the default, or in a final block. */
  until?: 'inBlock' | 'finalized';
  /** Then it is `Undecided`. A minute unless given, two for a final block. */
  timeoutMs?: number;
  /** For the block's author, in units of the chain's token. */
  tip?: bigint;
}

/** What became of a transaction. */
export interface Outcome {
  readonly hash: string;
  readonly nonce: number;
  readonly block: number;
  readonly blockHash: string;
  /** Its place in the block. */
  readonly index: number;
  readonly events: readonly ChainEvent[];
  /** In units of the chain's token; zero if it was free of charge. */
  readonly fee: bigint;
}

/** What the node has of a transaction. */
interface Sent {
  readonly bytes: string;
  readonly hash: string;
  readonly nonce: number;
  /** The first block that cannot have it any more. */
  readonly death: number;
}

interface Pending extends Sent {
  readonly found: Deferred<Outcome>;
  /** The head when it was signed: it is in a later block. */
  readonly since: number;
  sentAt: number;
  /** The block by which the node said that the nonce had been used. */
  usedAt: number | undefined;
}

const LIFE_BLOCKS = 64;
const RESEND_AFTER_BLOCKS = 8;
const ATTEMPTS = 20;
const TIMEOUT_MS = { inBlock: 60_000, finalized: 120_000 };
const FULL_POOL_WAIT_MS = 500;

/** Codes of the node's transaction pool. */
const INVALID = 1010;
const BANNED = 1012;
const ALREADY_THERE = 1013;
const NONCE_IN_POOL = 1014;
const POOL_FULL = 1016;
const OUTDATED = /outdated/i;

/** Sends the transactions of one account. Use one per account and process. */
export class Sender {
  readonly #connection: Connection;
  readonly #signer: Signer;
  readonly #queue = new Queue();
  #next: number | undefined;

  constructor(connection: Connection, signer: Signer) {
    this.#connection = connection;
    this.#signer = signer;
  }

  get address(): string {
    return this.#signer.address;
  }

  /** Sends a call and waits for what becomes of it. Throws `CallFailed` where the call was refused. */
  async submit(call: SubmittableExtrinsic<'promise'>, options: SubmitOptions = {}): Promise<Outcome> {
    const { outcome } = await this.send(call, options);
    return outcome;
  }

  /** The same in two steps: resolves when the node has the transaction, with a promise of the rest. */
  async send(
    call: SubmittableExtrinsic<'promise'>,
    options: SubmitOptions = {},
  ): Promise<{ hash: string; nonce: number; outcome: Promise<Outcome> }> {
    const { until = 'inBlock', timeoutMs = TIMEOUT_MS[until] } = options;
    const tracker = trackerOf(this.#connection, until === 'finalized');
    const pending = await this.#queue.run(() => this.#place(call, options, tracker));
    const { hash, nonce, death } = pending;
    const undecided = (): Error => new Undecided(hash, nonce, timeoutMs, death - 1);
    const outcome = within(timeoutMs, pending.found.promise, undecided).catch((error: unknown) => {
      if (error instanceof Expired || error instanceof NonceTaken || error instanceof Undecided) this.#next = undefined;
      throw error;
    });
    outcome.catch(() => undefined);
    return { hash, nonce, outcome };
  }

  /** Signs with the next nonce and sends, until the node takes it or says why not. */
  async #place(
    call: SubmittableExtrinsic<'promise'>,
    options: SubmitOptions,
    tracker: Tracker,
  ): Promise<Pending> {
    for (let attempt = 1; ; attempt++) {
      const nonce = this.#next ?? (await this.#nonceOfNode());
      const sent = await this.#sign(call, nonce, options.tip ?? 0n);
      const pending = tracker.watch(sent);
      const problem = await tracker.post(pending);
      // A signature has randomness in it: whoever sent these bytes sent ours. The pool says so where
      // a block came in between and took it up from another place.
      if (!problem || problem.code === ALREADY_THERE) {
        this.#next = nonce + 1;
        return pending;
      }
      tracker.forget(pending);
      if (attempt >= ATTEMPTS || !(await this.#canTryAgain(problem, nonce))) throw problem;
    }
  }

  /** Whether another nonce, or another moment, could help; sets the next nonce. */
  async #canTryAgain({ code, reason }: Refused, nonce: number): Promise<boolean> {
    if (code === INVALID && OUTDATED.test(reason)) {
      this.#next = undefined;
      return true;
    }
    if (code === NONCE_IN_POOL) {
      this.#next = Math.max(nonce + 1, await this.#nonceOfNode());
      return true;
    }
    if (code === POOL_FULL) {
      await this.#connection.changed(FULL_POOL_WAIT_MS);
      return true;
    }
    // The nonce was not used; what the node knows is the truth.
    this.#next = undefined;
    return false;
  }

  #nonceOfNode(): Promise<number> {
    const { provider } = this.#connection;
    return this.#connection.persist(() => provider.send<number>('system_accountNextIndex', [this.address]));
  }

  async #sign(call: SubmittableExtrinsic<'promise'>, nonce: number, tip: bigint): Promise<Sent> {
    const { api } = this.#connection;
    // Sent again, a call must not carry the signature of the last attempt.
    const fresh = api.tx(call.method as Call);
    const final = this.#connection.finalHead;
    const era = api.registry.createType('ExtrinsicEra', { current: final.number, period: LIFE_BLOCKS });
    if ('signer' in this.#signer) {
      const { address, signer } = this.#signer;
      // Not left to the library: that asks for the final block of its own, a later one, and `death` would be another.
      await fresh.signAsync(address, { signer: withBirth(signer, final.number), nonce, tip, era, blockHash: final.hash });
    } else {
      const { genesisHash, runtimeVersion } = api;
      fresh.sign(this.#signer, { nonce, tip, era, blockHash: final.hash, genesisHash, runtimeVersion });
    }
    const death = era.asMortalEra.death(final.number);
    return { bytes: fresh.toHex(), hash: fresh.hash.toHex(), nonce, death };
  }
}

/** Looks for transactions in the blocks, and sends those again that the pool has lost. */
class Tracker {
  readonly #pending = new Map<string, Pending>();
  #following = false;

  constructor(
    readonly connection: Connection,
    readonly finalized: boolean,
  ) {}

  watch(sent: Sent): Pending {
    const sentAt = this.connection.head(false);
    const since = this.connection.head(this.finalized);
    const pending: Pending = { ...sent, found: new Deferred(), since, sentAt, usedAt: undefined };
    this.#pending.set(sent.bytes, pending);
    void this.#follow();
    return pending;
  }

  forget(pending: Pending): void {
    this.#pending.delete(pending.bytes);
  }

  /** Sends it. Returns why the node refused it; a lost connection is no refusal. */
  async post(pending: Pending): Promise<Refused | undefined> {
    pending.sentAt = this.connection.head(false);
    try {
      await this.connection.provider.send('author_submitExtrinsic', [pending.bytes]);
      return undefined;
    } catch (error) {
      const { code, message, data } = error as { code?: number; message: string; data?: unknown };
      if (code === undefined) return undefined;
      return new Refused(code, typeof data === 'string' ? data : message);
    }
  }

  /** As long as anything is pending. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    const from = Math.min(...[...this.#pending.values()].map(({ since }) => since)) + 1;
    try {
      for await (const block of this.connection.blocks({ finalized: this.finalized, from })) {
        await this.#look(block);
        if (this.#pending.size === 0) return;
      }
      this.#fail(new Disconnected('the connection was closed'));
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#following = false;
    }
    // What came while this was ending.
    if (this.#pending.size > 0) void this.#follow();
  }

  async #look(block: FollowedBlock): Promise<void> {
    const extrinsics = await this.connection.extrinsicsOf(block.hash);
    for (const [index, bytes] of extrinsics.entries()) {
      const pending = this.#pending.get(bytes);
      if (pending) {
        this.forget(pending);
        await settle(this.connection, pending, block, index);
      }
    }
    for (const pending of [...this.#pending.values()]) await this.#reconsider(pending, block.number);
  }

  /** What was not in this block. */
  async #reconsider(pending: Pending, number: number): Promise<void> {
    const { hash, nonce, death, usedAt } = pending;
    if (number + 1 >= death) {
      this.#reject(pending, new Expired(hash, death - 1));
    } else if (usedAt !== undefined && number >= usedAt) {
      this.#reject(pending, new NonceTaken(hash, nonce));
    } else if (usedAt === undefined && number >= pending.sentAt + RESEND_AFTER_BLOCKS) {
      const problem = await this.post(pending);
      if (problem?.code === INVALID && OUTDATED.test(problem.reason)) {
        pending.usedAt = await this.connection.bestNumber();
      } else if (problem && ![ALREADY_THERE, BANNED, POOL_FULL, NONCE_IN_POOL].includes(problem.code ?? 0)) {
        // It may be in a block that has not been looked at yet: its life's end decides.
        pending.sentAt = number;
      }
    }
  }

  #reject(pending: Pending, error: Error): void {
    this.forget(pending);
    pending.found.reject(error);
  }

  #fail(error: unknown): void {
    for (const pending of [...this.#pending.values()]) this.#reject(pending, error as Error);
  }
}

/** Tells what became of a transaction that is in a block. */
async function settle(connection: Connection, pending: Pending, block: FollowedBlock, index: number): Promise<void> {
  const { hash, nonce, found } = pending;
  try {
    const all = await connection.eventsOf(block);
    const events = all.filter(({ extrinsic }) => extrinsic === index);
    const failed = events.find(({ name }) => name === 'system.ExtrinsicFailed');
    if (failed) {
      const { error, docs } = failed.data['dispatchError'] as { error: string; docs: string };
      found.reject(new CallFailed(error, docs, block.number, hash));
      return;
    }
    const paid = events.find(({ name }) => name === 'transactionPayment.TransactionFeePaid');
    const fee = (paid?.data['actualFee'] as bigint | undefined) ?? 0n;
    found.resolve({ hash, nonce, block: block.number, blockHash: block.hash, index, events, fee });
  } catch (error) {
    found.reject(error);
  }
}

/** Tells a wallet the first block of a transaction's life, which it shows to people. */
function withBirth(signer: ExternalSigner, birth: number): ExternalSigner {
  const { signPayload } = signer;
  if (!signPayload) return signer;
  return { signPayload: (payload) => signPayload.call(signer, { ...payload, blockNumber: numberToHex(birth, 32) }) };
}

const trackers = new WeakMap<Connection, { best: Tracker; final: Tracker }>();

function trackerOf(connection: Connection, finalized: boolean): Tracker {
  let both = trackers.get(connection);
  if (!both) {
    both = { best: new Tracker(connection, false), final: new Tracker(connection, true) };
    trackers.set(connection, both);
  }
  return finalized ? both.final : both.best;
}

