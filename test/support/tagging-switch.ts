import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun, toolEnvironment } from '../../src/lab/command.js';
import type { Host } from '../../src/lab/lab.js';
import { argvOn } from './inject.js';

/** An access port and a trunk, and the tags in hexadecimal that frames have towards the port, and from it. */
export interface TaggingRule {
  readonly access: string;
  readonly trunk: string;
  readonly out: string;
  /** Default: the same. */
  readonly in?: string;
}

/** A tag on the wire: TPID and TCI, in hexadecimal. */
export const tagBytes = (vid: number, tpid = 0x8100): string =>
  `${tpid.toString(16)}${vid.toString(16).padStart(4, '0')}`;

/** Starts a switch that puts tags on and takes them off between interfaces of a namespace. */
export async function startTaggingSwitch(
  where: Pick<Host, 'namespace'>,
  rules: readonly TaggingRule[],
): Promise<ChildProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'tagging-switch-'));
  const built = join(folder, 'switch');
  await mustRun(['cc', '-O1', '-o', built, fileURLToPath(new URL('./tagging_switch.c', import.meta.url))]);
  const words = rules.flatMap((rule) => [rule.access, rule.trunk, rule.out, rule.in ?? rule.out]);
  const [program = '', ...args] = argvOn(where, [built, ...words]);
  const child = spawn(program, args, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  rmSync(folder, { recursive: true });
  return child;
}
