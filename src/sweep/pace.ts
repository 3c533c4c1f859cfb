/** How fast a link is asked, and how often: what a profile, a rate and a number of passes mean to the engine. */

import type { EngineOptions } from '../native.js';
import type { ProfileName, SweepOptions } from './sweep-api.js';

/** A rate as `SweepOptions` takes it. */
export type RateOption = NonNullable<SweepOptions['rate']>;

/** Frames per second at the start and at most, and frames that may go out at once at the start. */
export type Pace = Pick<EngineOptions, 'rate' | 'burst' | 'ceiling'>;

/** How often addresses are asked. */
export type PassPlan = Pick<EngineOptions, 'passes' | 'adaptivePasses' | 'census'>;

/**
 * What a sweep can do where the wire loses more at a higher rate.
 * - `auto`: it rises only while nothing more is lost, and slows down where something is;
 * - `fixed`: it keeps its rate, which is higher than the one that `auto` starts with;
 * - `fixed-low`: it keeps its rate, and `auto` would not be slower.
 */
export type Regulation = 'auto' | 'fixed' | 'fixed-low';

/**
 * `lan`: a /24 goes out in one burst. `wifi`: broadcasts take air time at the lowest rate. `dai`: below the
 * 15 packets a second at which a switch that inspects ARP shuts the port by default, hence no rise either.
 */
const profiles: Readonly<Record<ProfileName, Pace>> = {
  lan: { rate: 1000, burst: 512, ceiling: 5000 },
  wifi: { rate: 50, burst: 1, ceiling: 500 },
  dai: { rate: 10, burst: 1, ceiling: 10 },
};

/** Times the profile's rate. */
const trustedStart = 10;

export const profileNames = Object.keys(profiles) as ProfileName[];

function profileOf(profile: ProfileName | null, wireless: boolean): Pace {
  return profiles[profile ?? (wireless ? 'wifi' : 'lan')];
}

/** A fixed pace, without a burst. */
const fixed = (rate: number): Pace => ({ rate, burst: 1, ceiling: rate });

/**
 * The pace of one link. `profile` null chooses by the kind of link. `auto` starts at the profile's rate, with its
 * burst; ten times as fast where a ceiling beyond the profile's says that the wire bears it, and without the burst
 * where the ceiling is below that rate.
 */
export function paceOf(rate: RateOption, profile: ProfileName | null, wireless: boolean): Pace {
  if (typeof rate === 'number') return fixed(rate);
  if (rate === 'max') return fixed(Number.POSITIVE_INFINITY);
  const pace = profileOf(profile, wireless);
  if (rate === 'auto') return pace;
  const ceiling = rate === 'auto:max' ? Number.POSITIVE_INFINITY : Number(rate.slice('auto:'.length));
  if (ceiling < pace.rate) return fixed(ceiling);
  const start = ceiling > pace.ceiling ? Math.min(ceiling, trustedStart * pace.rate) : pace.rate;
  return { ...pace, rate: start, ceiling };
}

/**
 * Most passes where the engine may end earlier by what it hears: where three questions of four are lost, a host stays
 * silent through thirty passes in two of ten thousand sweeps.
 */
const autoPasses = 30;

/** A number of passes is exact; a single one asks each address once, and nothing follows. */
export function passPlanOf(passes: number | 'auto'): PassPlan {
  return passes === 'auto'
    ? { passes: autoPasses, adaptivePasses: true, census: true }
    : { passes, adaptivePasses: false, census: passes > 1 };
}

/** Pace and passes of one link together: where nothing is asked twice, no loss shows, so the rate stays as it is. */
export function tempoOf(
  options: {
    readonly rate: RateOption;
    readonly profile: ProfileName | null;
    readonly passes: number | 'auto';
  },
  wireless: boolean,
): Pace & PassPlan {
  const pace = paceOf(options.rate, options.profile, wireless);
  const plan = passPlanOf(options.passes);
  return { ...pace, ...plan, ceiling: plan.passes === 1 ? pace.rate : pace.ceiling };
}

/**
 * Of a sweep by one who swept the same lately and knows who answers: each address is asked once, and each that answers once
 * by unicast and once by probe.
 */
export function gentleTempoOf(options: Parameters<typeof tempoOf>[0], wireless: boolean): Pace & PassPlan {
  return { ...tempoOf({ ...options, passes: 1 }, wireless), census: true };
}

/** What a sweep at such a pace can do about loss by rate. `profile` and `wireless` are those of `paceOf`. */
export function regulationOf(
  { rate, ceiling }: Pace,
  profile: ProfileName | null,
  wireless: boolean,
): Regulation {
  if (ceiling > rate) return 'auto';
  return rate > profileOf(profile, wireless).rate ? 'fixed' : 'fixed-low';
}
