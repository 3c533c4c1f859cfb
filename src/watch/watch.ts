import { native } from '../native.js';
import type { TargetSet } from '../targets/parse.js';
import { runWatch } from './run-watch.js';
import type { Watch, WatchOptions } from './watch-api.js';

/**
 * Sweeps addresses at an interval, listens meanwhile, and tells what changes as it happens. Starts at once.
 *
 * What answers the first sweep is what it begins with, and no change; an address that several machines have is told then as
 * well. Nothing is thrown here: whatever keeps it from starting rejects `finished` and ends the iteration.
 *
 * @param targets in the forms of the command line, or parsed; without any, the IPv4 subnets of the links
 */
export function watch(targets?: string | readonly string[] | TargetSet, options: WatchOptions = {}): Watch {
  return runWatch(native, targets, options);
}
