// Runs a program and tells what it cost: wall time, and peak memory by the kernel's own high-water mark.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** @returns {Promise<{ stdout: string, seconds: number, peakMiB: number }>} */
export async function measure(argv) {
  const started = performance.now();
  const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let peakKiB = 0;
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
  });
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended between two looks.
    }
  }, 5);
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return { stdout, seconds, peakMiB: peakKiB / 1024 };
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each contestant in turn, several rounds, so that a change in the machine's speed meets all of them.
 * @returns the median of each figure, by contestant
 */
export async function inTurns(rounds, contestants) {
  const figures = new Map(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) figures.get(name).push(await run());
  }
  return Object.fromEntries(
    [...figures].map(([name, runs]) => [
      name,
      Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))])),
    ]),
  );
}
