// Runs a program and tells what it cost: wall time, processor time and peak memory, by the kernel's own accounts.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For what the bench compiles and what its witness writes; it goes with the process. */
export const scratch = mkdtempSync(join(tmpdir(), 'arpsweep-bench-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

/** Compiles one of our C programs. @returns {string} its path */
export function compiled(name) {
  const program = join(scratch, name);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  execFileSync('cc', ['-O2', '-o', program, source, '-lpthread']);
  return program;
}

const cost = compiled('cost');

/** A run that takes longer has failed; none should take half of it. */
const LIMIT_MS = 180_000;

/**
 * @param {string[]} argv
 * @param {{ onStart?: (pid: number) => void, accepted?: number[] }} [options] `onStart` is told the process id of the
 *   program; `accepted` are the exit codes that are no failure
 * @returns {Promise<{ stdout: string, status: number, seconds: number, cpuSeconds: number, peakMiB: number }>}
 * @throws where the program did not end in time with an accepted exit code
 */
export async function measure(argv, { onStart = () => {}, accepted = [0] } = {}) {
  const child = spawn(cost, argv, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const texts = child.stdio.slice(1).map((stream, i) => {
    const pieces = [];
    stream.setEncoding('utf8').on('data', (piece) => {
      if (i === 2 && pieces.length === 0) onStart(Number.parseInt(piece, 10));
      pieces.push(piece);
    });
    return () => pieces.join('');
  });
  const [stdout, stderr, account] = texts;
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  clearTimeout(timer);

  const [, line] = account().split('\n');
  const name = argv.join(' ');
  if (!line) throw new Error(`${name} did not end within ${LIMIT_MS / 1000} s`);
  const { status, signal, peakKiB, ...times } = JSON.parse(line);
  if (!accepted.includes(status)) {
    const said = stderr().trim().split('\n').at(-1);
    throw new Error(`${name} ended with ${signal > 0 ? `signal ${signal}` : `status ${status}`}: ${said}`);
  }
  return { stdout: stdout(), status, ...times, peakMiB: peakKiB / 1024 };
}

/** The middle one, or null where there is none. */
export function median(numbers) {
  return quantile(numbers, 0.5);
}

/** By linear interpolation between the two nearest, or null where there is none. */
export function quantile(numbers, share) {
  if (numbers.length === 0) return null;
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
