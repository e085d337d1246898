/** What the page knows. Whoever reads a signal is drawn again when it changes. */

import { computed, signal } from '@preact/signals';
import type { Client, Market } from '@breakwater/client';

import type { LinkState } from './chain/link.js';
import type { Feed, Snapshot } from './chain/snapshot.js';
import type { Sweep } from './chain/sweep.js';
import type { Capabilities } from './model/capabilities.js';
import type { Line } from './model/events.js';
import { History, type Point } from './model/history.js';
import type { Totals } from './model/tally.js';

export const DEFAULT_ENDPOINT = 'ws://127.0.0.1:9944';

/** A market in a block, for charts: prices as floats. */
export interface MarketPoint extends Point {
  readonly index: number | null;
  readonly mark: number | null;
  readonly batch: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly openInterest: number | null;
  readonly funding: number | null;
}

export interface PaceView {
  readonly best: number;
  readonly final: number;
  readonly blockMs: number | undefined;
  readonly finalityMs: number | undefined;
}

export interface ChainInfo {
  readonly name: string;
  /** A chain for trying things: its well-known keys are offered. */
  readonly development: boolean;
  readonly tokenSymbol: string;
  readonly tokenDecimals: number;
  readonly runtime: string;
}

export const endpoint = signal(DEFAULT_ENDPOINT);
export const link = signal<LinkState>({ kind: 'idle' });
export const client = signal<Client | undefined>(undefined);
export const capabilities = signal<Capabilities>({ apis: new Map(), pallets: new Set() });
export const chain = signal<ChainInfo | undefined>(undefined);
export const feeds = signal<readonly Feed[]>([]);
export const snapshot = signal<Snapshot | undefined>(undefined);
/** Why the last block could not be read. */
export const readProblem = signal<string | undefined>(undefined);
export const pace = signal<PaceView | undefined>(undefined);
export const lines = signal<readonly Line[]>([]);
/** What liquidations came to, as far as this page saw. */
export const totals = signal<Totals | undefined>(undefined);
export const risk = signal<Sweep | undefined>(undefined);
export const selected = signal(0);
/** Where each market last traded, as far as this page saw. */
export const lastBatches = new Map<number, { readonly price: bigint; readonly volume: bigint; readonly block: number }>();
export const histories = new Map<number, History<MarketPoint>>();
/** Goes up whenever a history has changed. */
export const historyVersion = signal(0);

export const markets = computed<readonly Market[]>(() => snapshot.value?.parameters.markets ?? []);
export const market = computed<Market | undefined>(
  () => markets.value.find(({ number }) => number === selected.value) ?? markets.value[0],
);
export const quote = computed(() => client.value?.quoteSymbol ?? 'quote');

export function historyOf(number: number): History<MarketPoint> {
  const history = histories.get(number) ?? new History<MarketPoint>();
  histories.set(number, history);
  return history;
}

/** Forgets what is of another chain. */
export function forget(): void {
  snapshot.value = undefined;
  pace.value = undefined;
  lines.value = [];
  totals.value = undefined;
  risk.value = undefined;
  feeds.value = [];
  chain.value = undefined;
  histories.clear();
  lastBatches.clear();
  historyVersion.value += 1;
}
