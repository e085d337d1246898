/**
 * The blocks of a chain, one after the other and none left out, whatever the connection does: the
 * next block is always asked for by its number, and new heads only say how far there is to go.
 */

import { Disconnected } from './errors.js';
import { sleep } from './wait.js';

export interface BlockRef {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
}

/** A block, and how many of those given before it are no longer on the chain. */
export interface FollowedBlock extends BlockRef {
  readonly retracted: number;
}

/** What following needs of a node. */
export interface BlockSource {
  /** Number of the best, or the last final, block that the node has told of. */
  head(finalized: boolean): number;
  /** The block of that number, on the best chain; none if there is none. */
  blockAt(number: number): Promise<BlockRef | undefined>;
  /** Resolves at the next new head, change of connection, or after so long. */
  changed(timeoutMs: number): Promise<void>;
  isConnected(): boolean;
}

export interface FollowOptions {
  /** Final blocks only: later by some blocks, and never retracted. */
  finalized?: boolean;
  /** The first block; the next new one unless given. */
  from?: number;
  /** The last block; never ends unless given. */
  to?: number;
  /** An error after so long without a new block. */
  stallTimeoutMs?: number;
  signal?: AbortSignal;
}

const STALL_TIMEOUT_MS = 60_000;
const POLL_MS = 1_000;
const RETRY_MS = 200;
/** How far back a change of the best chain is recognised; finality is never so far behind. */
const REMEMBERED = 512;

export async function* follow(source: BlockSource, options: FollowOptions = {}): AsyncGenerator<FollowedBlock> {
  const { finalized = false, stallTimeoutMs = STALL_TIMEOUT_MS, to = Infinity, signal } = options;
  const given = new Map<number, string>();
  const bounds = { finalized, stallTimeoutMs, signal };
  let next = options.from ?? source.head(finalized) + 1;
  let retracted = 0;
  while (next <= to && !signal?.aborted) {
    if (!(await reach(source, next, bounds))) return;
    const block = await persist(source, stallTimeoutMs, () => source.blockAt(next));
    const parent = given.get(next - 1);
    if (block && (parent === undefined || parent === block.parentHash)) {
      given.set(next, block.hash);
      given.delete(next - REMEMBERED);
      yield { ...block, retracted };
      retracted = 0;
      next += 1;
    } else if (block) {
      const fork = await forkBelow(source, given, next - 1, stallTimeoutMs);
      retracted += next - 1 - fork;
      next = fork + 1;
    } else {
      // The best chain became shorter for a moment.
      await sleep(RETRY_MS);
    }
  }
}

/** The highest block given that is still on the chain. */
async function forkBelow(
  source: BlockSource,
  given: Map<number, string>,
  from: number,
  stallTimeoutMs: number,
): Promise<number> {
  let number = from;
  while (given.has(number)) {
    const block = await persist(source, stallTimeoutMs, () => source.blockAt(number));
    if (block?.hash === given.get(number)) return number;
    given.delete(number);
    number -= 1;
  }
  return number;
}

/** Waits for a head of that number. False if it was aborted. */
async function reach(
  source: BlockSource,
  number: number,
  { finalized, stallTimeoutMs, signal }: { finalized: boolean; stallTimeoutMs: number; signal: AbortSignal | undefined },
): Promise<boolean> {
  let head = source.head(finalized);
  let since = Date.now();
  while (head < number) {
    if (signal?.aborted) return false;
    if (Date.now() - since > stallTimeoutMs) {
      const why = source.isConnected() ? 'no new block' : 'no connection';
      throw new Disconnected(`${why} for ${stallTimeoutMs / 1_000} s, waiting for block ${number}`);
    }
    await source.changed(POLL_MS);
    const now = source.head(finalized);
    if (now !== head) [head, since] = [now, Date.now()];
  }
  return !signal?.aborted;
}

/** Asks again while there is no connection. */
export async function persist<T>(
  source: Pick<BlockSource, 'changed' | 'isConnected'>,
  timeoutMs: number,
  ask: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isConnectionError(error) && source.isConnected()) throw error;
      if (Date.now() > deadline) {
        throw new Disconnected(`no connection for ${timeoutMs / 1_000} s: ${(error as Error).message}`);
      }
      await source.changed(RETRY_MS);
      await sleep(RETRY_MS);
    }
  }
}

const isConnectionError = (error: unknown): boolean =>
  /disconnected|not connected|WebSocket|Timeout: No response/i.test((error as Error).message);
