/** `arpsweep doctor`: what is missing to run here, with the exact remedy. */
import type { Check } from '../doctor/check.js';
import { canSweep, diagnoseMachine } from '../doctor/diagnose.js';
import { type Facts, gatherFacts } from '../doctor/facts.js';
import { painter } from '../reporters/colour.js';
import { wrapped } from '../reporters/text.js';
import { permissionRemedy } from '../system-error.js';
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

/** What was looked at, beside what is said of it. */
function factsForPrograms(facts: Facts) {
  const { uid, status, userNamespace, packetSocketError, keepsPrivileges } = facts;
  return {
    kernel: facts.kernel,
    node: facts.nodeVersion,
    addon: facts.addonFile,
    process: {
      uid,
      ...status,
      userNamespace,
      opensPacketSocket: packetSocketError === null,
      givesUpPrivileges: keepsPrivileges === null,
    },
    container: facts.container && { ...facts.container, readOnlyRoot: facts.readOnlyRoot },
  };
}

export async function runDoctorCommand(flags: DoctorFlags): Promise<number> {
  const script = process.argv.slice(1, 2);
  const facts = gatherFacts();
  const checks = diagnoseMachine(facts, permissionRemedy(process.execPath, script));
  const ready = canSweep(checks);
  const output = standardOutput({ beforeWrite: () => {}, onReaderGone: () => {} });
  if (flags.format === 'json') {
    output.write(`${JSON.stringify({ canSweep: ready, checks, ...factsForPrograms(facts) }, null, 2)}\n`);
  } else {
    const verdict = ready ? 'arpsweep can sweep here.' : 'arpsweep cannot sweep here yet.';
    const lines = checkLines(checks, wantsColour(process.stdout, flags.color), columnsOf(process.stdout));
    output.write(`${[...lines, verdict].join('\n')}\n`);
  }
  await output.finish();
  return ready ? 0 : couldNotRunExit;
}
