/**
 * Numbers from 0 to below 1 that look random and follow from the seed, so that a lab can be built again as it was: a
 * Weyl sequence scrambled by C. Wellons' hash `prospector32`, which makes neighbouring seeds unlike each other.
 */
export function* seededNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x9e3779b9) >>> 0;
    let hash = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    yield ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }
}

/** So many distinct whole numbers below `limit`, in ascending order. */
export function scatteredNumbers(count: number, limit: number, seed: number): number[] {
  if (count > limit) throw new RangeError(`there are no ${count} distinct numbers below ${limit}`);
  const chosen = new Set<number>();
  for (const number of seededNumbers(seed)) {
    if (chosen.size === count) break;
    chosen.add(Math.floor(number * limit));
  }
  return [...chosen].sort((a, b) => a - b);
}
