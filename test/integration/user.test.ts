/** What an ordinary user can do, and what whoever lacks the capability is told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { asOrdinaryUser, isRealRoot, useOpenTree } from '../support/real-root.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { ARPSWEEP, sweepCli } from '../support/sweep-cli.js';

// Where the tests are an ordinary user's themselves, every one of them shows this.
describe.runIf(isRealRoot)('an ordinary user in a user namespace', () => {
  const inTree = useOpenTree();

  test('sweeps a lab of their own', async () => {
    const inNamespaces = ['env', '--chdir', inTree('.'), 'sh', 'scripts/in-lab.sh'];
    const script = [process.execPath, inTree('test/support/ordinary-user.mjs')];
    const printed = await mustRun([...asOrdinaryUser, ...inNamespaces, ...script]);

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
