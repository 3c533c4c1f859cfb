import { vi } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { CliResult } from './sweep-cli.js';

/**
 * Runs `arpsweep ARGS` in this process, which starts much sooner than one of its own. One at a time: what the process
 * prints meanwhile counts as printed by it.
 */
export async function commandLine(
  ...args: string[]
): Promise<Pick<CliResult, 'status' | 'stdout' | 'stderr'>> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) => {
    // Each run listens for errors of the streams; a program is run but once.
    process[name].setMaxListeners(0);
    return vi.spyOn(process[name], 'write').mockImplementation((text, ...rest) => {
      printed[name] += text;
      const done = rest.find((argument) => typeof argument === 'function');
      if (done) setImmediate(done);
      return true;
    });
  });
  try {
    return { status: await runCommandLine(args), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
