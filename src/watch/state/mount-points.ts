/** What is mounted where, in this mount namespace. */

import { readFile } from 'node:fs/promises';

/**
 * Whether something is mounted on a path, as a container's file may be: then nothing can be renamed over it (EBUSY).
 * @param path absolute, without symbolic links
 */
export async function isMountPoint(path: string): Promise<boolean> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  // proc_pid_mountinfo(5): the fifth field, in which blanks and backslashes are octal.
  return table.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === path);
}

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}
