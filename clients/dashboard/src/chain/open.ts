/** Opens a client, and answers at once where nobody is there. */

import { Client } from '@breakwater/client';

import { NoAnswer } from '../model/problems.js';
import type { Linked } from './link.js';

const PROBE_MS = 5_000;
const CONNECT_MS = 20_000;

export class LinkedClient implements Linked {
  readonly #genesis: string;
  #final: { number: number; hash: string };

  constructor(readonly client: Client) {
    this.#genesis = client.connection.api.genesisHash.toHex();
    this.#final = client.connection.finalHead;
  }

  static async open(endpoint: string): Promise<LinkedClient> {
    await probe(endpoint);
    return new LinkedClient(await Client.connect(endpoint, { timeoutMs: CONNECT_MS }));
  }

  isConnected(): boolean {
    return this.client.connection.isConnected();
  }

  head(): number {
    // Only what was final while it was connected tells a chain from one that was started anew.
    if (this.isConnected()) this.#final = this.client.connection.finalHead;
    return this.client.connection.head(false);
  }

  async sameChain(): Promise<boolean> {
    const { number, hash } = this.#final;
    const { provider } = this.client.connection;
    const [genesis, there] = await Promise.all([
      provider.send<string>('chain_getBlockHash', [0]),
      provider.send<string | null>('chain_getBlockHash', [number]),
    ]);
    return genesis === this.#genesis && there === hash;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** Whether anybody listens. */
function probe(endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(endpoint);
    const timer = setTimeout(() => done(new NoAnswer(`no answer from ${endpoint}`)), PROBE_MS);
    const done = (error?: Error): void => {
      clearTimeout(timer);
      socket.onopen = socket.onerror = null;
      socket.close();
      if (error) reject(error);
      else resolve();
    };
    socket.onopen = () => done();
    socket.onerror = () => done(new NoAnswer(`no answer from ${endpoint}`));
  });
}
