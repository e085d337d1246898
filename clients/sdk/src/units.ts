/** Prices, sizes and money of a market, between what people write and what the chain counts. */

import { fromUnits, multiplesAround, parseFraction, toUnits, type Decimal, type Rounding } from './decimal.js';
import { InvalidInput, OffGrid, UnknownName } from './errors.js';

/** Money is in quanta: a millionth of the quote asset. */
export const QUOTE_DECIMALS = 6;

/** Rates are in parts per billion. */
export const RATE_DECIMALS = 9;

/** What conversion needs to know of a market. */
export interface MarketGrid {
  readonly symbol: string;
  /** A tick is `10^-priceDecimals` of the quote asset. */
  readonly priceDecimals: number;
  /** A lot is `10^-lotDecimals` of the base asset. */
  readonly lotDecimals: number;
  /** Quanta that one tick of one lot is worth. */
  readonly tickValue: number;
  /** Limits of orders are multiples of it, in ticks. */
  readonly orderTick: number;
  /** Sizes of orders are multiples of it, in lots. */
  readonly orderLot: number;
}

/** Prices and sizes of one market. */
export class MarketUnits {
  constructor(readonly grid: MarketGrid) {}

  /** The smallest step between two prices of orders, `'0.5'`. */
  get priceStep(): string {
    return fromUnits(BigInt(this.grid.orderTick), this.grid.priceDecimals);
  }

  /** The smallest step between two sizes of orders, `'0.001'`. */
  get sizeStep(): string {
    return fromUnits(BigInt(this.grid.orderLot), this.grid.lotDecimals);
  }

  /** A price of an order in ticks. Off the grid it is an error, unless a rounding is given. */
  ticks(price: Decimal, rounding?: Rounding): bigint {
    const { symbol, priceDecimals, orderTick } = this.grid;
    return onGrid(price, { what: `price of ${symbol}`, decimals: priceDecimals, step: BigInt(orderTick), rounding });
  }

  /** A price in ticks, whether or not an order could have it. */
  anyTick(price: Decimal, rounding: Rounding): bigint {
    return ticksOf(price, this.grid.priceDecimals, rounding, `price of ${this.grid.symbol}`);
  }

  /** A size of an order in lots. Off the grid it is an error, unless a rounding is given. */
  lots(size: Decimal, rounding?: Rounding): bigint {
    const { symbol, lotDecimals, orderLot } = this.grid;
    return onGrid(size, { what: `size of ${symbol}`, decimals: lotDecimals, step: BigInt(orderLot), rounding });
  }

  /** Ticks as a price. */
  price(ticks: bigint): string {
    return fromUnits(ticks, this.grid.priceDecimals);
  }

  /** Lots, of either sign, as a size. */
  size(lots: bigint): string {
    return fromUnits(lots, this.grid.lotDecimals);
  }

  /** What so many lots are worth at a price, in quanta. Exact. */
  notional(ticks: bigint, lots: bigint): bigint {
    return ticks * lots * BigInt(this.grid.tickValue);
  }

  /** The largest size on the grid whose worth at a price is no more than so many quanta, in lots. */
  lotsFor(quanta: bigint, ticks: bigint): bigint {
    if (ticks <= 0n) throw new InvalidInput(`the price of ${this.grid.symbol} has to be above zero`);
    return multiplesAround(quanta / (ticks * BigInt(this.grid.tickValue)), BigInt(this.grid.orderLot)).below;
  }
}

/** What conversion needs to know of a collateral asset. */
export interface AssetGrid {
  readonly symbol: string;
  readonly decimals: number;
  readonly priceDecimals: number;
  /** Smallest units in a lot. */
  readonly unitsPerLot: bigint;
  readonly tickValue: number;
}

/** Prices and sizes of a collateral asset: it is sold in whole lots. */
export class AssetUnits {
  constructor(readonly grid: AssetGrid) {}

  ticks(price: Decimal, rounding: Rounding): bigint {
    return ticksOf(price, this.grid.priceDecimals, rounding, `price of ${this.grid.symbol}`);
  }

  /** An amount in lots. Between two it is an error. */
  lots(size: Decimal): bigint {
    const { symbol, decimals, unitsPerLot } = this.grid;
    return onGrid(size, { what: `size of ${symbol}`, decimals, step: unitsPerLot, rounding: undefined }) / unitsPerLot;
  }

  price(ticks: bigint): string {
    return fromUnits(ticks, this.grid.priceDecimals);
  }

  size(lots: bigint): string {
    return fromUnits(lots * this.grid.unitsPerLot, this.grid.decimals);
  }

  /** What so many lots are worth at a price, in quanta. */
  notional(ticks: bigint, lots: bigint): bigint {
    return ticks * lots * BigInt(this.grid.tickValue);
  }
}

function ticksOf(price: Decimal, decimals: number, rounding: Rounding, what: string): bigint {
  const ticks = toUnits(price, decimals, rounding, what) as bigint;
  if (ticks <= 0n) throw new InvalidInput(`the ${what} has to be above zero, not ${String(price)}`);
  return ticks;
}

interface Grid {
  what: string;
  decimals: number;
  step: bigint;
  rounding: Rounding | undefined;
}

function onGrid(input: Decimal, { what, decimals, step, rounding }: Grid): bigint {
  const { value } = parseFraction(input, what);
  if (value <= 0n) throw new InvalidInput(`the ${what} has to be above zero, not ${String(input)}`);
  const below = multiplesAround(toUnits(input, decimals, 'down', what) as bigint, step).below;
  const above = multiplesAround(toUnits(input, decimals, 'up', what) as bigint, step).above;
  if (below !== above && !rounding) {
    const [low, high] = [below, above].map((units) => fromUnits(units, decimals)) as [string, string];
    const nearest = below > 0n ? `${low} or ${high}` : high;
    const stepped = fromUnits(step, decimals);
    throw new OffGrid(`the ${what} goes in steps of ${stepped}: instead of ${String(input)} take ${nearest}`, low, high);
  }
  const units = rounding === 'up' ? above : below;
  if (units === 0n) {
    const least = fromUnits(step, decimals);
    throw new OffGrid(`the ${what} is less than its least step: instead of ${String(input)} take ${least}`, '0', least);
  }
  return units;
}

/** An amount of an asset in its smallest units. Never rounded: it is somebody's money. */
export function amountOf(input: Decimal, decimals: number, symbol: string): bigint {
  const units = toUnits(input, decimals, undefined, `amount of ${symbol}`);
  if (units === undefined) {
    const low = fromUnits(toUnits(input, decimals, 'down') as bigint, decimals);
    const high = fromUnits(toUnits(input, decimals, 'up') as bigint, decimals);
    const message = `${symbol} has ${decimals} decimals: instead of ${String(input)} take ${low} or ${high}`;
    throw new OffGrid(message, low, high);
  }
  if (units <= 0n) throw new InvalidInput(`the amount of ${symbol} has to be above zero, not ${String(input)}`);
  return units;
}

/** Quanta as a number of the quote asset. */
export const money = (quanta: bigint): string => fromUnits(quanta, QUOTE_DECIMALS);

/** A number of the quote asset in quanta. */
export function quanta(input: Decimal): bigint {
  return amountOf(input, QUOTE_DECIMALS, 'quote');
}

/** Parts per billion as percent: `'0.05'`. */
export const percent = (ppb: bigint): string => fromUnits(ppb, RATE_DECIMALS - 2);

/** Percent in parts per billion. */
export function ppb(input: Decimal, what = 'percentage'): bigint {
  const parts = toUnits(input, RATE_DECIMALS - 2, undefined, what);
  if (parts === undefined) throw new InvalidInput(`a ${what} has at most seven decimals, not ${String(input)}`);
  if (parts < 0n) throw new InvalidInput(`a ${what} is not below zero: ${String(input)}`);
  return parts;
}

/** One of a list by name or number, or an error that lists the names. */
export function named<T extends { symbol: string }>(
  kind: string,
  list: readonly T[],
  wanted: string | number,
  numberOf: (item: T) => number,
): T {
  const found = list.find((item) => (typeof wanted === 'number' ? numberOf(item) === wanted : item.symbol === wanted));
  if (found) return found;
  const names = list.map(({ symbol }) => symbol).join(', ') || 'none';
  throw new UnknownName(`there is no ${kind} ${wanted}. There are: ${names}`);
}
