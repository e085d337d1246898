/** What the page shows of one block. Whatever a chain does not have is left out. */

import {
  textOf,
  UnsupportedChain,
  type Auction,
  type Backstop,
  type Book,
  type Client,
  type DueAccount,
  type Fund,
  type LiquidationMap,
  type LiquidationStatus,
  type MarketPrices,
  type Operation,
  type Overlap,
  type Parameters,
  type Pipeline,
  type Plain,
} from '@breakwater/client';

import type { Capabilities } from '../model/capabilities.js';

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

type Fields = { readonly [field: string]: Plain };

export interface Breakers {
  readonly markets: ReadonlyMap<number, Fields>;
  readonly pools: ReadonlyMap<number, Fields>;
  readonly chain: Fields;
}

export interface Liquidations {
  readonly status: LiquidationStatus;
  readonly auctions: readonly Auction[];
  /** The worst first. */
  readonly due: readonly DueAccount[];
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
  readonly liquidation: Liquidations | undefined;
  readonly insurance: Insurance | undefined;
  readonly contagion: { readonly overlap: Overlap | undefined; readonly markets: readonly LiquidationMap[] } | undefined;
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
    part(apis.get('accountsApi')?.has('pipeline') ? client.risk.pipeline(hash) : undefined),
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
    pipeline,
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

async function readContagion({ risk }: Client, parameters: Parameters, at: string): Promise<Snapshot['contagion']> {
  const [overlap, ...maps] = await Promise.all([ifThere(risk.overlap(at)), ...parameters.markets.map(({ number }) => ifThere(risk.liquidationMap(number, at)))]);
  return { overlap, markets: maps.filter((map) => map !== undefined) };
}

const MOST_OFFERS = 8;
const MOST_DUE = 8;

async function readLiquidation({ liquidation }: Client, at: string): Promise<Liquidations> {
  const [status, auctions, due] = await Promise.all([liquidation.status(at), liquidation.auctions({ most: MOST_OFFERS, at }), liquidation.due({ most: MOST_DUE, at })]);
  return { status, auctions, due };
}

async function readInsurance({ insurance }: Client, at: string): Promise<Insurance> {
  const [funds, global, backstops, operations] = await Promise.all([insurance.funds(at), insurance.globalFund(at), insurance.backstops(at), insurance.operations(at)]);
  return { funds, global, backstops, operations };
}
