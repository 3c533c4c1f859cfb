/** How fast a link is asked, and how often: what a profile, a rate and a number of passes mean to the engine. */

import type { EngineOptions } from '../native.js';
import type { ProfileName, SweepOptions } from './sweep-api.js';

/** A rate as `SweepOptions` takes it. */
export type RateOption = NonNullable<SweepOptions['rate']>;

/** Frames per second and frames that may go out at once at the start. */
export type Pace = Pick<EngineOptions, 'rate' | 'burst'>;

/**
 * `lan`: a /24 goes out in one burst. `wifi`: broadcasts take air time at the lowest rate. `dai`: below the
 * 15 packets a second at which a switch that inspects ARP shuts the port by default.
 */
const profiles: Readonly<Record<ProfileName, Pace>> = {
  lan: { rate: 1000, burst: 512 },
  wifi: { rate: 50, burst: 1 },
  dai: { rate: 10, burst: 1 },
};

export const profileNames = Object.keys(profiles) as ProfileName[];

/** The pace of one link. `profile` null chooses by the kind of link; a rate given as a number has no burst. */
export function paceOf(rate: RateOption, profile: ProfileName | null, wireless: boolean): Pace {
  if (typeof rate === 'number') return { rate, burst: 1 };
  if (rate === 'max') return { rate: Number.POSITIVE_INFINITY, burst: 1 };
  const pace = profiles[profile ?? (wireless ? 'wifi' : 'lan')];
  if (rate === 'auto' || rate === 'auto:max') return pace;
  const ceiling = Number(rate.slice('auto:'.length));
  // Who asks for less than the profile's rate does not want its burst either.
  return ceiling < pace.rate ? { rate: ceiling, burst: 1 } : pace;
}

/** Most passes where the engine may end earlier by what it hears. */
const autoPasses = 3;

/** A number of passes is exact; a single one asks each address once, and nothing follows. */
export function passPlanOf(
  passes: number | 'auto',
): Pick<EngineOptions, 'passes' | 'adaptivePasses' | 'census'> {
  return passes === 'auto'
    ? { passes: autoPasses, adaptivePasses: true, census: true }
    : { passes, adaptivePasses: false, census: passes > 1 };
}
