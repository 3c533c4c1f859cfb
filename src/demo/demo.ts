import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from '../generated/report-types.js';
import { explain } from './demo-explanation.js';
import { buildDemoNetwork, MACHINE_COUNT } from './demo-network.js';
import { createLab } from './lab.js';

const ARPSWEEP = fileURLToPath(new URL('../../bin/arpsweep.js', import.meta.url));

/** Longer lines of prose are hard to read. */
const WIDEST = 100;

/** On the lab's own /run, which vanishes with it. */
const REPORT_FILE = '/run/report.json';

/** Runs the program as its user does, shows how, and resolves to its exit code. */
function arpsweep(args: readonly string[], signal: AbortSignal): Promise<number> {
  process.stdout.write(`$ arpsweep ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ARPSWEEP, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    child.once('error', reject);
    child.once('exit', (status) => {
      signal.removeEventListener('abort', interrupt);
      resolve(status ?? 3);
    });
  });
}

/**
 * Builds the demo's network in the namespace that this process is in, sweeps it twice (for the eye, and for a
 * report to explain), and removes it. Resolves to the exit code: that of a sweep that did not run cleanly, or 0.
 */
export async function runDemoHere(signal: AbortSignal): Promise<number> {
  const lab = await createLab();
  try {
    const link = await buildDemoNetwork(lab);
    process.stdout.write(
      `${MACHINE_COUNT} machines on a switch, each a network namespace of this kernel. No real network is touched.\n\n`,
    );
    const steps = [
      // In a pipe the program would choose `plain`.
      ['-I', link.name, ...(process.stdout.isTTY ? [] : ['-f', 'table'])],
      ['-I', link.name, '-f', 'json', '-o', REPORT_FILE],
    ];
    for (const args of steps) {
      signal.throwIfAborted();
      const status = await arpsweep(args, signal);
      if (status !== 0) return status;
      process.stdout.write('\n');
    }
    const report = JSON.parse(readFileSync(REPORT_FILE, 'utf8')) as Report;
    const columns = Math.min(process.stdout.columns || WIDEST, WIDEST);
    process.stdout.write(`What this report says:\n${explain(report, columns)}`);
    return 0;
  } finally {
    await lab.remove();
  }
}
