import { native } from '../native.js';
import type { Targets } from '../targets/resolve.js';
import type { DadOptions, DadResult } from './dad-api.js';
import { runDad } from './run-dad.js';

/**
 * Looks whether addresses are free, before a machine takes them: duplicate address detection by RFC 5227, for all of
 * them at once.
 * @param targets in the forms of the command line, or parsed; at most 1024 addresses
 * @returns a result for each address and link, by address
 * @throws ArpsweepError where it could not start
 */
export function dad(targets: Targets, options: DadOptions = {}): Promise<DadResult[]> {
  return runDad(native, targets, options);
}
