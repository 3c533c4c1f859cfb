/** Which grammars a command line needs: to know fewer must never read it otherwise. */
import { expect, test } from 'vitest';
import { allGrammars, commandNames, grammarsFor } from '../../../src/cli/grammar/commands.js';
import { buildProgram } from '../../../src/cli/program.js';

const ends = { done: () => {}, print: () => {} };

test('each grammar is that of the command by whose name it is loaded', async () => {
  const { commands } = buildProgram('', ends);
  expect(commands.map((command) => command.name())).toEqual(commandNames);
  const grammars = await allGrammars();
  for (const [i, name] of commandNames.slice(1).entries()) {
    const own = name === 'completion' ? grammars : [grammars[i]];
    expect(await grammarsFor([name, '10.0.0.7'])).toEqual(own);
  }
});

test.each([[[]], [['10.0.0.0/24', '-I', 'eth0']], [['-q', 'toString']]])(
  'a sweep %j needs no other',
  async (words) => {
    expect(await grammarsFor(words)).toEqual([]);
  },
);

test.each([[['--help']], [['-h']], [['-I', 'eth0', 'check']], [['sweep', '--help']], [['--', 'demo']]])(
  '%j may mean any',
  async (words) => {
    expect(await grammarsFor(words)).toEqual(await allGrammars());
  },
);
