import { readFileSync } from 'node:fs';

/**
 * Whether this process runs on glibc: it has mapped libc.so.6, or libc-2.NN.so as the file was called before glibc 2.34.
 * What lies on the disk or in the environment does not tell on what Node runs.
 * @param maps as /proc/self/maps (proc(5)); where that cannot be read, glibc is taken for granted.
 */
export function runsOnGlibc(maps = '/proc/self/maps'): boolean {
  try {
    return /\/libc(\.so\.6|-2\.\d+\.so)$/m.test(readFileSync(maps, 'latin1'));
  } catch {
    return true;
  }
}
