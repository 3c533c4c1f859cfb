/**
 * Findings that need a look beside the answers: a bridge that has a guest on the wrong port, and a VLAN link on the
 * wrong device. Each has its healthy twin.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { inNamespace } from '../../src/lab/host.js';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { type NativeAddon, native } from '../../src/native.js';
import { runSweep } from '../../src/sweep/run-sweep.js';
import { arpFrame, REQUEST } from '../support/arp-frames.js';
import { inject } from '../support/inject.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { waitFor } from '../support/wait-for.js';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.remove());

const ip = (...args: string[]) => mustRun(['ip', ...args]);

describe('a bridge of this machine', () => {
  const GUEST_IP = '10.88.0.9';
  const OUTSIDE_IP = '10.88.0.20';
  let upstream: Switch;
  let guest: Host;
  let outside: Host;

  beforeAll(async () => {
    upstream = await lab.switch('upstream');
    await lab.link('up0', { on: upstream });
    ({ host: guest } = await lab.pair('tap0', {}, 'guest', { addresses: [`${GUEST_IP}/24`] }));
    outside = await lab.host('outside', { on: upstream, addresses: [`${OUTSIDE_IP}/24`] });
    await ip('link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
    await ip('link', 'set', 'dev', 'br0', 'addrgenmode', 'none');
    for (const port of ['up0', 'tap0']) await ip('link', 'set', 'dev', port, 'master', 'br0');
    await ip('address', 'add', '10.88.0.1/24', 'dev', 'br0');
    await ip('link', 'set', 'dev', 'br0', 'up');
  });
  afterAll(() => ip('link', 'delete', 'dev', 'br0'));

  /** The port on which bridge(8) shows the guest. */
  async function guestIsOn(): Promise<string | undefined> {
    const entries = JSON.parse(await mustRun(['bridge', '-j', 'fdb', 'show', 'br', 'br0'])) as {
      mac: string;
      ifname: string;
    }[];
    return entries.find(({ mac }) => mac === guest.mac)?.ifname;
  }

  /** A broadcast of the guest's, while the upstream switch sends everything back that comes from us, or does not. */
  async function guestSpeaks({ comesBack }: { comesBack: boolean }): Promise<void> {
    const hairpin = (state: string) =>
      mustRun(inNamespace(upstream.namespace, ['bridge', 'link', 'set', 'dev', 'port1', 'hairpin', state]));
    if (comesBack) await hairpin('on');
    await inject(guest, 'eth0', [
      arpFrame({ operation: REQUEST, sha: guest.mac, spa: GUEST_IP, tpa: '10.88.0.77' }),
    ]);
    const expected = comesBack ? 'up0' : 'tap0';
    await waitFor(async () => (await guestIsOn()) === expected, { what: `the guest to be on ${expected}` });
    if (comesBack) await hairpin('off');
  }

  async function sweepBridge(link = 'br0'): Promise<Report> {
    const report = await sweep('10.88.0.0/27', { links: [link], offLink: true }).report();
    expectSound(report);
    expect(report.outcome).toBe('complete');
    return report;
  }

  test('that has a guest where it is, and others behind the uplink, is healthy', async () => {
    await guestSpeaks({ comesBack: false });
    const report = await sweepBridge();
    expect(respondersByIp(report)).toEqual({ [GUEST_IP]: [guest.mac], [OUTSIDE_IP]: [outside.mac] });
    expect(report.findings).toEqual([]);
  });

  test('that learnt a guest on its uplink is found by the answer that comes from elsewhere', async () => {
    await guestSpeaks({ comesBack: true });
    const report = await sweepBridge();
    expect(report.findings).toMatchObject([
      {
        kind: 'mac-on-wrong-port',
        severity: 'error',
        link: 0,
        ips: [GUEST_IP],
        macs: [guest.mac],
        evidence: { bridge: 'br0', entries: [{ mac: guest.mac, heldOn: 'up0', heardOn: 'tap0' }] },
      },
    ]);
    expect(report.findings).toHaveLength(1);
    expect(await guestIsOn()).toBe('tap0');
  });

  test('that does not learn where the guest is, is found on the port itself', async () => {
    await guestSpeaks({ comesBack: true });
    await mustRun(['bridge', 'link', 'set', 'dev', 'tap0', 'learning', 'off']);
    const report = await sweepBridge('tap0');
    await mustRun(['bridge', 'link', 'set', 'dev', 'tap0', 'learning', 'on']);
    expect(await guestIsOn()).toBe('up0');
    expect(report.findings).toMatchObject([
      { kind: 'mac-on-wrong-port', ips: [GUEST_IP], macs: [guest.mac], evidence: { bridge: 'br0' } },
    ]);
    expect(report.findings).toHaveLength(1);
  });
});

/**
 * Not every kernel of a test machine can make VLAN links. A macvlan on one of two devices stands in for one: it is as
 * silent as a VLAN link on the wrong device, and only what the addon says of it is made up. The tagged frames are real.
 */
describe('a silent VLAN link', () => {
  const VLAN = 100;
  let right: Host;
  let wrong: Host;
  beforeAll(async () => {
    [{ host: wrong }, { host: right }] = await Promise.all([
      lab.pair('low0', {}, 'wrong', {}),
      lab.pair('low1', {}, 'right', {}),
    ]);
    await ip('link', 'add', 'link', 'low0', 'name', 'vl0', 'type', 'macvlan');
    await ip('link', 'set', 'dev', 'vl0', 'addrgenmode', 'none');
    await ip('address', 'add', '10.89.0.1/24', 'dev', 'vl0');
    await ip('link', 'set', 'dev', 'vl0', 'up');
  });
  afterAll(() => ip('link', 'delete', 'dev', 'vl0'));

  function addonWithVlan(): NativeAddon {
    const addon = native();
    const listLinks: NativeAddon['listLinks'] = (path) =>
      addon
        .listLinks(path)
        .map((link) =>
          link.name === 'vl0' ? { ...link, kind: 'vlan', vlan: { id: VLAN, protocol: '802.1Q' } } : link,
        );
    return { ...addon, listLinks };
  }

  /** A machine's question for another, as it is broadcast in a VLAN. */
  function speak(on: Host, spa: string, vlan = VLAN) {
    const frame = arpFrame({ operation: REQUEST, sha: on.mac, spa, tpa: '10.89.0.5' });
    const tag = Buffer.from([0x81, 0x00, vlan >> 8, vlan & 255]);
    return inject(on, 'eth0', [Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)])]);
  }

  /** Sweeps, and has machines speak when all has been asked. */
  async function sweepWhile(...speaking: (() => Promise<void>)[]): Promise<Report> {
    const stop = new AbortController();
    const run = runSweep(addonWithVlan, '10.89.0.0/28', {
      links: ['vl0'],
      passes: 1,
      cooldownMs: 60_000,
      signal: stop.signal,
    });
    await waitFor(() => run.progress().phase === 'cooldown', { what: 'the questions to be asked' });
    await Promise.all(speaking.map((speaks) => speaks()));
    stop.abort();
    const report = await run.report();
    expect(report.counts.answered).toBe(0);
    return report;
  }

  test('whose tag is heard on another device is on the wrong one', async () => {
    const report = await sweepWhile(() => speak(right, '10.89.0.7'));
    expect(report.findings).toMatchObject([
      {
        kind: 'vlan-wrong-parent',
        severity: 'error',
        link: 0,
        ips: ['10.89.0.7'],
        macs: [right.mac],
        evidence: { vlan: VLAN, parent: 'low0', homes: [{ device: 'low1', how: 'heard' }] },
      },
    ]);
    expect(report.findings).toHaveLength(1);
  });

  test('is in its place where its own device hears the tag too, and where the other carries something else', async () => {
    const both = await sweepWhile(
      () => speak(right, '10.89.0.7'),
      () => speak(wrong, '10.89.0.8'),
    );
    expect(both.findings).toEqual([]);
    const another = await sweepWhile(
      () => speak(right, '10.89.0.7', 200),
      () => speak(right, '10.99.0.7'),
    );
    expect(another.findings).toEqual([]);
  });
});
