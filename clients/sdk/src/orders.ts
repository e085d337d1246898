/** Orders as people describe them, and as the chain takes them. */

import { encodeClientId, type ClientId } from './client-id.js';
import type { Decimal, Rounding } from './decimal.js';
import { InvalidInput } from './errors.js';
import type { MarketUnits } from './units.js';
import { ppb } from './units.js';

export type Side = 'buy' | 'sell';

/** Good till cancelled, `ioc` for one batch only, or the last block in whose batch it may trade. */
export type Lifetime = 'gtc' | 'ioc' | { untilBlock: number };

interface Common {
  side: Side;
  /** In the base asset: `'0.25'`. */
  size: Decimal;
  /** May only bring the position nearer to zero: needs no margin, is always accepted. */
  reduceOnly?: boolean;
  clientId?: ClientId;
  /**
   * What happens to a price or size between two that the market takes: `strict`, the default, is an
   * error that names both; `conservative` takes the price that is worse for nobody but the
   * counterparty (down for a buy, up for a sell) and the smaller size.
   */
  rounding?: 'strict' | 'conservative';
}

/** At the price or better. */
export interface LimitOrder extends Common {
  type: 'limit';
  price: Decimal;
  lifetime?: Lifetime;
}

/** A limit order that is cancelled rather than take what was there before it. */
export interface PostOnlyOrder extends Common {
  type: 'post-only';
  price: Decimal;
  lifetime?: Exclude<Lifetime, 'ioc'>;
}

/** Trades in one batch, at most so far from the mark; what is not filled then is cancelled. */
export interface MarketOrder extends Common {
  type: 'market';
  /** In percent, `'0.5'`; the market's own bound unless given. */
  maxSlippagePercent?: Decimal;
}

export type Order = LimitOrder | PostOnlyOrder | MarketOrder;

/** An order that waits for the mark. */
export type TriggerOrder = Order & {
  trigger: {
    /** `stop`: the market moves against the position that it closes; `take-profit`: in its favour. */
    kind: 'stop' | 'take-profit';
    /** Of the mark. */
    level: Decimal;
  };
};

/** An order by the number the chain gave it, or by its client id. */
export type OrderName = { number: bigint | number } | { clientId: ClientId };

type Variant = Record<string, unknown>;

/** `exchange.OrderRequest`. */
export interface OrderRequest {
  market: number;
  side: 'Buy' | 'Sell';
  kind: Variant;
  timeInForce: Variant;
  reduceOnly: boolean;
  size: bigint;
  clientId: string | null;
}

/** `exchange.Trigger`. */
export interface TriggerRequest {
  kind: 'Stop' | 'TakeProfit';
  level: bigint;
}

/** Anything with a number and units: a `Market`. */
export type OrderMarket = MarketUnits & { readonly number: number };

/** The order in ticks and lots. */
export function orderRequest(market: OrderMarket, order: Order): OrderRequest {
  checkSide(order.side);
  return {
    market: market.number,
    side: order.side === 'buy' ? 'Buy' : 'Sell',
    kind: kindOf(market, order),
    timeInForce: timeInForce(order),
    reduceOnly: order.reduceOnly ?? false,
    size: market.lots(order.size, conservative(order) ? 'down' : undefined),
    clientId: order.clientId === undefined ? null : encodeClientId(order.clientId),
  };
}

/** The trigger and the order it sets off, in ticks and lots. */
export function triggerRequest(
  market: OrderMarket,
  order: TriggerOrder,
): { trigger: TriggerRequest; request: OrderRequest } {
  const request = orderRequest(market, order);
  const { kind, level } = order.trigger;
  if (kind !== 'stop' && kind !== 'take-profit') {
    throw new InvalidInput(`a trigger is a 'stop' or a 'take-profit', not '${String(kind)}'`);
  }
  const rounding = conservative(order) ? earlier(kind, order.side) : undefined;
  const trigger = { kind: kind === 'stop' ? 'Stop' : 'TakeProfit', level: market.ticks(level, rounding) } as const;
  return { trigger, request };
}

/** The order as `MarketsApi.preview` takes it. */
export function orderQuery({ market, side, kind, size, reduceOnly }: OrderRequest): Variant {
  const [[type, fields] = []] = Object.entries(kind) as [string, { price?: bigint; maxSlippage?: bigint | null }][];
  if (!type || !fields) throw new InvalidInput('an order without a kind');
  const value = type === 'Market' ? (fields.maxSlippage ?? null) : fields.price;
  return { market, buys: side === 'Buy', kind: { [type]: value }, size, reduceOnly };
}

/** The name of an order as the chain takes it. */
export function orderName(name: OrderName): Variant {
  if ('clientId' in name) return { Client: encodeClientId(name.clientId) };
  const number = BigInt(name.number);
  if (number < 0n || number >= 2n ** 64n) throw new InvalidInput(`an order's number is no ${number}`);
  return { Number: number };
}

function kindOf(market: OrderMarket, order: Order): Variant {
  switch (order.type) {
    case 'limit':
      return { Limit: { price: limitOf(market, order) } };
    case 'post-only':
      return { PostOnly: { price: limitOf(market, order) } };
    case 'market': {
      const slippage = order.maxSlippagePercent;
      return { Market: { maxSlippage: slippage === undefined ? null : ppb(slippage, 'slippage') } };
    }
    default:
      throw new InvalidInput(`an order is 'limit', 'post-only' or 'market', not '${(order as Order).type}'`);
  }
}

function limitOf(market: OrderMarket, order: LimitOrder | PostOnlyOrder): bigint {
  const safe: Rounding = order.side === 'buy' ? 'down' : 'up';
  return market.ticks(order.price, conservative(order) ? safe : undefined);
}

function timeInForce(order: Order): Variant {
  if (order.type === 'market') {
    if ('lifetime' in order) throw new InvalidInput('a market order trades in one batch: it has no lifetime');
    return { ImmediateOrCancel: null };
  }
  const lifetime: Lifetime = order.lifetime ?? 'gtc';
  if (lifetime === 'gtc') return { GoodTillCancelled: null };
  if (lifetime === 'ioc') {
    if (order.type === 'post-only') throw new InvalidInput('a post-only order has to rest: it cannot be ioc');
    return { ImmediateOrCancel: null };
  }
  const { untilBlock } = lifetime;
  if (!Number.isInteger(untilBlock) || untilBlock < 0 || untilBlock > 0xffff_ffff) {
    throw new InvalidInput(`untilBlock is the number of a block, not ${untilBlock}`);
  }
  return { GoodTillBlock: untilBlock };
}

/** The rounding of a level that is met sooner. */
function earlier(kind: 'stop' | 'take-profit', side: Side): Rounding {
  const waitsBelow = (kind === 'stop') === (side === 'sell');
  return waitsBelow ? 'up' : 'down';
}

const conservative = ({ rounding }: Common): boolean => rounding === 'conservative';

function checkSide(side: Side): void {
  if (side !== 'buy' && side !== 'sell') throw new InvalidInput(`a side is 'buy' or 'sell', not '${String(side)}'`);
}
