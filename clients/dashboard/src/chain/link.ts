/**
 * A connection that is there whenever a node is. The client inside reconnects by itself; this tells
 * people how it stands, opens the first connection again and again, and starts over where the node
 * that came back has another chain.
 */

import type { Problem } from '../model/problems.js';

export type LinkState =
  | { readonly kind: 'idle' }
  /** Before the first answer. `problem` is why the last attempt came to nothing. */
  | { readonly kind: 'connecting'; readonly attempt: number; readonly problem?: Problem }
  | { readonly kind: 'live' }
  /** The node went away; since when, in milliseconds since the Unix epoch. */
  | { readonly kind: 'lost'; readonly since: number }
  /** The node answers, but has had no new block for long. */
  | { readonly kind: 'stalled'; readonly since: number };

/** What this needs of a client. */
export interface Linked {
  isConnected(): boolean;
  /** Number of the best block. */
  head(): number;
  /** Whether the node still has the final block that was last seen. */
  sameChain(): Promise<boolean>;
  close(): Promise<void>;
}

export interface LinkOptions<C extends Linked> {
  open: () => Promise<C>;
  problemOf: (error: unknown) => Problem;
  onState: (state: LinkState) => void;
  /** A client to use from now on; or none any more. */
  onClient: (client: C | undefined) => void;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

const RETRY_MS = 2_000;
const CHECK_MS = 500;
const STALLED_MS = 15_000;

export class Link<C extends Linked> {
  #stopped = false;
  #options: Required<LinkOptions<C>>;

  constructor(options: LinkOptions<C>) {
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    this.#options = { now: Date.now, sleep, ...options };
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Runs until it is stopped. */
  async run(): Promise<void> {
    const { onClient } = this.#options;
    while (!this.#stopped) {
      const client = await this.#open();
      if (!client) return;
      if (!this.#stopped) {
        onClient(client);
        await this.#watch(client);
        onClient(undefined);
      }
      await client.close().catch(() => undefined);
    }
  }

  async #open(): Promise<C | undefined> {
    const { open, problemOf, onState, sleep } = this.#options;
    onState({ kind: 'connecting', attempt: 1 });
    for (let attempt = 1; !this.#stopped; attempt++) {
      try {
        return await open();
      } catch (error) {
        if (this.#stopped) return undefined;
        onState({ kind: 'connecting', attempt: attempt + 1, problem: problemOf(error) });
        await sleep(RETRY_MS);
      }
    }
    return undefined;
  }

  /** Watches a client until it is of no use any more. */
  async #watch(client: C): Promise<void> {
    const { onState, sleep, now } = this.#options;
    let head = { number: client.head(), since: now() };
    let kind: LinkState['kind'] = 'live';
    onState({ kind: 'live' });
    while (!this.#stopped) {
      await sleep(CHECK_MS);
      if (this.#stopped) return;
      if (!client.isConnected()) {
        if (kind !== 'lost') onState({ kind: (kind = 'lost'), since: now() });
        continue;
      }
      if (kind === 'lost') {
        if (!(await isSame(client))) return;
        if (!client.isConnected()) continue;
        head = { number: client.head(), since: now() };
        onState({ kind: (kind = 'live') });
        continue;
      }
      if (client.head() !== head.number) {
        head = { number: client.head(), since: now() };
        if (kind !== 'live') onState({ kind: (kind = 'live') });
      } else if (kind === 'live' && now() - head.since > STALLED_MS) {
        onState({ kind: (kind = 'stalled'), since: head.since });
      }
    }
  }
}

/** A node that does not say is asked again by the next connection. */
const isSame = (client: Linked): Promise<boolean> => client.sameChain().catch(() => false);
