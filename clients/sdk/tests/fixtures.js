/** Markets and numbers for the tests. */

export const BTC = { symbol: 'BTC-PERP', priceDecimals: 2, lotDecimals: 4, tickValue: 1, orderTick: 50, orderLot: 10 };
export const SOL = { symbol: 'SOL-PERP', priceDecimals: 4, lotDecimals: 2, tickValue: 1, orderTick: 1, orderLot: 1 };

/** Whole numbers below a bound, the same ones for a seed: splitmix64. */
export function random(seed) {
  let state = BigInt(seed);
  const word = () => {
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return z ^ (z >> 31n);
  };
  return (bound) => ((word() << 64n) | word()) % bound;
}
