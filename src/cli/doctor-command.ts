/** `arpsweep doctor`: what is missing to run here, with the exact remedy. */
import { painter } from '../reporters/colour.js';
import { wrapped } from '../reporters/text.js';
import { permissionRemedy } from '../system-error.js';
import { type Check, canSweep, diagnoseMachine } from './doctor-checks.js';
import { gatherFacts } from './doctor-facts.js';
import { couldNotRunExit } from './failure.js';
import { standardOutput } from './standard-output.js';
import { columnsOf, wantsColour } from './terminal.js';

export interface DoctorFlags {
  readonly format?: 'table' | 'json';
  readonly color: boolean;
}

/** A line for each check, and its remedy under it: that may be a command and is never broken. */
export function checkLines(
  checks: readonly Check[],
  colour: boolean,
  columns: number | null = null,
): string[] {
  const paint = painter(colour);
  const emphasis = { ok: 'none', problem: 'error', note: 'warning' } as const;
  const width = 'problem'.length;
  const indent = ' '.repeat(width + 2);
  return checks.flatMap(({ result, message, remedy }) => [
    ...wrapped(`${paint(result.padEnd(width), emphasis[result])}  ${message}`, columns, indent),
    ...(remedy === null ? [] : [indent + remedy]),
  ]);
}

export async function runDoctorCommand(flags: DoctorFlags): Promise<number> {
  const script = process.argv.slice(1, 2);
  const checks = diagnoseMachine(gatherFacts(), permissionRemedy(process.execPath, script));
  const ready = canSweep(checks);
  const output = standardOutput({ beforeWrite: () => {}, onReaderGone: () => {} });
  if (flags.format === 'json') {
    output.write(`${JSON.stringify({ canSweep: ready, checks }, null, 2)}\n`);
  } else {
    const verdict = ready ? 'arpsweep can sweep here.' : 'arpsweep cannot sweep here yet.';
    const lines = checkLines(checks, wantsColour(process.stdout, flags.color), columnsOf(process.stdout));
    output.write(`${[...lines, verdict].join('\n')}\n`);
  }
  await output.finish();
  return ready ? 0 : couldNotRunExit;
}
