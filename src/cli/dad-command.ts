/** `arpsweep dad`: is an address free? */

import type { DadOptions, DadResult } from '../dad/dad-api.js';
import { runDad } from '../dad/run-dad.js';
import { native } from '../native.js';
import { dadLine } from '../reporters/claim-lines.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption } from './interruption.js';
import { print } from './print.js';
import { readTargets } from './targets-input.js';

/** As commander hands them over. */
export interface DadFlags {
  readonly interface?: readonly string[];
  readonly fast?: true;
  readonly targetsFile?: string;
  readonly format?: 'plain' | 'json';
}

/**
 * Probes and prints.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runDadCommand(words: readonly string[], flags: DadFlags): Promise<number> {
  const { interface: links, fast } = flags;
  const options: DadOptions = { ...(links && { links }), ...(fast && { fast }) };
  const targets = (await readTargets(words, flags.targetsFile)) ?? [];
  const interruption = catchInterruption();
  try {
    const results = await runDad(native, targets, { ...options, signal: interruption.signal });
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
