/** `arpsweep dad`: is an address free? */

import type { DadOptions, DadResult } from '../dad/dad-api.js';
import { runDad } from '../dad/run-dad.js';
import { native } from '../native.js';
import { keepOnly, namesNamespaces } from '../privileges/keep-only.js';
import { dadLine } from '../reporters/claim-lines.js';
import { checkWhere } from '../talk/options.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption } from './interruption.js';
import { vendorsIn } from './knowledge-flags.js';
import { print } from './print.js';
import { readTargets } from './targets-input.js';
import { type WhereFlags, whereOptionsOf } from './where-flags.js';

/** As commander hands them over. */
export interface DadFlags extends WhereFlags {
  readonly fast?: true;
  readonly targetsFile?: string;
  readonly vendors?: readonly string[];
  readonly format?: 'plain' | 'json';
}

/**
 * Probes and prints.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runDadCommand(words: readonly string[], flags: DadFlags): Promise<number> {
  const options: DadOptions = { ...whereOptionsOf(flags), ...(flags.fast && { fast: true }) };
  // Before standard input is read for targets.
  checkWhere(options);
  const vendors = flags.vendors && (await vendorsIn(flags.vendors));
  const targets = (await readTargets(words, flags.targetsFile)) ?? [];
  const interruption = catchInterruption();
  try {
    const onOpen = (): void => keepOnly({ namespaces: namesNamespaces(options) });
    const asked = { ...options, signal: interruption.signal };
    const results = await runDad(native, targets, asked, vendors, onOpen);
    const lines = results.map((result) => `${dadLine(result)}\n`);
    await print(
      flags.format === 'json' ? `${JSON.stringify({ addresses: results }, null, 2)}\n` : lines.join(''),
    );
    return interruption.exitCode() ?? exitCodeOf(results);
  } finally {
    interruption.release();
  }
}

function exitCodeOf(results: readonly DadResult[]): number {
  if (results.some(({ verdict }) => verdict === 'taken')) return 1;
  return results.some(({ verdict }) => verdict === 'unknown') ? couldNotRunExit : 0;
}
