/** What the page shows of one block. Whatever a chain does not have is left out. */

import { UnsupportedChain, type Book, type Client, type MarketPrices, type Parameters, type Plain } from '@breakwater/client';

import type { Capabilities } from '../model/capabilities.js';
import { variant } from '../model/events.js';
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

/** What an account in liquidation offers. */
export interface Offer {
  readonly account: string;
  /** `{ type: 'Market', value }`, or collateral of a pool. */
  readonly auction: Plain;
  /** Signed, as a trade. */
  readonly lots: bigint;
  /** The worst price at which it may be filled, in ticks. */
  readonly bankruptcy: bigint;
  readonly mark: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly opened: bigint;
  readonly ranOut: boolean;
}

export interface Liquidation {
  /** Accounts with a plan, as far as they were counted. */
  readonly accounts: number;
  readonly offers: readonly Offer[];
  /** Due accounts that the last block could not reach. */
  readonly backlog: number;
  /** What else its interface answers. */
  readonly more: Fields | undefined;
}

export interface PoolFunds {
  readonly pool: number;
  readonly capital: bigint;
  readonly tranches: readonly { readonly assets: bigint }[];
  /** Equity of the account that takes positions over, and how many it has; none if it never did. */
  readonly backstop: { readonly equity: bigint; readonly positions: number } | undefined;
  /** A deleveraging or final settlement that is going on. */
  readonly operation: { readonly number: number; readonly stage: string; readonly levied: bigint } | undefined;
}

export interface Insurance {
  readonly pools: readonly PoolFunds[];
  /** The fund that all pools share; quanta. */
  readonly global: bigint | undefined;
  readonly more: Fields | undefined;
}

export interface Snapshot {
  readonly block: number;
  readonly hash: string;
  /** Milliseconds since the Unix epoch, by the block's own clock. */
  readonly time: number;
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
  const [time, prices, book, oracle, pipeline, breakers, liquidation, insurance, contagion] = await Promise.all([
    connection.read('timestamp', 'now', [], hash),
    client.marketPrices(hash),
    apis.get('marketsApi')?.has('book') ? client.book(market, { levels: BOOK_LEVELS, at: hash }) : undefined,
    apis.has('oracleApi') ? Promise.all([ask('oracleApi', 'prices'), ask('oracleApi', 'reporters')]) : undefined,
    apis.get('accountsApi')?.has('pipeline') ? ask('accountsApi', 'pipeline') : undefined,
    pallets.has('circuitBreaker') ? readBreakers(client, parameters, hash) : undefined,
    readLiquidation(client, capabilities, parameters, hash),
    readInsurance(client, capabilities, parameters, hash),
    apis.has('contagionApi') ? readContagion(client, parameters, hash) : undefined,
  ]);
  return {
    block: at.number,
    hash,
    time: Number(time),
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

const MOST_OFFERS = 40;

async function readLiquidation(client: Client, capabilities: Capabilities, parameters: Parameters, at: string): Promise<Liquidation | undefined> {
  if (!capabilities.pallets.has('liquidation')) return undefined;
  const { connection } = client;
  const [plans, offers, backlog, more] = await Promise.all([
    ifThere(connection.keysOf('liquidation', 'plans', { at, count: 1_000 })),
    ifThere(connection.entries('liquidation', 'offers', { at, count: MOST_OFFERS })),
    ifThere(connection.read('liquidation', 'backlog', [], at)),
    answersOf(client, capabilities, 'liquidationApi', at, parameters),
  ]);
  return {
    accounts: plans?.length ?? 0,
    offers: (offers ?? []).map(({ keys: [auction, account], value }) => ({ ...(value as unknown as Offer), auction, account: String(account) })),
    backlog: Number((backlog as Fields | undefined)?.['total'] ?? 0),
    more,
  };
}

/** The books that all pools share. */
const GLOBAL_POOL = 0xffff_ffff;

async function readInsurance(client: Client, capabilities: Capabilities, parameters: Parameters, at: string): Promise<Insurance | undefined> {
  if (!capabilities.pallets.has('insurance')) return undefined;
  const { connection } = client;
  const backstops = new Map(((await ifThere(connection.read('insurance', 'backstops', [], at))) as [number, string][] | undefined) ?? []);
  const [pools, book, more] = await Promise.all([
    Promise.all(parameters.pools.map(({ pool }) => readFund(client, pool, backstops.get(pool), at))),
    ifThere(connection.read('margin', 'pools', [GLOBAL_POOL], at)),
    answersOf(client, capabilities, 'insuranceApi', at, parameters),
  ]);
  return { pools, global: (book as { fund?: bigint } | undefined)?.fund, more };
}

async function readFund({ connection }: Client, pool: number, backstop: string | undefined, at: string): Promise<PoolFunds> {
  const [state, operation, taken] = await Promise.all([
    ifThere(connection.read('insurance', 'funds', [pool], at)),
    ifThere(connection.read('insurance', 'operations', [pool], at)),
    backstop === undefined ? undefined : ifThere(connection.ask('accountsApi', 'subaccountByKey', [backstop], at)),
  ]);
  const fund = (state as { fund?: { capital: bigint; tranches: { assets: bigint }[] } } | undefined)?.fund;
  const report = (taken as Plain[] | undefined)?.[1] as unknown as { equity: bigint; positions: unknown[] } | undefined;
  const going = operation as { number: number; stage: Plain; levied: bigint } | undefined;
  return {
    pool,
    capital: fund?.capital ?? 0n,
    tranches: fund?.tranches ?? [],
    backstop: report && { equity: report.equity, positions: report.positions.length },
    operation: going && { number: going.number, stage: variant(going.stage), levied: going.levied },
  };
}

/** Methods that change nothing on this page, or that are asked with an account. */
const MOST_METHODS = 8;

/**
 * The answers of all methods of an interface that need no argument, or a pool's number: by method,
 * and where it takes a pool, by pool. None if the chain does not have the interface.
 */
async function answersOf(client: Client, { apis }: Capabilities, api: string, at: string, parameters: Parameters): Promise<Fields | undefined> {
  const pools = parameters.pools.map(({ pool }) => pool);
  const methods = apis.get(api);
  if (!methods) return undefined;
  const { connection } = client;
  const calls = connection.api.call as unknown as Record<string, Record<string, { meta: { params: { name: { toString(): string } }[] } }>>;
  const asked = [...methods].slice(0, MOST_METHODS).flatMap((method) => {
    const params = calls[api]?.[method]?.meta.params.map(({ name }) => name.toString()) ?? [];
    if (params.length === 0) return [[method, connection.ask(api, method, [], at)] as const];
    if (params.length > 1 || params[0] !== 'pool') return [];
    const each = Promise.all(pools.map((pool) => connection.ask(api, method, [pool], at)));
    return [[method, each as Promise<Plain>] as const];
  });
  const answers = await Promise.allSettled(asked.map(([, answer]) => answer));
  const fields = asked.flatMap(([method], i) => {
    const answer = answers[i];
    return answer?.status === 'fulfilled' ? [[method, answer.value] as const] : [];
  });
  return Object.fromEntries(fields);
}
