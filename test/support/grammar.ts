/** Command lines as they stand in texts, and the grammar that must allow them. */
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.js';

/** The program, which takes every command line that its grammar allows and does nothing about it. */
export function idleProgram(print: (text: string) => void = () => {}): Command {
  const program = buildProgram('0.0.0', { done: () => {}, print });
  for (const command of program.commands) command.action(() => {});
  return program;
}

/** The words of a line of shell, without what it is piped or redirected to, or what takes its output. */
export function wordsOf(line: string): string[] {
  const taken = /<\((.*)\)/.exec(line)?.[1] ?? line;
  const [command = ''] = taken.trim().split(/ {2,}| [|>] |; /);
  const words = command.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replaceAll(/['"]/g, ''));
}
