/**
 * Randomness that is a function of its seed and of names, never of the order in which it is asked
 * for: two runs that are asked at different moments still agree on what a venue printed when.
 */

/** A generator of numbers in [0, 1): mulberry32, started from any words. */
export function randomFrom(...words) {
  let state = hash(...words);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed with mean 0 and deviation 1, by Box and Muller. */
export function normal(random) {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** FNV-1a over the words, then the finaliser of MurmurHash3. */
function hash(...words) {
  let value = 0x811c9dc5;
  for (const char of words.join('\u0000')) {
    value = Math.imul(value ^ char.codePointAt(0), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
