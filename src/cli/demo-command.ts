import { scenarios, tour } from '../demo/catalogue.js';
import { OptionError } from '../errors.js';
import { runIsolated } from '../lab/isolate.js';
import { wrapped } from '../reporters/text.js';
import { print } from './print.js';
import { columnsOf } from './terminal.js';

export interface DemoFlags {
  readonly list?: true;
}

const all = [tour, ...scenarios];

/**
 * `arpsweep demo [SCENARIO]`: a lab of real kernels, looked at by the one command that finds what is wrong. Resolves to
 * the exit code: 0 when all ran as it should, 130 or 143 when interrupted. Rejects with an `OptionError` for a scenario
 * that there is not, and with the remedy where namespaces are not permitted or iproute2 is missing.
 */
export async function runDemo(scenario: string | undefined, { list }: DemoFlags): Promise<number> {
  if (list) {
    await print(`${listLines(columnsOf(process.stdout) ?? 80).join('\n')}\n`);
    return 0;
  }
  if (scenario !== undefined && !all.some(({ name }) => name === scenario)) {
    throw new OptionError(
      'SCENARIO',
      `There is no demo scenario ${JSON.stringify(scenario)}.`,
      `Choose one of these: ${all.map(({ name }) => name).join(', ')}.`,
    );
  }
  return runIsolated(new URL('./demo-inside.js', import.meta.url), scenario === undefined ? [] : [scenario]);
}

function listLines(columns: number): string[] {
  const width = Math.max(...all.map(({ name }) => name.length)) + 2;
  return all.flatMap(({ name, symptom }) =>
    wrapped(name.padEnd(width) + symptom, Math.min(columns, 100), ' '.repeat(width)),
  );
}
