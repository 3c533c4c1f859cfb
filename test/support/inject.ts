import { fileURLToPath } from 'node:url';
import { mustRun } from '../../src/lab/command.js';
import { inNamespace } from '../../src/lab/host.js';
import type { Host } from '../../src/lab/lab.js';

const SCRIPT = fileURLToPath(new URL('./inject.mjs', import.meta.url));

/** The argv that runs a program on a host, or here where `where` is null. */
export function argvOn(where: Pick<Host, 'namespace'> | null, argv: readonly string[]): string[] {
  return where === null ? [...argv] : inNamespace(where.namespace, argv);
}

/** Sends frames as they are from an interface of a host, or of this namespace where `where` is null. */
export async function inject(
  where: Pick<Host, 'namespace'> | null,
  iface: string,
  frames: readonly Buffer[],
): Promise<void> {
  const lines = frames.map((frame) => `${frame.toString('hex')}\n`).join('');
  await mustRun(argvOn(where, [process.execPath, SCRIPT, iface]), lines);
}
