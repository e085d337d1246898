/**
 * What the example liquidator decides by: from an auction and what it holds, the bid it would make.
 * Whole numbers only: ticks, lots, quanta. Nothing here knows of a chain.
 */

const BPS = 10_000n;

const min = (...values) => values.reduce((least, value) => (value < least ? value : least));
const abs = (value) => (value < 0n ? -value : value);

/** The worst price at which a bid still gains so much against the mark. */
export function limitFor(side, mark, minDiscountBps) {
  const discount = BigInt(minDiscountBps);
  // Rounded so that the gain is never less: a buyer's limit down, a seller's up.
  if (side === 'buy') return (mark * (BPS - discount)) / BPS;
  return (mark * (BPS + discount) + BPS - 1n) / BPS;
}

/** Whether a price is no worse than a limit. */
export const isWithin = (side, price, limit) => (side === 'buy' ? price <= limit : price >= limit);

/** Lots that may be added on a side before a limit on notional is reached. Toward zero always. */
export function room(side, { position, lotValue, maxNotional }) {
  const most = lotValue > 0n ? maxNotional / lotValue : 0n;
  const held = side === 'buy' ? position : -position;
  const left = most - held;
  return left > 0n ? left : 0n;
}

/**
 * The bids worth making in an auction: none, or one for each side.
 *
 * @param {{ mark: bigint, open: boolean, offers: readonly { lots: bigint, price: bigint, account: string }[] }} auction
 * @param {{ position: bigint, lotValue: bigint, own: string, onlyBuys?: boolean }} state `lotValue`: quanta of a lot at mark
 * @param {{ minDiscountBps: number, maxNotional: bigint, maxBid: bigint }} rules notional in quanta
 * @returns {{ side: 'buy' | 'sell', limit: bigint, lots: bigint, best: bigint }[]}
 */
export function bidsFor({ mark, open, offers }, { position, lotValue, own, onlyBuys = false }, rules) {
  if (!open || mark <= 0n || lotValue <= 0n) return [];
  return (onlyBuys ? ['buy'] : ['buy', 'sell']).flatMap((side) => {
    const limit = limitFor(side, mark, rules.minDiscountBps);
    const wanted = offers.filter(
      ({ lots, price, account }) => account !== own && (side === 'buy' ? lots < 0n : lots > 0n) && isWithin(side, price, limit),
    );
    const offered = wanted.reduce((sum, { lots }) => sum + abs(lots), 0n);
    const lots = min(offered, room(side, { position, lotValue, maxNotional: rules.maxNotional }), rules.maxBid / lotValue);
    if (lots <= 0n) return [];
    const prices = wanted.map(({ price }) => price);
    const best = prices.reduce((best, price) => (isWithin(side, price, best) ? price : best));
    return [{ side, limit, lots, best }];
  });
}

/**
 * The order that works inventory off through the book: a limit near the mark, no more than a part
 * of it at once. None while the same side is still bought from liquidations at a better price.
 *
 * @returns {{ side: 'buy' | 'sell', limit: bigint, lots: bigint } | undefined}
 */
export function exitFor({ mark, position, busySides }, { exitBps, maxExit }) {
  if (position === 0n || mark <= 0n) return undefined;
  const side = position > 0n ? 'sell' : 'buy';
  const entering = position > 0n ? 'buy' : 'sell';
  if (busySides.includes(entering)) return undefined;
  const away = (mark * BigInt(exitBps)) / BPS;
  const limit = side === 'sell' ? mark - away : mark + away;
  return { side, limit, lots: min(abs(position), maxExit) };
}

/** What fills gained against the mark, in quanta: below zero it is a loss. */
export function gainOf(lots, cost, lotValue) {
  return lots * lotValue - cost;
}
