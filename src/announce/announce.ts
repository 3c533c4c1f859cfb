import { native } from '../native.js';
import type { Targets } from '../targets/resolve.js';
import type { AnnounceOptions, AnnounceResult } from './announce-api.js';
import { runAnnounce } from './run-announce.js';

/**
 * Announces addresses that this machine holds, so that neighbours send what is for them here: RFC 5227's two
 * announcements. An abort ends it early.
 * @param addresses in the forms of the command line, or parsed; at most 256
 * @returns a result for each address and link, by address
 * @throws ArpsweepError where it could not start, and for an address that this machine does not hold
 */
export function announce(addresses: Targets, options: AnnounceOptions = {}): Promise<AnnounceResult[]> {
  return runAnnounce(native, addresses, options);
}
