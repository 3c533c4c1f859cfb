/** `arpsweep announce`: gratuitous ARP for addresses of this machine. */

import type { AnnounceOptions } from '../announce/announce-api.js';
import { runAnnounce } from '../announce/run-announce.js';
import { native } from '../native.js';
import { keepOnly, namesNamespaces } from '../privileges/keep-only.js';
import { announceLines } from '../reporters/claim-lines.js';
import { parseDuration } from '../sweep/options.js';
import { parseCount } from '../talk/options.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption } from './interruption.js';
import { vendorsIn } from './knowledge-flags.js';
import { print } from './print.js';
import { type WhereFlags, whereOptionsOf } from './where-flags.js';

/** As commander hands them over. */
export interface AnnounceFlags extends WhereFlags {
  readonly reply?: true;
  readonly count?: string;
  readonly interval?: string;
  readonly force?: true;
  readonly vendors?: readonly string[];
  readonly format?: 'plain' | 'json';
}

/**
 * Announces and prints.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runAnnounceCommand(
  addresses: readonly string[],
  flags: AnnounceFlags,
): Promise<number> {
  const { reply, count, interval, force } = flags;
  const options: AnnounceOptions = {
    ...whereOptionsOf(flags),
    ...(reply && { reply }),
    ...(count !== undefined && { count: parseCount(count) }),
    ...(interval !== undefined && { intervalMs: parseDuration(interval, 'interval') }),
    ...(force && { force }),
  };
  const vendors = flags.vendors && (await vendorsIn(flags.vendors));
  const interruption = catchInterruption();
  try {
    const results = await runAnnounce(
      native,
      addresses,
      { ...options, signal: interruption.signal },
      vendors,
      () => keepOnly({ namespaces: namesNamespaces(options) }),
    );
    const lines = results.flatMap(announceLines).map((line) => `${line}\n`);
    await print(
      flags.format === 'json' ? `${JSON.stringify({ addresses: results }, null, 2)}\n` : lines.join(''),
    );
    const allLeft = results.every((result) => result.sent === result.count);
    return interruption.exitCode() ?? (allLeft ? 0 : couldNotRunExit);
  } finally {
    interruption.release();
  }
}
