/** What the tests share. */

/** Numbers that are the same in every run: a linear congruential generator, as whole numbers below a bound. */
export function random(seed) {
  let state = BigInt(seed) + 0x9e3779b97f4a7c15n;
  const word = () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return state >> 16n;
  };
  return (below) => (word() * 2n ** 48n + word()) % below;
}
