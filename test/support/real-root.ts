import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { mustRun } from '../../src/lab/command.js';

/** Whether we are root of the machine and not of a user namespace: only then can we become somebody else. */
export const isRealRoot = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));

/** Runs what follows as an ordinary user without any capability. */
export const asOrdinaryUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];

/**
 * Gives the tests of a `describe` another path to this checkout, because one in root's home is closed to others. The
 * mount is the lab's own.
 * @returns the path of a file of the checkout, once the tests run
 */
export function useOpenTree(): (file: string) => string {
  let tree = '';
  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'arpsweep-tree-'));
    await mustRun(['mount', '--bind', fileURLToPath(new URL('../..', import.meta.url)), tree]);
  });
  afterAll(async () => {
    await mustRun(['umount', tree]);
    rmdirSync(tree);
  });
  return (file) => join(tree, file);
}
