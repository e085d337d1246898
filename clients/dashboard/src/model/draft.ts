/** An order as it is being written, and as the chain would be asked for it. */

import type { Order, OrderIn, Side, TriggerOrder } from '@breakwater/client';

export type Kind = 'market' | 'limit' | 'post-only' | 'stop' | 'take-profit';

export interface Draft {
  readonly side: Side;
  readonly kind: Kind;
  readonly size: string;
  /** A limit; of an order that waits for the mark it may be empty. */
  readonly price: string;
  /** Of the mark, at which a stop-loss or take-profit order is placed. */
  readonly level: string;
  readonly reduceOnly: boolean;
}

export const EMPTY_DRAFT: Draft = { side: 'buy', kind: 'market', size: '', price: '', level: '', reduceOnly: false };

/** Waits for the mark. */
export const waits = (kind: Kind): kind is 'stop' | 'take-profit' => kind === 'stop' || kind === 'take-profit';

/** Another kind: what waits closes a position, unless one says otherwise. A price is not taken along where it would mean something else. */
export function ofKind(draft: Draft, kind: Kind): Draft {
  if (waits(kind) === waits(draft.kind)) return { ...draft, kind };
  return { ...draft, kind, price: '', reduceOnly: waits(kind) };
}

/** Nothing that the chain has to be asked about is missing. */
export function isComplete({ kind, size, price, level }: Draft): boolean {
  if (size.trim() === '' || (waits(kind) && level.trim() === '')) return false;
  return price.trim() !== '' || (kind !== 'limit' && kind !== 'post-only');
}

/** The order; of one that waits, what becomes of it when its level is met. */
export function orderOf({ side, kind, size, price, reduceOnly }: Draft, market: string): OrderIn<Order> {
  const common = { market, side, size: size.trim(), reduceOnly };
  if (kind === 'limit' || kind === 'post-only') return { ...common, type: kind, price: price.trim() };
  if (waits(kind) && price.trim() !== '') return { ...common, type: 'limit', price: price.trim() };
  return { ...common, type: 'market' };
}

export function triggerOf(draft: Draft, market: string): OrderIn<TriggerOrder> | undefined {
  const { kind, level } = draft;
  return waits(kind) ? { ...orderOf(draft, market), trigger: { kind, level: level.trim() } } : undefined;
}

/** A stop-loss that sells waits for a fall, a take-profit that sells for a rise; and the other way round. */
export const waitsBelow = ({ kind, side }: Draft): boolean => (kind === 'stop') === (side === 'sell');
