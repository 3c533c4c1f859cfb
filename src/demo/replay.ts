import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Lab } from '../lab/lab.js';
import { wrapped } from '../reporters/text.js';
import { asAtTerminal, runProgram } from './program.js';
import type { Scenario, Stage } from './scenarios/scenario.js';

export interface Surroundings {
  readonly lab: Lab;
  /** Where the program is to run. */
  readonly directory: string;
  readonly columns: number;
  readonly signal: AbortSignal;
}

/**
 * Builds an incident, shows the command that finds its cause, mends it, and shows that nothing is found then. Resolves
 * to the exit code: 0 where each run ended as it should, else that of the run.
 */
export async function replay(
  scenario: Scenario,
  { lab, directory, columns, signal }: Surroundings,
): Promise<number> {
  const say = (text: string) => process.stdout.write(`${wrapped(text, columns, '').join('\n')}\n\n`);
  const stage = await scenario.build(lab);
  for (const [name, content] of Object.entries(stage.files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  say(scenario.symptom);
  say(`${stage.network} Each machine is a network namespace of this kernel. No real network is touched.`);
  for (const [name, content] of Object.entries(stage.files)) {
    // What a program printed is for programs.
    if (name.endsWith('.txt')) process.stdout.write(`$ cat ${name}\n${content}\n`);
  }
  signal.throwIfAborted();
  const args = isSweep(stage) ? asAtTerminal(stage.command) : stage.command;
  const run = () => runProgram({ args, on: stage.on, directory }, signal);
  const [status] = await Promise.all([run(), stage.meanwhile?.()]);
  process.stdout.write('\n');
  if (status !== stage.exitCode || stage.remedy === null) return status === stage.exitCode ? 0 : status;
  signal.throwIfAborted();
  await stage.remedy.apply();
  say(`What mends it: ${stage.remedy.text}. The same again:`);
  return run();
}

/** No command's name comes first. */
function isSweep({ command: [first = ''] }: Stage): boolean {
  return first.startsWith('-');
}
