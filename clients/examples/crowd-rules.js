/** What a trader of the crowd is like, and decides by. No chain in here. */

import { fromUnits } from '@breakwater/client';

/** In the quote asset. */
const DEPOSIT = [500, 8_000];
const LEVERAGE = [8, 30];
/** Some pay in coins: what they lose is borrowed against them, and the coins are sold for it. */
const COINS_CHANCE = 0.2;
/** Every second one holds on to what it has, come what may; and is for rising prices. */
const STUBBORN_CHANCE = 0.5;
const CLOSE_CHANCE = { nervous: 0.1, stubborn: 0.01 };
const BULLISH = 0.8;
const FOLLOW_CHANCE = 0.7;
/** Of what margin carries: prices move until the order is there. */
const PART_OF_LARGEST = { of: 9n, in: 10n };
/** An account with less, in quanta, is given up: its owner starts anew in the next one. */
export const RUINED = 50_000_000n;
export const MOST_LEVERAGE = LEVERAGE[1];

const between = ([least, most], random) => Math.floor(least + random() * (most - least));

export function characterOf(random) {
  return {
    leverage: between(LEVERAGE, random),
    kind: random() < STUBBORN_CHANCE ? 'stubborn' : 'nervous',
    deposit: between(DEPOSIT, random),
    inCoins: random() < COINS_CHANCE,
  };
}

/** `open`, `close`, `hold`; or `restart`, with nothing left worth trading. */
export function nextStep({ positions, equity }, { kind }, random) {
  if (positions.length > 0) return random() < CLOSE_CHANCE[kind] ? 'close' : 'hold';
  return equity >= RUINED ? 'open' : 'restart';
}

/** With the last move that it saw, more often than not; or with its conviction. */
export function sideFor({ kind }, { mark, last = mark }, random) {
  if (kind === 'stubborn') return random() < BULLISH ? 'buy' : 'sell';
  const rose = mark === last ? random() < 0.5 : mark > last;
  return rose === random() < FOLLOW_CHANCE ? 'buy' : 'sell';
}

/** As many lots as its leverage asks for, and margin and market allow; none where that is too little. */
export function lotsFor(market, { free, largest }, { leverage }) {
  const { mark, minOrder, maxOrder } = market.info;
  const wanted = free > 0n ? market.lotsFor(free * BigInt(leverage), mark) : 0n;
  const carried = (largest * PART_OF_LARGEST.of) / PART_OF_LARGEST.in;
  const lots = [wanted, carried, maxOrder].reduce((least, lots) => (lots < least ? lots : least));
  return lots >= minOrder ? lots : 0n;
}

/** A deposit: coins for so much of the quote asset where it has a price for them, or that itself. */
export function depositOf({ deposit, inCoins }, { quote, assets }, random) {
  const priced = assets.filter(({ price }) => price > 0n);
  if (!inCoins || priced.length === 0) return { asset: quote, amount: String(deposit) };
  const { symbol, decimals, unitsPerLot, price, tickValue } = priced[Math.floor(random() * priced.length)];
  const lots = (BigInt(deposit) * 1_000_000n) / (price * BigInt(tickValue));
  return { asset: symbol, amount: fromUnits(lots * unitsPerLot, decimals) };
}
