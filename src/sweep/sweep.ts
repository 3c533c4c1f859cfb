import { native } from '../native.js';
import type { TargetSet } from '../targets/parse.js';
import { runSweep } from './run-sweep.js';
import type { Sweep, SweepOptions } from './sweep-api.js';

/**
 * Sweeps addresses by ARP and finds every MAC that answers for each of them. Starts at once.
 *
 * Nothing is thrown here: whatever keeps a sweep from starting rejects `report()` and ends the iteration, and does
 * not disturb a program that looks at neither.
 *
 * @param targets in the forms of the command line, or parsed; without any, the IPv4 subnets of the links
 */
export function sweep(targets?: string | readonly string[] | TargetSet, options: SweepOptions = {}): Sweep {
  return runSweep(native, targets, options);
}
