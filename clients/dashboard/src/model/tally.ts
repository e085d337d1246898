/** What liquidations came to since the page began to look, block by block: one that is replaced goes away. */

import { AssetUnits, type AssetInfo, type ChainEvent, type Market, type Plain } from '@breakwater/client';

import { variant } from './events.js';

/** Where a liquidated position went. */
export type Venue = 'Batch' | 'Bid' | 'Backstop' | 'Netted';

export interface Totals {
  /** From this block on. */
  readonly from: number | undefined;
  /** Accounts that became due, each once. */
  readonly accounts: number;
  /** Quanta, by venue. */
  readonly closed: Readonly<Partial<Record<Venue, bigint>>>;
  /** Accounts that the backstop took as they were, worth less than nothing. */
  readonly absorbed: number;
  /** Losses that funds, backers or winners paid, in quanta. */
  readonly losses: bigint;
}

export interface Listed {
  readonly markets: readonly Market[];
  readonly assets: readonly AssetInfo[];
}

interface BlockSums {
  readonly due: readonly string[];
  readonly closed: Map<Venue, bigint>;
  readonly absorbed: number;
  readonly losses: bigint;
}

export class Tally {
  #blocks = new Map<number, BlockSums>();
  #from: number | undefined;

  /** All events of a block. Those of this number and later ones are replaced. */
  add(block: number, events: readonly ChainEvent[], listed: Listed): void {
    this.#from = Math.min(this.#from ?? block, block);
    for (const number of this.#blocks.keys()) if (number >= block) this.#blocks.delete(number);
    const sums = sumsOf(events, listed);
    if (sums) this.#blocks.set(block, sums);
  }

  totals(): Totals {
    const due = new Set<string>();
    const closed: Partial<Record<Venue, bigint>> = {};
    let [absorbed, losses] = [0, 0n];
    for (const sums of this.#blocks.values()) {
      for (const account of sums.due) due.add(account);
      for (const [venue, notional] of sums.closed) closed[venue] = (closed[venue] ?? 0n) + notional;
      absorbed += sums.absorbed;
      losses += sums.losses;
    }
    return { from: this.#from, accounts: due.size, closed, absorbed, losses };
  }
}

function sumsOf(events: readonly ChainEvent[], listed: Listed): BlockSums | undefined {
  const due: string[] = [];
  const closed = new Map<Venue, bigint>();
  let [absorbed, losses] = [0, 0n];
  for (const { name, data } of events) {
    if (name === 'margin.AccountDue') due.push(data['account'] as string);
    if (name === 'insurance.LossPaid') losses += data['loss'] as bigint;
    if (name === 'liquidation.Absorbed') absorbed += 1;
    if (name !== 'liquidation.Filled') continue;
    const venue = variant(data['venue']) as Venue;
    closed.set(venue, (closed.get(venue) ?? 0n) + notionalOf(data, listed));
  }
  return due.length + closed.size + absorbed > 0 || losses > 0n ? { due, closed, absorbed, losses } : undefined;
}

function notionalOf({ leg, lots, price }: ChainEvent['data'], { markets, assets }: Listed): bigint {
  const size = (lots as bigint) < 0n ? -(lots as bigint) : (lots as bigint);
  const { value } = leg as { value: Plain };
  if (variant(leg) === 'Market') return markets.find(({ number }) => number === value)?.notional(price as bigint, size) ?? 0n;
  const info = assets.find(({ asset }) => asset === assetOf(value));
  return info ? new AssetUnits(info).notional(price as bigint, size) : 0n;
}

/** Of collateral: its pool and itself, or itself alone. */
const assetOf = (value: Plain): Plain => (typeof value === 'number' ? value : Object.values(value as object).at(-1));
