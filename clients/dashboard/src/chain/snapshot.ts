/** What the page shows of one block. Whatever a chain does not have is left out. */

import { UnsupportedChain, type Book, type Client, type MarketPrices, type Parameters, type Plain } from '@breakwater/client';

import type { Capabilities } from '../model/capabilities.js';
import { textOf } from '../model/text.js';

export interface FeedPrice {
  readonly feed: number;
  readonly price: bigint;
  readonly confidence: bigint;
  readonly widenedConfidence: bigint;
  readonly time: bigint;
  readonly age: bigint;
  readonly reporters: number;
  readonly participation: bigint;
  readonly validity: string;
  readonly liquidate: boolean;
  readonly trade: boolean;
  readonly addRisk: boolean;
  readonly withdraw: boolean;
}

export interface Feed {
  readonly feed: number;
  readonly symbol: string;
  readonly decimals: number;
  readonly lifetime: bigint;
}

export interface Reporter {
  readonly account: string;
  readonly bond: bigint;
  readonly weight: bigint;
  readonly strikes: number;
  readonly penaltyLevel: number;
  readonly round: number | undefined;
  readonly quotes: readonly { feed: number; price: bigint; confidence: bigint; time: bigint; sources: number }[];
}

export interface Pipeline {
  readonly used: bigint;
  readonly budget: bigint;
  readonly woken: number;
  readonly due: number;
  readonly backlog: boolean;
  readonly cleared: number;
  readonly deferred: number;
  readonly addsRisk: boolean;
  readonly graceUntil: bigint | undefined;
}

/** What a move of a market's mark would have liquidated, as the chain counts it. */
export interface MarketContagion {
  readonly market: number;
  /** Ascending; parts per billion, lots and quanta. */
  readonly shocks: readonly { shock: bigint; downNotional: bigint; upNotional: bigint; depthLots: bigint }[];
  /** The worst of what is liquidated over the depth on the way. */
  readonly downLoad: bigint;
  readonly upLoad: bigint;
  readonly spill: bigint;
  readonly squeeze: bigint;
  readonly listedCap: bigint;
  readonly cap: bigint;
}

/** How the pools overlap. Quanta, parts per billion. */
export interface Overlap {
  readonly block: number;
  readonly lowestEigenvalue: bigint;
  readonly highestEigenvalue: bigint;
  readonly pools: readonly { pool: number; index: bigint; spill: bigint; losses: readonly bigint[] }[];
}

type Fields = { readonly [field: string]: Plain };

export interface Breakers {
  readonly markets: ReadonlyMap<number, Fields>;
  readonly pools: ReadonlyMap<number, Fields>;
  readonly chain: Fields;
}

/** What an account in liquidation offers; ticks, lots, milliseconds since the Unix epoch. */
export interface Offer {
  readonly account: string;
  /** Signed lots that it must still trade: negative is sold. */
  readonly lots: bigint;
  /** What a bid trades at in this block. */
  readonly price: bigint;
  /** Where that walks to, and no further. */
  readonly reserve: bigint;
  readonly opened: bigint;
  readonly ends: bigint;
}

export interface Auction {
  /** `{ type: 'Market', value: number }` or `{ type: 'Collateral', value: { pool, asset } }`. */
  readonly sold: Plain;
  readonly mark: bigint;
  readonly forSale: bigint;
  readonly wanted: bigint;
  /** Whether bids are allowed now. */
  readonly open: boolean;
  readonly offers: readonly Offer[];
}

export interface DueAccount {
  readonly key: string;
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly shortfall: bigint;
  readonly offers: boolean;
}

export interface Liquidation {
  /** Accounts that have offers. */
  readonly offering: number;
  /** Due accounts that the last block could not reach. */
  readonly backlog: number;
  readonly auctions: readonly Auction[];
  /** The worst first. */
  readonly due: readonly DueAccount[];
}

export interface Fund {
  readonly pool: number;
  readonly capital: bigint;
  readonly tranches: readonly { readonly assets: bigint }[];
  readonly target: bigint;
  /** Of a year, on open interest; parts per billion. */
  readonly premiumRate: bigint;
  readonly drawdown: bigint;
  readonly pendingLoss: bigint;
  readonly unresolvedLoss: boolean;
}

export interface Backstop {
  readonly pool: number;
  readonly account: string;
  readonly equity: bigint;
  /** Markets and signed lots. */
  readonly inventory: readonly (readonly [number, bigint])[];
}

/** A deleveraging or a final settlement. */
export interface Operation {
  readonly pool: number;
  readonly number: number;
  readonly stage: string;
  readonly market: number | undefined;
  readonly mark: bigint | undefined;
  readonly longsPay: boolean | undefined;
  readonly loss: bigint;
  readonly levied: bigint;
  readonly unsettled: number;
}

export interface Insurance {
  readonly funds: readonly Fund[];
  /** The fund that all pools share. */
  readonly global: bigint;
  readonly backstops: readonly Backstop[];
  readonly operations: readonly Operation[];
}

export interface Snapshot {
  readonly block: number;
  readonly hash: string;
  /** Milliseconds since the Unix epoch, by the block's own clock. */
  readonly time: number;
  /** What of it could not be read, in the node's words. */
  readonly problems: readonly string[];
  readonly parameters: Parameters;
  readonly prices: readonly MarketPrices[];
  readonly book: Book | undefined;
  readonly oracle: { prices: readonly FeedPrice[]; reporters: readonly Reporter[] } | undefined;
  readonly pipeline: Pipeline | undefined;
  readonly breakers: Breakers | undefined;
  readonly liquidation: Liquidation | undefined;
  readonly insurance: Insurance | undefined;
  readonly contagion: { readonly overlap: Overlap | undefined; readonly markets: readonly MarketContagion[] } | undefined;
}

const BOOK_LEVELS = 12;

export async function readSnapshot(client: Client, capabilities: Capabilities, at: { number: number; hash: string }, market: number): Promise<Snapshot> {
  const { connection } = client;
  const { hash } = at;
  const { apis, pallets } = capabilities;
  const ask = (api: string, method: string, args: unknown[] = []): Promise<Plain> => connection.ask(api, method, args, hash);
  const parameters = await client.refresh(hash);
  const problems: string[] = [];
  // One part that fails does not take the others with it.
  const part = <T>(answer: Promise<T> | undefined): Promise<T | undefined> | undefined =>
    answer?.catch((error: unknown) => {
      problems.push((error as Error).message);
      return undefined;
    });
  const [time, prices, book, oracle, pipeline, breakers, liquidation, insurance, contagion] = await Promise.all([
    connection.read('timestamp', 'now', [], hash),
    client.marketPrices(hash),
    part(apis.get('marketsApi')?.has('book') ? client.book(market, { levels: BOOK_LEVELS, at: hash }) : undefined),
    part(apis.has('oracleApi') ? Promise.all([ask('oracleApi', 'prices'), ask('oracleApi', 'reporters')]) : undefined),
    part(apis.get('accountsApi')?.has('pipeline') ? ask('accountsApi', 'pipeline') : undefined),
    part(pallets.has('circuitBreaker') ? readBreakers(client, parameters, hash) : undefined),
    part(apis.has('liquidationApi') ? readLiquidation(client, hash) : undefined),
    part(apis.has('insuranceApi') ? readInsurance(client, hash) : undefined),
    part(apis.has('contagionApi') ? readContagion(client, parameters, hash) : undefined),
  ]);
  return {
    block: at.number,
    hash,
    time: Number(time),
    problems,
    parameters,
    prices,
    book,
    oracle: oracle && { prices: feedPrices(oracle[0]), reporters: oracle[1] as unknown as Reporter[] },
    pipeline: pipeline as unknown as Pipeline | undefined,
    breakers,
    liquidation,
    insurance,
    contagion,
  };
}

const feedPrices = (raw: Plain): FeedPrice[] =>
  (raw as Fields[]).map((price) => ({ ...(price as unknown as FeedPrice), validity: textOf(price['validity']) }));

export async function readFeeds(client: Client, { apis }: Capabilities): Promise<Feed[]> {
  if (!apis.has('oracleApi')) return [];
  const feeds = (await client.connection.ask('oracleApi', 'feeds', [])) as Fields[];
  return feeds.map((feed) => ({ ...(feed as unknown as Feed), symbol: textOf(feed['symbol']) }));
}

/** Nothing, where a chain does not have it. */
const ifThere = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof UnsupportedChain) return undefined;
    throw error;
  });

async function readBreakers({ connection }: Client, parameters: Parameters, at: string): Promise<Breakers> {
  const each = async (name: string, numbers: number[]): Promise<Map<number, Fields>> => {
    const states = await Promise.all(numbers.map((number) => ifThere(connection.read('circuitBreaker', name, [number], at))));
    return new Map(numbers.flatMap((number, i) => (states[i] === undefined ? [] : [[number, states[i] as Fields]])));
  };
  const [markets, pools, chain] = await Promise.all([
    each('markets', parameters.markets.map(({ number }) => number)),
    each('pools', parameters.pools.map(({ pool }) => pool)),
    ifThere(connection.read('circuitBreaker', 'chainState', [], at)),
  ]);
  return { markets, pools, chain: (chain ?? {}) as Fields };
}

async function readContagion({ connection }: Client, parameters: Parameters, at: string): Promise<Snapshot['contagion']> {
  const ask = (method: string, args: unknown[]): Promise<Plain> => ifThere(connection.ask('contagionApi', method, args, at));
  const [overlap, ...maps] = await Promise.all([ask('overlap', []), ...parameters.markets.map(({ number }) => ask('liquidationMap', [number]))]);
  return {
    overlap: overlap as unknown as Overlap | undefined,
    markets: maps.filter((map) => map !== undefined) as unknown as MarketContagion[],
  };
}

const MOST_OFFERS = 8;
const MOST_DUE = 8;

async function readLiquidation({ connection }: Client, at: string): Promise<Liquidation> {
  const ask = (method: string, args: unknown[]): Promise<Plain> => connection.ask('liquidationApi', method, args, at);
  const [status, auctions, due] = await Promise.all([ask('liquidationStatus', []), ask('auctions', [MOST_OFFERS]), ask('dueAccounts', [MOST_DUE])]);
  const { offering, backlog } = status as unknown as Liquidation;
  return { offering, backlog, auctions: auctions as unknown as Auction[], due: due as unknown as DueAccount[] };
}

async function readInsurance({ connection }: Client, at: string): Promise<Insurance> {
  const ask = (method: string): Promise<Plain> => connection.ask('insuranceApi', method, [], at);
  const [funds, global, backstops, operations] = await Promise.all([ask('funds'), ask('globalFund'), ask('backstops'), ask('operations')]);
  return {
    funds: funds as unknown as Fund[],
    global: global as bigint,
    backstops: backstops as unknown as Backstop[],
    operations: (operations as Fields[]).map((operation) => ({ ...(operation as unknown as Operation), stage: textOf(operation['stage']) })),
  };
}
