/** What is allowed now, and how far one thing pulls the other down. */

import type { Connection } from './connection.js';
import type { Parameters } from './parameters.js';
import type { Plain } from './plain.js';

/** A market's breaker. */
export interface MarketBreaker {
  readonly market: number;
  readonly symbol: string;
  readonly phase: 'Open' | 'Limit' | 'CallAuction';
  readonly reduceOnly: boolean;
  readonly quarantined: boolean;
  /** After an outage: it waits for a price of this time or later, in milliseconds since the Unix epoch. */
  readonly awaitsPriceOf: bigint | undefined;
  readonly addsRisk: boolean;
  readonly liquidates: boolean;
  readonly withdraws: boolean;
}

export interface Breakers {
  readonly markets: readonly MarketBreaker[];
  readonly pools: readonly { readonly pool: number; readonly symbol: string; readonly reduceOnly: boolean }[];
  readonly chain: { readonly reduceOnly: boolean; readonly graceUntil: bigint | undefined };
}

/** What the hooks of the last block did. Weights in picoseconds. */
export interface Pipeline {
  readonly used: bigint;
  readonly budget: bigint;
  readonly woken: number;
  readonly due: number;
  /** Whether work waits for the next block. */
  readonly backlog: boolean;
  readonly cleared: number;
  readonly deferred: number;
  readonly addsRisk: boolean;
  readonly graceUntil: bigint | undefined;
}

/** What is liquidated in a range of prices: ticks and lots. */
export interface LiquidationBin {
  readonly from: bigint;
  readonly to: bigint;
  readonly longs: bigint;
  readonly shorts: bigint;
}

/** What has been liquidated when the price has moved so far. */
export interface LiquidationShock {
  readonly shock: bigint;
  readonly downLots: bigint;
  readonly downNotional: bigint;
  readonly upLots: bigint;
  readonly upNotional: bigint;
  readonly depthLots: bigint;
}

/** Liquidation at risk of a market. Parts per billion of what is named. */
export interface LiquidationMap {
  readonly market: number;
  readonly block: number;
  readonly mark: bigint;
  readonly shocks: readonly LiquidationShock[];
  readonly downLoad: bigint;
  readonly upLoad: bigint;
  readonly load: bigint;
  readonly spill: bigint;
  readonly depthShare: bigint;
  readonly spillShare: bigint;
  /** How far it is squeezed, from zero to one. */
  readonly squeeze: bigint;
  readonly listedCap: bigint;
  readonly cap: bigint;
}

/** How the pools overlap. */
export interface Overlap {
  readonly block: number;
  readonly lowestEigenvalue: bigint;
  readonly highestEigenvalue: bigint;
  readonly pools: readonly { readonly pool: number; readonly index: bigint; readonly spill: bigint; readonly losses: readonly bigint[] }[];
}

/** `Off`, or `On` with since when it might be off again. */
type Latch = string | { type: string };

interface MachineState {
  phase: string | { type: string };
  reduceOnly: Latch;
  quarantine: Latch;
  freshAfter: bigint | undefined;
}

const typeOf = (value: string | { type: string }): string => (typeof value === 'string' ? value : value.type);
const isOn = (latch: Latch): boolean => typeOf(latch) === 'On';

/** What risk people ask. All of it also as of a block, by its hash. */
export class Risk {
  constructor(
    readonly connection: Connection,
    readonly parameters: (at?: string) => Promise<Parameters>,
  ) {}

  /** The state of every breaker. */
  async breakers(at?: string): Promise<Breakers> {
    const parameters = await this.parameters(at);
    const stored = (item: string, ...keys: number[]): Promise<Plain> => this.connection.read('circuitBreaker', item, keys, at);
    const markets = parameters.markets.map(async ({ number, symbol, info }): Promise<MarketBreaker> => {
      const state = (await stored('markets', number)) as unknown as MachineState;
      const { addsRisk, liquidates, withdraws } = info;
      return {
        market: number,
        symbol,
        phase: typeOf(state.phase) as MarketBreaker['phase'],
        reduceOnly: isOn(state.reduceOnly),
        quarantined: isOn(state.quarantine),
        awaitsPriceOf: state.freshAfter,
        addsRisk,
        liquidates,
        withdraws,
      };
    });
    const pools = parameters.pools.map(async ({ pool, symbol }) => {
      const { reduceOnly } = (await stored('pools', pool)) as unknown as MachineState;
      return { pool, symbol, reduceOnly: isOn(reduceOnly) };
    });
    const chain = (await stored('chainState')) as unknown as MachineState & { graceUntil: bigint | undefined };
    return {
      markets: await Promise.all(markets),
      pools: await Promise.all(pools),
      chain: { reduceOnly: isOn(chain.reduceOnly), graceUntil: chain.graceUntil },
    };
  }

  /** What the hooks of the block did. */
  async pipeline(at?: string): Promise<Pipeline> {
    return (await this.connection.ask('accountsApi', 'pipeline', [], at)) as unknown as Pipeline;
  }

  /** What is liquidated at which price, ascending. */
  async histogram(market: number, at?: string): Promise<LiquidationBin[] | undefined> {
    return (await this.connection.ask('contagionApi', 'liquidationHistogram', [market], at)) as unknown as LiquidationBin[] | undefined;
  }

  /** What is liquidated when the price moves, against what the market takes; none without a price. */
  async liquidationMap(market: number, at?: string): Promise<LiquidationMap | undefined> {
    return (await this.connection.ask('contagionApi', 'liquidationMap', [market], at)) as unknown as LiquidationMap | undefined;
  }

  async overlap(at?: string): Promise<Overlap> {
    return (await this.connection.ask('contagionApi', 'overlap', [], at)) as unknown as Overlap;
  }
}
