/** How long RFC 5227 has a machine probe for an address before it takes it. */

/** In ms; a span between two bounds is drawn anew each time, so that machines that start together do not stay so. */
export interface Timing {
  /** The first probe is sent after a random part of this: PROBE_WAIT. */
  readonly probeWaitMs: number;
  /** Probes for each address: PROBE_NUM. */
  readonly probes: number;
  /** Between two probes: PROBE_MIN and PROBE_MAX. */
  readonly probeMinMs: number;
  readonly probeMaxMs: number;
  /** Listening after the last probe: ANNOUNCE_WAIT. */
  readonly announceWaitMs: number;
}

/** RFC 5227, 1.1. */
export const rfcTiming: Timing = {
  probeWaitMs: 1000,
  probes: 3,
  probeMinMs: 1000,
  probeMaxMs: 2000,
  announceWaitMs: 2000,
};

/**
 * As many probes in a second: whoever answers within half of one is heard. Not by the RFC, and not for links that
 * have just come up, on which switches swallow the first frames.
 */
export const fastTiming: Timing = {
  probeWaitMs: 50,
  probes: rfcTiming.probes,
  probeMinMs: 100,
  probeMaxMs: 200,
  announceWaitMs: 500,
};

/** When the first probe is sent, from the start; `random` is from 0 to 1. */
export function firstProbeMs({ probeWaitMs }: Timing, random: number): number {
  return probeWaitMs * random;
}

/** From one probe to the next. */
export function nextProbeMs({ probeMinMs, probeMaxMs }: Timing, random: number): number {
  return probeMinMs + (probeMaxMs - probeMinMs) * random;
}
