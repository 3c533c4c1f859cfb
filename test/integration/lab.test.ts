import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/lab/command.js';
import { interfaceNames, namespaceNames } from '../../src/lab/iproute.js';
import { OUTSIDE_VARIABLE } from '../../src/lab/isolation-guard.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { arpFrame, REPLY, REQUEST, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { inject } from '../support/inject.js';
import { waitFor } from '../support/wait-for.js';

const VMWARE_MAC = '00:50:56:ab:47:53';

let lab: Lab;
let namesBefore: { links: string[]; namespaces: string[] };

beforeEach(async () => {
  namesBefore = { links: await interfaceNames(), namespaces: await namespaceNames() };
  lab = await createLab();
});

afterEach(() => lab.remove());

/** MACs that answer ARP requests for the addresses on an interface of this namespace, by arp-scan(1). */
async function answers(iface: string, ...targets: string[]): Promise<Record<string, string[]>> {
  const { stdout } = await runCommand([
    'arp-scan',
    '-I',
    iface,
    '--plain',
    '--retry=2',
    '--timeout=100',
    ...targets,
  ]);
  const macs: Record<string, Set<string>> = {};
  for (const [, ip = '', mac = ''] of stdout.matchAll(/^([\d.]+)\t([\da-f:]{17})/gm)) {
    macs[ip] = (macs[ip] ?? new Set()).add(mac);
  }
  return Object.fromEntries(Object.entries(macs).map(([ip, set]) => [ip, [...set].sort()]));
}

describe('a host on a switch', () => {
  it('answers with the MAC given, for its addresses and for those that it answers for', async () => {
    const lan = await lab.switch('sw0');
    const host = await lab.host('h1', {
      on: lan,
      mac: VMWARE_MAC,
      addresses: ['10.0.0.5/24', '10.0.0.6/24'],
      answersFor: ['10.0.0.128/26'],
    });
    await lab.link('eth0', { on: lan, address: '10.0.0.2/24' });

    expect(host.mac).toBe(VMWARE_MAC);
    expect(await answers('eth0', '10.0.0.5', '10.0.0.6', '10.0.0.7', '10.0.0.130', '10.0.0.200')).toEqual({
      '10.0.0.5': [VMWARE_MAC],
      '10.0.0.6': [VMWARE_MAC],
      '10.0.0.130': [VMWARE_MAC],
    });
  });

  it('answers beside another that holds the same address', async () => {
    const lan = await lab.switch('sw0');
    await Promise.all([
      lab.host('h1', { on: lan, mac: '02:00:00:00:00:01', addresses: ['10.0.0.5/24'] }),
      lab.host('h2', { on: lan, mac: '02:00:00:00:00:02', addresses: ['10.0.0.5/24'] }),
      lab.link('eth0', { on: lan, address: '10.0.0.2/24' }),
    ]);

    expect(await answers('eth0', '10.0.0.5')).toEqual({
      '10.0.0.5': ['02:00:00:00:00:01', '02:00:00:00:00:02'],
    });
  });

  it('runs programs in its own namespace', async () => {
    const lan = await lab.switch('sw0');
    const host = await lab.host('h1', { on: lan, addresses: ['10.0.0.5/24'] });

    const { status, stdout } = await host.run(['ip', '-brief', '-4', 'address', 'show', 'dev', 'eth0']);

    expect(status).toBe(0);
    expect(stdout).toContain('10.0.0.5/24');
    expect(await host.run(['cat'], 'input')).toMatchObject({ stdout: 'input' });
  });

  it('hears nothing while all is dropped, and answers again afterwards', async () => {
    const lan = await lab.switch('sw0');
    const host = await lab.host('h1', { on: lan, addresses: ['10.0.0.5/24'] });
    await lab.link('eth0', { on: lan, address: '10.0.0.2/24' });

    await host.dropShare(100);
    expect(await answers('eth0', '10.0.0.5')).toEqual({});
    await host.dropShare(0);
    expect(await answers('eth0', '10.0.0.5')).toEqual({ '10.0.0.5': [host.mac] });
  });
});

describe('a link', () => {
  it('carries ARP and nothing else, so that a witness sees what was sent', async () => {
    const lan = await lab.switch('sw0');
    const link = await lab.link('eth0', { on: lan, mac: '02:00:00:00:00:99', address: '10.0.0.2/24' });
    const host = await lab.host('h1', { on: lan, addresses: ['10.0.0.5/24'] });
    const witness = await capture(host, 'eth0', 'greater 0');

    const request = arpFrame({ operation: REQUEST, sha: link.mac, spa: '10.0.0.2', tpa: '10.0.0.5' });
    await inject(null, 'eth0', [request]);
    await waitFor(() => witness.frames().length >= 2, { what: 'a request and its reply' });

    const [asked, answered, ...others] = await witness.stop();
    expect(asked?.bytes).toEqual(request);
    expect(answered && readArp(answered)).toMatchObject({ etherType: 0x0806, operation: REPLY });
    expect(others).toEqual([]);
  });

  it('loses its carrier and gets it back', async () => {
    const lan = await lab.switch('sw0');
    const host = await lab.host('h1', { on: lan, addresses: ['10.0.0.5/24'] });
    const link = await lab.link('eth0', { on: lan, address: '10.0.0.2/24' });

    await link.setCarrier(false);
    expect((await runCommand(['ip', '-brief', 'link', 'show', 'dev', 'eth0'])).stdout).toContain(
      'NO-CARRIER',
    );
    await link.setCarrier(true);
    expect(await answers('eth0', '10.0.0.5')).toEqual({ '10.0.0.5': [host.mac] });
    await link.setUp(false);
    await link.setUp(true);
    expect(await answers('eth0', '10.0.0.5')).toEqual({ '10.0.0.5': [host.mac] });
    await link.delete();
    expect(await interfaceNames()).not.toContain('eth0');
  });

  it('joins a single host directly', async () => {
    const { link, host } = await lab.pair('fast0', { address: '10.0.0.2/24' }, 'h1', {
      mac: VMWARE_MAC,
      answersFor: ['10.99.0.0/16'],
    });

    expect(link.name).toBe('fast0');
    expect(host.mac).toBe(VMWARE_MAC);
    expect(await answers('fast0', '10.99.1.2', '10.99.255.255')).toEqual({
      '10.99.1.2': [VMWARE_MAC],
      '10.99.255.255': [VMWARE_MAC],
    });
  });
});

it('gives a machine 300 addresses or 300 routes in well under a second', async () => {
  const lan = await lab.switch('sw0');
  const hundreds = [1, 2, 3].flatMap((c) => Array.from({ length: 100 }, (_, d) => `10.1.${c}.${d}`));
  const startedAt = performance.now();
  await lab.host('addresses', { on: lan, addresses: hundreds.map((ip) => `${ip}/16`) });
  await lab.host('routes', { on: lan, answersFor: hundreds.map((ip) => `${ip}/32`) });
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

describe('removal', () => {
  async function expectNothingLeft() {
    expect(await interfaceNames()).toEqual(namesBefore.links);
    expect(await namespaceNames()).toEqual(namesBefore.namespaces);
  }

  it('leaves no link, no namespace and no process, and can be repeated', async () => {
    const lan = await lab.switch('sw0');
    const host = await lab.host('h1', { on: lan, addresses: ['10.0.0.5/24'] });
    await lab.link('eth0', { on: lan });
    await lab.pair('eth1', {}, 'h2', {});
    await Promise.all([host.lossBursts(100, 5), host.answerLate(['10.0.0.5'], 300)]);
    const child = host.spawn(['sleep', '1000'], { stdio: 'ignore' });

    await lab.remove();
    await expectNothingLeft();
    expect(child.signalCode).toBe('SIGKILL');
    await lab.remove();
    await expectNothingLeft();
  });

  it('cleans up after a build that failed, stragglers included', async () => {
    const lan = await lab.switch('sw0');
    const failing = Promise.all([
      lab.host('bad', { on: lan, addresses: ['no address'] }),
      lab.link('a-name-that-is-too-long', { on: lan }),
      lab.host('straggler', { on: lan, addresses: ['10.0.0.6/24'] }),
      lab.link('eth0', { on: lan }),
    ]);
    await expect(failing).rejects.toThrow();

    await lab.remove();
    await expectNothingLeft();
    await expect(lab.switch('late')).rejects.toThrow(/removed/);
  });

  it('does not mind what a test has deleted itself', async () => {
    const lan = await lab.switch('sw0');
    const link = await lab.link('eth0', { on: lan });
    await link.delete();
    await runCommand(['ip', 'netns', 'delete', lan.namespace]);

    await lab.remove();
    await expectNothingLeft();
  });
});

describe('where a real network may be reached', () => {
  const outside = process.env[OUTSIDE_VARIABLE];
  afterEach(() => {
    process.env[OUTSIDE_VARIABLE] = outside;
  });

  it('refuses to be built when nothing says what is outside', async () => {
    delete process.env[OUTSIDE_VARIABLE];
    await expect(createLab()).rejects.toMatchObject({ code: 'ERR_LAB_NOT_ISOLATED' });
  });

  it('refuses to be built when this is outside', async () => {
    // Read in another way than the lab does.
    const { stdout } = await runCommand(['stat', '--dereference', '--format', '%i', '/proc/self/ns/net']);
    process.env[OUTSIDE_VARIABLE] = `net:[${stdout.trim()}]`;
    await expect(createLab()).rejects.toMatchObject({ code: 'ERR_LAB_NOT_ISOLATED' });
  });
});
