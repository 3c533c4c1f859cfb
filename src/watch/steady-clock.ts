/** Times that stay comparable when somebody sets the clock: what is heard before a step and after it is as far apart as it was. */

export interface SteadyClock {
  /** Ms since the epoch, as if the clock had never been set since the watch began. */
  now(): number;
  /** Of a time of the kernel's that has only just passed. */
  steadyMs(wallMs: number): number;
  /** What the clock on the wall, as it goes now, showed at a steady time. */
  wallMs(steadyMs: number): number;
}

/** What is less than this is the slewing of adjtimex(2), and the time between two readings. */
const leastStepMs = 50;

/** Two readings of clocks that are no further apart are of the same moment. */
const closeMs = 5;

/** @param wall ms since the epoch, and `monotonic`, which nobody sets */
export function createSteadyClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): SteadyClock {
  let base = wall() - monotonic();
  /** By how much the clock was set since the beginning. */
  let steps = 0;

  const look = (): number => {
    const before = monotonic();
    const now = wall();
    // Others may have had the processor between the two readings.
    if (monotonic() - before > closeMs) return steps;
    const drift = now - before - base;
    base += drift;
    if (Math.abs(drift) >= leastStepMs) steps += drift;
    return steps;
  };
  return {
    now: () => wall() - look(),
    steadyMs: (wallMs) => wallMs - look(),
    wallMs: (steadyMs) => steadyMs + look(),
  };
}
