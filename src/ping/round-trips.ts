/** Round trips of one responder, in bounded memory however long it is pinged. */

/** In ms. */
export interface RoundTripSummary {
  readonly min: number;
  readonly average: number;
  readonly median: number;
  /** Nearest rank: 99 of 100 took no longer. */
  readonly p99: number;
  readonly max: number;
  /** Standard deviation of all of them. */
  readonly deviation: number;
}

export interface RoundTrips {
  add(ms: number): void;
  /** 0 while there is none. */
  longest(): number;
  /** Null while there is none. */
  summary(): RoundTripSummary | null;
}

/** As many are kept; of more, a random sample of that size (Vitter's algorithm R), by which median and p99 then go. */
const mostKept = 65_536;

export function createRoundTrips(): RoundTrips {
  const kept: number[] = [];
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  // Welford: sums of squares would lose the small differences of long runs.
  let mean = 0;
  let squares = 0;

  return {
    add(ms) {
      count += 1;
      min = Math.min(min, ms);
      max = Math.max(max, ms);
      const before = ms - mean;
      mean += before / count;
      squares += before * (ms - mean);
      const place = count <= mostKept ? count - 1 : Math.floor(Math.random() * count);
      if (place < mostKept) kept[place] = ms;
    },
    longest: () => max,
    summary() {
      if (count === 0) return null;
      const sorted = Float64Array.from(kept).sort();
      const deviation = Math.sqrt(squares / count);
      return {
        min: microseconds(min),
        average: microseconds(mean),
        median: microseconds(medianOf(sorted)),
        p99: microseconds(rank(sorted, 0.99)),
        max: microseconds(max),
        deviation: microseconds(deviation),
      };
    },
  };
}

/** Rounds ms to what the kernel's times are good for, once they have been told in ms since the epoch. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function rank(sorted: Float64Array, share: number): number {
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}

function medianOf(sorted: Float64Array): number {
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + upper) / 2;
}
