import { duration, grouped } from '../reporters/text.js';

/** Below this nobody needs to be told. */
const worthSayingMs = 60_000;

/**
 * How long a large range takes, or null where it is not large. `rate` is in frames per second; a pass may take
 * longer, for each address that answers is asked again.
 */
export function rangeNotice(targets: number, rate: number): string | null {
  const passMs = (targets / rate) * 1000;
  if (!(passMs >= worthSayingMs)) return null;
  return `${grouped(targets)} addresses at ${grouped(rate)}/s: at least ${duration(passMs)} a pass`;
}
