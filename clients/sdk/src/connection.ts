/** A node: its heads, its blocks, and their events. Reconnects by itself. */

import { ApiPromise, WsProvider } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { EventRecord, StorageEntryMetadataLatest } from '@polkadot/types/interfaces';
import type { DefinitionCallNamed } from '@polkadot/types/types';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { cryptoWaitReady } from '@polkadot/util-crypto';

import { follow, persist, type BlockRef, type BlockSource, type FollowedBlock, type FollowOptions } from './blocks.js';
import { Disconnected, HistoryGone, UnsupportedChain } from './errors.js';
import { eventOf, type ChainEvent } from './events.js';
import { plain, type Plain } from './plain.js';
import { within } from './wait.js';

/** Adds nothing to a transaction; naming it spares a warning. */
const EMPTY_EXTENSIONS = { AuthorizeCall: { extrinsic: {}, payload: {} } };

const CONNECT_TIMEOUT_MS = 60_000;
const RECONNECT_MS = 1_000;
const ANSWER_TIMEOUT_MS = 60_000;

export interface ConnectOptions {
  timeoutMs?: number;
}

/** A block as the node sends it, extrinsics in hexadecimal. */
interface RawBlock {
  block: { extrinsics: string[] };
}

interface StorageItem {
  key(...keys: unknown[]): string;
  readonly creator: { readonly meta: StorageEntryMetadataLatest };
}

interface RawHeader {
  number: string;
  parentHash: string;
}

export class Connection implements BlockSource {
  #best = 0;
  #final = 0;
  #finalHash = '';
  #wake = new Set<() => void>();
  #stops: (() => void)[] = [];
  readonly #closed = new AbortController();

  private constructor(
    readonly endpoint: string,
    readonly api: ApiPromise,
    readonly provider: WsProvider,
  ) {}

  static async open(endpoint: string, { timeoutMs = CONNECT_TIMEOUT_MS }: ConnectOptions = {}): Promise<Connection> {
    await cryptoWaitReady();
    const provider = new WsProvider(endpoint, RECONNECT_MS);
    const late = (): Error => new Disconnected(`no chain at ${endpoint} within ${timeoutMs / 1_000} s`);
    const opening = ApiPromise.create({ provider, signedExtensions: EMPTY_EXTENSIONS, noInitWarn: true });
    try {
      const api = await within(timeoutMs, opening, late);
      const connection = new Connection(endpoint, api, provider);
      await within(timeoutMs, connection.#subscribe(), late);
      return connection;
    } catch (error) {
      opening.catch(() => undefined);
      await provider.disconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const stop of this.#stops) stop();
    this.#notify();
    await this.api.disconnect();
  }

  async #subscribe(): Promise<void> {
    const { chain } = this.api.rpc;
    const best = await chain.subscribeNewHeads((header) => {
      this.#best = header.number.toNumber();
      this.#notify();
    });
    const final = await chain.subscribeFinalizedHeads((header) => {
      this.#final = header.number.toNumber();
      this.#finalHash = header.hash.toHex();
      this.#best = Math.max(this.#best, this.#final);
      this.#notify();
    });
    const [off, on] = [this.provider.on('disconnected', () => this.#notify()), this.provider.on('connected', () => this.#notify())];
    this.#stops = [best, final, off, on];
    while (this.#finalHash === '' || this.#best === 0) await this.changed(100);
  }

  #notify(): void {
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }

  head(finalized: boolean): number {
    return finalized ? this.#final : this.#best;
  }

  /** The number of the best block, as the node has it now. */
  async bestNumber(): Promise<number> {
    const header = await this.persist(() => this.provider.send<RawHeader>('chain_getHeader', []));
    return Number(header.number);
  }

  get finalHead(): { number: number; hash: string } {
    return { number: this.#final, hash: this.#finalHash };
  }

  isConnected(): boolean {
    return this.provider.isConnected;
  }

  changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake.add(done);
    });
  }

  async blockAt(number: number): Promise<BlockRef | undefined> {
    const hash = await this.provider.send<string | null>('chain_getBlockHash', [number]);
    if (!hash) return undefined;
    const header = await this.provider.send<RawHeader | null>('chain_getHeader', [hash]);
    return header ? { number, hash, parentHash: header.parentHash } : undefined;
  }

  /** The extrinsics of a block, in hexadecimal. */
  async extrinsicsOf(hash: string): Promise<string[]> {
    const answer = await this.persist(() => this.provider.send<RawBlock>('chain_getBlock', [hash]));
    return answer.block.extrinsics;
  }

  /** The blocks from now on, or from a number on, none left out. */
  blocks(options: FollowOptions = {}): AsyncGenerator<FollowedBlock> {
    const { signal } = options;
    const closed = this.#closed.signal;
    return follow(this, { ...options, signal: signal ? AbortSignal.any([signal, closed]) : closed });
  }

  /** Asks again while there is no connection. */
  persist<T>(ask: () => Promise<T>): Promise<T> {
    return persist(this, ANSWER_TIMEOUT_MS, ask);
  }

  /** The events of a block that a test of their names lets through, with their place in the block. */
  async eventsOf(block: BlockRef, wanted: (name: string) => boolean = () => true): Promise<ChainEvent[]> {
    const { registry } = this.api;
    const key = this.#item('system', 'events').key();
    const stored = await this.persist(() => this.#stateOf(block.number, 'state_getStorage', [key, block.hash]));
    if (!stored) return [];
    const records = registry.createType('Vec<FrameSystemEventRecord>', stored) as unknown as EventRecord[];
    return [...records].flatMap((record, index) => eventOf(record, block, index, wanted));
  }

  /** Asks for something that needs the state of a block. */
  async #stateOf(block: number | string, method: string, params: unknown[]): Promise<string | null> {
    try {
      return await this.provider.send<string | null>(method, params);
    } catch (error) {
      if (/already discarded/i.test((error as Error).message)) throw new HistoryGone(block);
      throw error;
    }
  }

  #item(pallet: string, name: string): StorageItem {
    const item = this.api.query[pallet]?.[name];
    if (!item) throw new UnsupportedChain(`the chain at ${this.endpoint} has no ${pallet}.${name}`);
    return item as unknown as StorageItem;
  }

  /** A stored value, at a block or at the best one; its default where nothing is stored. */
  async read(pallet: string, name: string, keys: readonly unknown[] = [], at?: string): Promise<Plain> {
    const { registry } = this.api;
    const item = this.#item(pallet, name);
    const { type, modifier, fallback } = item.creator.meta;
    const params = [item.key(...keys), ...(at === undefined ? [] : [at])];
    const stored = await this.persist(() => this.#stateOf(at ?? 'best', 'state_getStorage', params));
    const bytes = stored ?? (modifier.isDefault ? fallback.toHex() : undefined);
    if (bytes === undefined) return undefined;
    const value = registry.createLookupType(type.isPlain ? type.asPlain : type.asMap.value);
    return plain(registry.createType(value, hexToU8a(bytes)));
  }

  /** The keys under which a map has something at a block, so many at most after a given one. */
  async keysOf(pallet: string, name: string, { at, after, count }: { at: string; after?: string; count: number }): Promise<string[]> {
    const prefix = (this.#item(pallet, name) as unknown as { keyPrefix(): string }).keyPrefix();
    const params = [prefix, count, after ?? prefix, at];
    return this.persist(() => this.provider.send<string[]>('state_getKeysPaged', params));
  }

  /** Whether the runtime has an interface, such as `liquidationApi`. */
  offers(interfaceName: string): boolean {
    return interfaceName in this.api.call;
  }

  /** A call, not yet signed. */
  call(pallet: string, name: string, ...args: unknown[]): SubmittableExtrinsic<'promise'> {
    const make = this.api.tx[pallet]?.[name];
    if (!make) throw new UnsupportedChain(`the chain at ${this.endpoint} has no call ${pallet}.${name}`);
    return make(...args);
  }

  /** The answer of the runtime's interface, at a block or at the best one. */
  async ask(interfaceName: string, method: string, args: unknown[], at?: string): Promise<Plain> {
    const interfaces = this.api.call as unknown as Record<string, Record<string, { meta: DefinitionCallNamed }>>;
    const definition = interfaces[interfaceName]?.[method]?.meta;
    if (!definition) throw new UnsupportedChain(`the chain at ${this.endpoint} has no ${interfaceName}.${method}`);
    // Not by `api.at`, which prepares everything one might ask at a block.
    const { registry } = this.api;
    const encoded = definition.params.map(({ type }, i) => registry.createType(type, args[i]).toU8a());
    const bytes = u8aToHex(u8aConcat(...encoded));
    const params = [definition.name, bytes, ...(at === undefined ? [] : [at])];
    const answer = await this.persist(() => this.#stateOf(at ?? 'best', 'state_call', params));
    // As bytes: in hexadecimal, an option would be taken for the value in it.
    return plain(registry.createType(definition.type, hexToU8a(answer)));
  }
}
