/** Whoever copies a command line out of the deployment or the README gets one that the program knows. */
import { expect, test } from 'vitest';
import { commandNames } from '../../../src/cli/grammar/commands.js';
import { commandLines } from '../../support/deployment.js';
import { idleProgram } from '../../support/grammar.js';

test.each([...commandLines()])('$where: $words', async ({ words }) => {
  await expect(idleProgram().parseAsync(words, { from: 'user' })).resolves.toBeDefined();
});

test('they are found where they stand', () => {
  const places = [...commandLines()].map(({ where }) => where.replace(/:.*/, ''));
  for (const place of ['Dockerfile', 'compose.yaml', 'sidecar.yaml', 'init-container.yaml', 'daemonset.yaml'])
    expect(places).toContain(place);
  expect(places.filter((place) => place === 'README').length).toBeGreaterThan(30);
  expect(commandNames).toContain('serve');
});
