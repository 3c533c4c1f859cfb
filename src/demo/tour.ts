import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../generated/report-types.js';
import { explain } from './explanation.js';
import { asAtTerminal, runProgram } from './program.js';
import type { Surroundings } from './replay.js';
import { buildServerRoom, MACHINE_COUNT } from './server-room.js';

/**
 * Sweeps a server room twice, for the eye and for a report to explain. Resolves to the exit code: that of a sweep that
 * did not run cleanly, or 0.
 */
export async function showServerRoom({ lab, directory, columns, signal }: Surroundings): Promise<number> {
  const link = await buildServerRoom(lab);
  process.stdout.write(
    `${MACHINE_COUNT} machines on a switch, each a network namespace of this kernel. No real network is touched.\n\n`,
  );
  const file = join(directory, 'report.json');
  const steps = [asAtTerminal(['-I', link.name]), ['-I', link.name, '-f', 'json', '-o', file]];
  for (const args of steps) {
    signal.throwIfAborted();
    const status = await runProgram({ args, on: null, directory }, signal);
    if (status !== 0) return status;
    process.stdout.write('\n');
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  process.stdout.write(`What this report says:\n${explain(report, columns)}`);
  return 0;
}
