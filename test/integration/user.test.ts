/** What an ordinary user can do, and what whoever lacks the capability is told. */
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { ARPSWEEP, sweepCli } from '../support/sweep-cli.js';

const isRealRoot = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));

// Where the tests are an ordinary user's themselves, every one of them shows this.
describe.runIf(isRealRoot)('an ordinary user in a user namespace', () => {
  let tree: string;

  // Another path to the same tree: a checkout in root's home is closed to others. The mount is the lab's own.
  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'arpsweep-tree-'));
    await mustRun(['mount', '--bind', fileURLToPath(new URL('../..', import.meta.url)), tree]);
  });
  afterAll(async () => {
    await mustRun(['umount', tree]);
    rmdirSync(tree);
  });

  test('sweeps a lab of their own', async () => {
    const asUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];
    const inNamespaces = ['env', '--chdir', tree, 'sh', 'scripts/in-lab.sh'];
    const script = [process.execPath, join(tree, 'test/support/ordinary-user.mjs')];
    const printed = await mustRun([...asUser, ...inNamespaces, ...script]);

    const { uidMap, report } = JSON.parse(printed) as { uidMap: string; report: Report };
    expect(uidMap).toMatch(/^\s*0\s+1000\s+1\s*$/);
    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(respondersByIp(report)).toEqual({
      '10.0.0.5': ['02:00:00:00:00:01', '02:00:00:00:00:02'],
      '10.0.0.9': ['02:00:00:00:00:01'],
    });
    expect(report.findings).toMatchObject([{ kind: 'duplicate-address', ips: ['10.0.0.5'] }]);
  });
});

describe('without CAP_NET_RAW', () => {
  const without = ['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw'];
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab();
    await lab.pair('eth0', { address: '10.0.0.2/24' }, 'h1', { addresses: ['10.0.0.5/24'] });
  });
  afterAll(() => lab.remove());

  test('a program gets ERR_PERMISSION with the remedy, and no report', async () => {
    const index = new URL('../../dist/index.js', import.meta.url);
    const program = `
      import { PermissionError, sweep } from ${JSON.stringify(index.href)};
      sweep('10.0.0.5', { links: ['eth0'] }).report().then(
        () => console.log('{}'),
        (error) => console.log(JSON.stringify({
          code: error.code, remedy: error.remedy, typed: error instanceof PermissionError,
        })),
      );`;
    const printed = await mustRun([...without, process.execPath, '--input-type=module', '--eval', program]);
    expect(JSON.parse(printed)).toEqual({
      code: 'ERR_PERMISSION',
      typed: true,
      remedy: expect.stringContaining(process.execPath),
    });
  });

  test('the command line ends with 3, one sentence and the command that would do', async () => {
    const { status, stdout, stderr } = await sweepCli(['-I', 'eth0', '10.0.0.5'], { through: without });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('CAP_NET_RAW');
    expect(stderr).toContain(`sudo ${process.execPath} ${ARPSWEEP}`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
