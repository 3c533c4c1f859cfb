/** What each command says of itself. Walks the grammar, so that a command to come is held to it as well. */
import { describe, expect, test } from 'vitest';
import { idleProgram, wordsOf } from '../../support/grammar.js';

function helpOf(name: string): string {
  let text = '';
  const program = idleProgram((more) => {
    text += more;
  });
  const command = program.commands.find((each) => each.name() === name) ?? program;
  command.outputHelp();
  return text;
}

/** The lines under a heading. */
function section(help: string, heading: string): string[] {
  const lines = help.split('\n');
  const from = lines.indexOf(`${heading}:`);
  if (from < 0) return [];
  const rest = lines.slice(from + 1);
  const end = rest.findIndex((line) => !line.startsWith('  '));
  return end < 0 ? rest : rest.slice(0, end);
}

describe.each(['arpsweep', ...idleProgram().commands.map((command) => command.name())])(
  'the help of %s',
  (name) => {
    test('has examples, each a command line that the grammar allows', async () => {
      const examples = section(helpOf(name), 'Examples');
      expect(examples.length).toBeGreaterThanOrEqual(2);
      for (const example of examples) {
        const [program, ...words] = wordsOf(example);
        expect(program).toBe('arpsweep');
        await expect(idleProgram().parseAsync(words, { from: 'user' }), example).resolves.toBeDefined();
      }
      if (name === 'arpsweep' || name === 'sweep') return;
      for (const example of examples) expect(wordsOf(example)[1]).toBe(name);
    });

    test('fits 80 columns, and says what each option and argument is', () => {
      expect(
        helpOf(name)
          .split('\n')
          .filter((line) => line.length > 80),
      ).toEqual([]);
      const command = idleProgram().commands.find((each) => each.name() === name);
      for (const option of command?.options ?? []) expect(option.description, option.flags).not.toBe('');
      for (const argument of command?.registeredArguments ?? []) {
        expect(argument.description, `${name} ${argument.name()}`).not.toBe('');
      }
    });
  },
);
