/** Accounts in liquidation, what they offer, and what a bid for it would do. */

import type { SubaccountId } from './accounts.js';
import type { Connection } from './connection.js';
import type { Decimal } from './decimal.js';
import { InvalidInput } from './errors.js';
import type { Side } from './orders.js';
import type { Parameters } from './parameters.js';
import { textOf, type Plain } from './plain.js';
import { AssetUnits } from './units.js';

/** An account whose health is below zero. Money in quanta. */
export interface DueAccount {
  readonly key: string;
  readonly owner: string;
  readonly number: number;
  readonly pool: number;
  readonly equity: bigint;
  readonly maintenance: bigint;
  /** What its health is below zero. */
  readonly shortfall: bigint;
  /** Whether it has offers in this block. */
  readonly offers: boolean;
  /** The block until which it is left alone; zero for none. */
  readonly waitsUntil: number;
}

/** Positions of a market, or collateral of a pool. */
export type Sold = { readonly market: number } | { readonly pool: number; readonly asset: number };

/** What an account in liquidation offers, until the next block. Ticks and lots. */
export interface Offer {
  readonly account: string;
  /** What it must still trade: negative is sold. */
  readonly lots: bigint;
  readonly held: bigint;
  /** What a bid in this block trades at. */
  readonly price: bigint;
  /** Where that walks to, and no further. */
  readonly reserve: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly opened: bigint;
  readonly ends: bigint;
}

/** All that is offered of one thing. */
export interface Auction {
  readonly sold: Sold;
  readonly mark: bigint;
  readonly forSale: bigint;
  readonly wanted: bigint;
  /** Whether bids are allowed now. */
  readonly open: boolean;
  readonly offers: readonly Offer[];
}

/** Takes positions over: `buy` from longs, `sell` to shorts. */
export interface MarketBid {
  readonly market: string | number;
  readonly side: Side;
  /** In the base asset. */
  readonly size: Decimal;
  /** The worst price. Each offer trades at its own. */
  readonly limit: Decimal;
}

/** Buys collateral of accounts with debt, in the pool of the bidder. */
export interface CollateralBid {
  readonly asset: string | number;
  readonly size: Decimal;
  readonly limit: Decimal;
}

export type Bid = MarketBid | CollateralBid;

export interface BidPart {
  readonly account: string;
  readonly lots: bigint;
  readonly price: bigint;
}

/** What a bid would do now: lots and quanta. */
export interface BidPreview {
  /** Why it would be refused, in the words of the errors. */
  readonly refused: string | undefined;
  readonly size: bigint;
  /** What the bidder would pay; received is negative. */
  readonly cost: bigint;
  /** That, at mark. What is cheaper than at mark is the gain. */
  readonly atMark: bigint;
  readonly fills: readonly BidPart[];
}

export interface LiquidationStatus {
  /** Accounts that have offers. */
  readonly offering: number;
  /** Due accounts that the last block could not reach. */
  readonly backlog: number;
  readonly backlogOfPools: readonly { readonly pool: number; readonly accounts: number }[];
}

/** A bid in ticks and lots, as the chain takes it. */
export interface BidRequest {
  readonly market: number | undefined;
  readonly asset: number | undefined;
  readonly side: 'Buy' | 'Sell';
  readonly size: bigint;
  readonly limit: bigint;
}

const API = 'liquidationApi';
const MOST = 100;

/** What liquidators ask. All of it also as of a block, by its hash. */
export class Liquidation {
  constructor(
    readonly connection: Connection,
    readonly parameters: () => Parameters,
  ) {}

  /** Due accounts, the worst first. */
  async due({ most = MOST, at }: { most?: number; at?: string } = {}): Promise<DueAccount[]> {
    return (await this.connection.ask(API, 'dueAccounts', [most], at)) as unknown as DueAccount[];
  }

  /** What is offered, with at most so many offers of each thing. */
  async auctions({ most = MOST, at }: { most?: number; at?: string } = {}): Promise<Auction[]> {
    const answer = (await this.connection.ask(API, 'auctions', [most], at)) as { sold: Plain }[];
    return answer.map(({ sold, ...auction }) => ({ ...(auction as unknown as Omit<Auction, 'sold'>), sold: soldOf(sold) }));
  }

  /** What a bid of a subaccount would do now, and whether it could. Its fee is not in it. */
  async preview({ owner, number }: SubaccountId, bid: Bid, { pool = 0, at }: { pool?: number; at?: string } = {}): Promise<BidPreview> {
    const { market, asset, side, size, limit } = bidRequest(this.parameters(), bid);
    const sold = market === undefined ? { Collateral: { pool, asset } } : { Market: market };
    const query = { sold, buys: side === 'Buy', size, limit };
    const answer = (await this.connection.ask(API, 'previewBid', [owner, number, query], at)) as { [field: string]: Plain };
    const fills = answer['fills'] as unknown as [string, bigint, bigint][];
    return {
      ...(answer as unknown as BidPreview),
      refused: answer['refused'] === undefined ? undefined : textOf(answer['refused']),
      fills: fills.map(([account, lots, price]) => ({ account, lots, price })),
    };
  }

  async status(at?: string): Promise<LiquidationStatus> {
    const answer = (await this.connection.ask(API, 'liquidationStatus', [], at)) as { [field: string]: Plain };
    const pools = answer['backlogOfPools'] as [number, number][];
    return { ...(answer as unknown as LiquidationStatus), backlogOfPools: pools.map(([pool, accounts]) => ({ pool, accounts })) };
  }
}

/** A bid in the units of the chain. */
export function bidRequest(parameters: Parameters, bid: Bid): BidRequest {
  if ('asset' in bid) {
    const info = parameters.asset(bid.asset);
    const units = new AssetUnits(info);
    const [size, limit] = [units.lots(bid.size), units.ticks(bid.limit, 'down')];
    return { market: undefined, asset: info.asset, side: 'Buy', size, limit };
  }
  if (bid.side !== 'buy' && bid.side !== 'sell') throw new InvalidInput(`a side is 'buy' or 'sell', not '${String(bid.side)}'`);
  const market = parameters.market(bid.market);
  // A bid is not an order: its limit may be any tick.
  const limit = market.anyTick(bid.limit, bid.side === 'buy' ? 'down' : 'up');
  return { market: market.number, asset: undefined, side: bid.side === 'buy' ? 'Buy' : 'Sell', size: market.lots(bid.size), limit };
}

function soldOf(sold: Plain): Sold {
  const { type, value } = sold as { type: string; value: Plain };
  return type === 'Market' ? { market: value as number } : (value as unknown as { pool: number; asset: number });
}
