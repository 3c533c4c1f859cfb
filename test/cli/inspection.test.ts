/** The commands that look and send nothing: `interfaces`, `doctor` and `explain`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Interface, Machine } from '../../src/generated/report-types.js';
import { runCommand } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { ARPSWEEP, sweepCli } from '../support/sweep-cli.js';
import { onTerminal, shown } from '../support/terminal.js';

const WITHOUT_NET_RAW = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];

let lab: Lab;
let link: Link;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('look0', { address: '10.76.0.1/24' }, 'other', {
    addresses: ['10.76.0.2/24'],
  }));
});
afterAll(() => lab.remove());

describe('arpsweep interfaces', () => {
  test('lists every interface with what decides whether it can be swept', async () => {
    const { status, stdout, stderr } = await sweepCli(['interfaces']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['NAME', 'STATE', 'MAC', 'ADDRESSES', 'KIND', 'PARENT', 'MASTER', 'VLAN', 'FLAGS'],
      ['lo', 'up', '00:00:00:00:00:00', '127.0.0.1/8', 'loopback', '-', '-', '-', 'LOOPBACK'],
      ['look0', 'up', link.mac, '10.76.0.1/24', 'veth', '-', '-', '-', '-'],
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('tells a cable that is pulled from an interface that is down', async () => {
    const state = async () =>
      /^look0 +(\S+(?: \S+)?) {2}/m.exec((await sweepCli(['interfaces'])).stdout)?.[1];
    await link.setCarrier(false);
    expect(await state()).toBe('no carrier');
    await link.setCarrier(true);
    await link.setUp(false);
    expect(await state()).toBe('down');
    await link.setUp(true);
    expect(await state()).toBe('up');
  });

  test('gives as JSON what a report has of its machine', async () => {
    const machine = JSON.parse((await sweepCli(['interfaces', '-f', 'json'])).stdout) as Machine;
    expect(machine.name).toBe((await runCommand(['hostname'])).stdout.trim());
    expect(machine.interfaces.map(({ name }) => name)).toEqual(['lo', 'look0']);
    expect(machine.interfaces[1]).toMatchObject<Partial<Interface>>({
      mac: link.mac,
      type: 'ethernet',
      kind: 'veth',
      carrier: true,
      addresses: [{ ip: '10.76.0.1', prefixLength: 24, secondary: false, scope: 'global' }],
    });
    const swept = await sweepCli(['-I', 'look0', '10.76.0.2', '--passes', '1', '-f', 'json']);
    expect((JSON.parse(swept.stdout) as { machine: Machine }).machine).toEqual(machine);
  });

  test('needs no privilege', async () => {
    const { status, stdout } = await sweepCli(['interfaces'], { through: WITHOUT_NET_RAW });
    expect(stdout).toContain('look0');
    expect(status).toBe(0);
  });

  test('fits a terminal, and marks its heading there', async () => {
    const { output } = await onTerminal([process.execPath, ARPSWEEP, 'interfaces'], {
      columns: 40,
      env: { NO_COLOR: undefined },
    }).result;
    const [heading = '', ...lines] = shown(output).trimEnd().split('\n');
    expect(heading).toContain('\x1b[1mNAME');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });
});

describe('arpsweep doctor', () => {
  test('finds nothing missing where a sweep is possible', async () => {
    const { status, stdout, stderr } = await sweepCli(['doctor']);
    expect(stdout).toMatch(/^ok +CAP_NET_RAW is there/m);
    expect(stdout).toMatch(/^ok +look0 can be swept: 10\.76\.0\.1\/24\.$/m);
    expect(stdout).toMatch(/\narpsweep can sweep here\.\n$/);
    expect(stdout).not.toMatch(/^problem/m);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('names the missing capability and what gives it, and ends with 3', async () => {
    const { status, stdout } = await sweepCli(['doctor'], { through: WITHOUT_NET_RAW });
    expect(stdout).toMatch(/^problem +CAP_NET_RAW is missing.*\n +.*--cap-add NET_RAW/m);
    expect(stdout).toMatch(/\narpsweep cannot sweep here yet\.\n$/);
    expect(status).toBe(3);
  });

  test('is right: what it promises and what it denies, a sweep does', async () => {
    const sweep = ['-I', 'look0', '10.76.0.2', '--passes', '1'];
    expect((await sweepCli(sweep)).status).toBe(0);
    expect((await sweepCli(sweep, { through: WITHOUT_NET_RAW })).status).toBe(3);
  });

  test('mentions each link that is not ready, with its remedy, and misses one that is', async () => {
    await link.setCarrier(false);
    const { status, stdout } = await sweepCli(['doctor']);
    await link.setCarrier(true);
    expect(stdout).toMatch(/^note +look0 has no carrier\.\n +Check the cable/m);
    expect(stdout).toMatch(/^problem +No interface here can be swept/m);
    expect(status).toBe(3);
  });

  test('says the same as JSON, for a program', async () => {
    const well = await sweepCli(['doctor', '-f', 'json']);
    expect(JSON.parse(well.stdout)).toMatchObject({ canSweep: true });
    const { status, stdout } = await sweepCli(['doctor', '-f', 'json'], { through: WITHOUT_NET_RAW });
    const { canSweep, checks } = JSON.parse(stdout) as { canSweep: boolean; checks: { result: string }[] };
    expect(canSweep).toBe(false);
    expect(checks.filter(({ result }) => result === 'problem')).toEqual([
      {
        name: 'capability',
        result: 'problem',
        message: expect.stringContaining('CAP_NET_RAW'),
        remedy: expect.stringContaining('--cap-add NET_RAW'),
      },
    ]);
    expect(status).toBe(3);
  });

  test('on another machine judges that machine', async () => {
    const { stdout } = await sweepCli(['doctor'], { host });
    expect(stdout).toMatch(/^ok +eth0 can be swept: 10\.76\.0\.2\/24\.$/m);
    expect(stdout).not.toContain('look0');
  });
});

describe('arpsweep explain', () => {
  test('says of a finding what to do about it, with commands to copy', async () => {
    const { status, stdout, stderr } = await sweepCli(['explain', 'arp-flux']);
    expect(stdout).toMatch(/^arp-flux \(warning\)\n\n/);
    expect(stdout).toMatch(/^ {4}sudo sysctl -w net\.ipv4\.conf\.all\.arp_ignore=1 /m);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('without a kind has a sentence for each', async () => {
    const { status, stdout } = await sweepCli(['explain']);
    expect(stdout).toMatch(/^duplicate-address +Several machines answer/);
    expect(stdout).toMatch(/^loss +The network loses/m);
    expect(status).toBe(0);
  });

  test('of what there is not names what there is', async () => {
    const { status, stdout, stderr } = await sweepCli(['explain', 'duplicates']);
    expect(stderr).toMatch(/^arpsweep: There is no kind of finding "duplicates"\.\n.*duplicate-address/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
