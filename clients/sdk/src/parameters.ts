/** Markets, assets and pools as `AccountsApi.parameters` tells them. */

import type { Plain } from './plain.js';
import { textOf } from './plain.js';
import { MarketUnits, named, type MarketGrid } from './units.js';

/** A market, as it is listed and as it stands. Ticks, lots, quanta, parts per billion. */
export interface MarketInfo extends MarketGrid {
  readonly market: number;
  readonly pool: number;
  readonly feed: number;
  /** Least size of an order that may add risk, in lots. */
  readonly minOrder: bigint;
  readonly maxOrder: bigint;
  readonly maxPosition: bigint;
  /** How far from the mark a market order trades at most. */
  readonly maxSlippage: bigint;
  /** Quanta of initial health that each resting order needs. */
  readonly orderDeposit: bigint;
  readonly makerFee: bigint;
  readonly takerFee: bigint;
  readonly insuranceShare: bigint;
  /** Zero before the first price. */
  readonly index: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly indexTime: bigint;
  readonly mark: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly brackets: readonly (readonly [bigint, bigint])[];
  /** For eight hours; longs pay it when it is above zero. */
  readonly fundingRate: bigint;
  /** What one long lot has paid since the beginning. */
  readonly cumulativeFunding: bigint;
  readonly dailyVolatility: bigint;
  readonly depth: bigint;
  readonly openInterest: bigint;
  readonly openInterestCap: bigint;
  readonly amm: string | undefined;
  readonly ammInventory: bigint;
  readonly phase: string;
  /** The band in which it trades. */
  readonly band: readonly [bigint, bigint] | undefined;
  readonly addsRisk: boolean;
  readonly trades: boolean;
  readonly liquidates: boolean;
  readonly withdraws: boolean;
}

/** A collateral asset. */
export interface AssetInfo {
  readonly asset: number;
  readonly symbol: string;
  readonly decimals: number;
  readonly feed: number;
  readonly priceDecimals: number;
  readonly unitsPerLot: bigint;
  readonly tickValue: number;
  readonly price: bigint;
  readonly maintenanceHaircut: bigint;
  readonly initialHaircut: bigint;
  readonly held: bigint;
  readonly cap: bigint;
  readonly minDeposit: bigint;
}

/** A risk pool. */
export interface PoolInfo {
  readonly pool: number;
  readonly symbol: string;
  readonly onHand: bigint;
  readonly fund: bigint;
  readonly borrowed: bigint;
  readonly maxBorrowed: bigint;
  readonly interest: bigint;
  readonly borrowIndex: bigint;
  readonly minDeposit: bigint;
  readonly minEquity: bigint;
  readonly profitCap: bigint;
}

/** A position and what follows from it. */
export interface PositionInfo {
  readonly market: number;
  /** Positive is long. */
  readonly lots: bigint;
  readonly entryCost: bigint;
  readonly entryPrice: bigint;
  readonly mark: bigint;
  readonly notional: bigint;
  readonly unrealisedProfit: bigint;
  readonly unsettledFunding: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly liquidationPrice: bigint | undefined;
}

/** A holding of a collateral asset. */
export interface CollateralInfo {
  readonly asset: number;
  readonly amount: bigint;
  readonly value: bigint;
  readonly maintenanceValue: bigint;
  readonly initialValue: bigint;
  readonly withdrawable: bigint;
}

/** A subaccount. Money in quanta. */
export interface SubaccountReport {
  readonly key: string;
  readonly number: number;
  readonly pool: number;
  readonly isolated: number | undefined;
  readonly cash: bigint;
  readonly debt: bigint;
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** Below zero it is liquidated. */
  readonly health: bigint;
  /** What new risk may use. */
  readonly free: bigint;
  readonly notional: bigint;
  readonly unrealisedProfit: bigint;
  readonly withdrawable: bigint;
  readonly due: boolean;
  readonly positions: readonly PositionInfo[];
  readonly collateral: readonly CollateralInfo[];
}

/** A market, with the conversions of its prices and sizes. */
export class Market extends MarketUnits {
  constructor(readonly info: MarketInfo) {
    super(info);
  }

  get number(): number {
    return this.info.market;
  }

  get symbol(): string {
    return this.info.symbol;
  }

  get base(): string {
    return this.symbol.replace(/-.*$/, '');
  }
}

/** All parameters and their values in one block. */
export class Parameters {
  constructor(
    readonly block: number,
    readonly quoteAsset: number,
    readonly quoteDecimals: number,
    readonly markets: readonly Market[],
    readonly assets: readonly AssetInfo[],
    readonly pools: readonly PoolInfo[],
  ) {}

  static from(raw: Plain): Parameters {
    const { block, quoteAsset, quoteDecimals, markets, assets, pools } = withTexts(raw) as unknown as {
      block: number;
      quoteAsset: number;
      quoteDecimals: number;
      markets: MarketInfo[];
      assets: AssetInfo[];
      pools: PoolInfo[];
    };
    return new Parameters(block, quoteAsset, quoteDecimals, markets.map((info) => new Market(info)), assets, pools);
  }

  /** A market by symbol or number. */
  market(wanted: string | number): Market {
    return named('market', this.markets, wanted, ({ number }) => number);
  }

  /** A collateral asset by symbol or number. */
  asset(wanted: string | number): AssetInfo {
    return named('collateral asset', this.assets, wanted, ({ asset }) => asset);
  }

  /** A pool by symbol or number. */
  pool(wanted: string | number): PoolInfo {
    return named('pool', this.pools, wanted, ({ pool }) => pool);
  }
}

const TEXTS = new Set(['symbol', 'phase']);

/** Symbols and phases are bytes on chain. */
function withTexts(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    TEXTS.has(name) ? textOf(field) : withTexts(field as Plain),
  ]);
  return Object.fromEntries(fields) as { [name: string]: Plain };
}
