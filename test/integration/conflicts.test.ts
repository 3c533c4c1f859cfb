/** Several machines for one address: each is found, and a finding says so exactly where it is true. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Report, type SweepOptions, sweep } from '../../src/index.js';
import { createLab, type Lab, type Switch } from '../../src/lab/lab.js';
import { questionsOf, REPLY, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';

const OUR_IP = '10.0.0.2';
const OUR_MAC = '02:00:00:00:00:99';
const HEALTHY = '10.0.0.200';

let lab: Lab;
let lan: Switch;
beforeEach(async () => {
  lab = await createLab();
  lan = await lab.switch('sw0');
  await Promise.all([
    lab.link('eth0', { on: lan, mac: OUR_MAC, address: `${OUR_IP}/24` }),
    lab.host('healthy', { on: lan, addresses: [`${HEALTHY}/24`] }),
  ]);
});
afterEach(() => lab.remove());

/** Machines that each hold all of the addresses. */
function machines(macs: readonly string[], ips: readonly string[]) {
  return Promise.all(
    macs.map((mac, i) => lab.host(`m${i}`, { on: lan, mac, addresses: ips.map((ip) => `${ip}/24`) })),
  );
}

async function sweepLan(options: SweepOptions = {}): Promise<Report> {
  const report = await sweep('10.0.0.0/24', { links: ['eth0'], ...options }).report();
  expectSound(report);
  expect(report.outcome).toBe('complete');
  return report;
}

describe('ten addresses that five machines each answer for', () => {
  const macs = [1, 2, 3, 4, 5].map((i) => `02:00:00:00:05:0${i}`);
  const ips = Array.from({ length: 10 }, (_, i) => `10.0.0.${30 + i}`);
  beforeEach(async () => {
    await machines(macs, ips);
  });

  test('have five responders each, and one finding names them all', async () => {
    const report = await sweepLan();

    const conflicting = report.hosts.filter(({ ip }) => ips.includes(ip));
    expect(conflicting.map(({ ip }) => ip)).toEqual(ips);
    for (const { responders } of conflicting) {
      expect(responders.map(({ mac }) => mac).sort()).toEqual(macs);
      for (const { rttMs, confirmed, replies } of responders) {
        expect(rttMs).toBeGreaterThan(0);
        expect(rttMs).toBeLessThan(1000);
        expect(confirmed).toBe(true);
        expect(replies).toBeGreaterThan(1);
      }
      const firsts = responders.map(({ firstAt }) => firstAt);
      expect(firsts).toEqual(firsts.toSorted());
    }
    expect(report.findings).toMatchObject([
      { kind: 'duplicate-address', severity: 'error', link: 0, ips, macs },
    ]);
    const [finding] = report.findings;
    expect(finding?.message).toContain('10 addresses');
    for (const mac of macs) expect(finding?.message).toContain(mac);
  });

  test('are found in a single pass as well: one question, five answers', async () => {
    const report = await sweepLan({ passes: 1 });
    for (const ip of ips) expect(respondersByIp(report)[ip]).toEqual(macs);
    expect(report.findings).toMatchObject([{ kind: 'duplicate-address', ips, macs }]);
  });

  test('are yielded as they are heard, fifty responders beside the healthy one', async () => {
    const heard: string[] = [];
    for await (const { ip, mac } of sweep('10.0.0.0/24', { links: ['eth0'] })) heard.push(`${ip} ${mac}`);
    expect(new Set(heard).size).toBe(heard.length);
    expect(heard.filter((line) => !line.startsWith(`${HEALTHY} `)).sort()).toEqual(
      ips.flatMap((ip) => macs.map((mac) => `${ip} ${mac}`)).sort(),
    );
  });
});

test('one machine with many addresses on a healthy network is no finding', async () => {
  await lab.host('many', { on: lan, addresses: Array.from({ length: 50 }, (_, i) => `10.0.0.${50 + i}/24`) });
  const report = await sweepLan();
  expect(report.counts).toMatchObject({ answered: 51, self: 1 });
  expect(report.findings).toEqual([]);
});

test('round trips are those by the witness: from the request to each of its replies', async () => {
  await machines(['02:00:00:00:05:01', '02:00:00:00:05:02'], ['10.0.0.30']);
  const witness = await capture(null, 'eth0');
  const report = await sweep('10.0.0.30', { links: ['eth0'], passes: 1 }).report();
  const frames = await witness.stop();

  const asked = questionsOf(frames, OUR_MAC).find(({ tpa }) => tpa === '10.0.0.30')?.timeMs ?? Number.NaN;
  const replies = frames.map(readArp).filter(({ operation }) => operation === REPLY);
  expect(replies).toHaveLength(2);
  const responders = report.hosts.find(({ ip }) => ip === '10.0.0.30')?.responders ?? [];
  expect(responders.map(({ mac }) => mac)).toEqual(replies.map(({ sha }) => sha));
  for (const [i, { rttMs }] of responders.entries()) {
    // Both read the kernel's stamps of the same frames; 50 µs are for the witness's rounding and for its own tap.
    const witnessed = (replies[i]?.timeMs ?? Number.NaN) - asked;
    expect(Math.abs((rttMs ?? Number.NaN) - witnessed)).toBeLessThan(0.05);
  }
});

test('a virtual MAC beside the real one is a router group and no finding', async () => {
  const macs = ['00:00:5e:00:01:07', '02:00:00:00:05:01'];
  await machines(macs, ['10.0.0.30']);
  const report = await sweepLan();
  expect(respondersByIp(report)['10.0.0.30']).toEqual(macs);
  expect(report.findings).toEqual([]);
});

test('another machine that holds our address is found by the probe for it', async () => {
  const [other] = await machines(['02:00:00:00:05:01'], [OUR_IP]);
  const report = await sweepLan();

  expect(report.hosts.find(({ self }) => self)).toMatchObject({
    ip: OUR_IP,
    responders: [{ mac: other?.mac }],
  });
  expect(report.findings).toMatchObject([
    { kind: 'claims-our-address', severity: 'error', link: 0, ips: [OUR_IP], macs: [other?.mac] },
  ]);
  expect(respondersByIp(report)[HEALTHY]).toHaveLength(1);
});

test('an address that moves from one machine to another in mid-sweep is told, and is no duplicate', async () => {
  const moving = '10.0.0.30';
  // Routers that share a virtual MAC hand their address over as well, and nothing of it is to be seen.
  const virtual = { on: lan, mac: '00:00:5e:00:01:07' };
  const [from, to, master, backup] = await Promise.all([
    lab.host('from', { on: lan, addresses: [`${moving}/24`] }),
    lab.host('to', { on: lan, addresses: ['10.0.0.31/24'] }),
    lab.host('master', { ...virtual, addresses: ['10.0.0.32/24'] }),
    lab.host('backup', virtual),
  ]);
  const witness = await capture(null, 'eth0');
  // It is the first to be asked, and long before it is asked again it has moved.
  const run = sweep('10.0.0.30-69', { links: ['eth0'], order: 'sequential', rate: 40, passes: 3 });
  for await (const { ip, mac } of run) {
    if (ip !== moving || mac !== from.mac) continue;
    await from.run(['ip', 'address', 'delete', `${moving}/24`, 'dev', 'eth0']);
    await to.run(['ip', 'address', 'add', `${moving}/24`, 'dev', 'eth0']);
    await master.run(['ip', 'address', 'delete', '10.0.0.32/24', 'dev', 'eth0']);
    await backup.run(['ip', 'address', 'add', '10.0.0.32/24', 'dev', 'eth0']);
    expect(run.progress().pass).toBe(1);
  }
  const report = await run.report();

  expect(report.hosts.find(({ ip }) => ip === moving)?.responders).toMatchObject([
    { mac: from.mac, confirmed: false },
    { mac: to.mac, confirmed: true },
  ]);
  expect(report.hosts.find(({ ip }) => ip === '10.0.0.32')?.responders).toMatchObject([
    { mac: virtual.mac, confirmed: true },
  ]);
  const [move] = report.findings;
  expect(report.findings).toMatchObject([
    { kind: 'address-moved', severity: 'info', link: 0, ips: [moving], macs: [from.mac, to.mac].sort() },
  ]);

  const frames = (await witness.stop()).map(readArp);
  const answersOf = (mac: string) =>
    frames.filter(({ operation, sha }) => operation === REPLY && sha === mac);
  const lastMs = answersOf(from.mac).at(-1)?.timeMs ?? Number.NaN;
  const firstMs = answersOf(to.mac).find(({ spa }) => spa === moving)?.timeMs ?? Number.NaN;
  const iso = (ms: number) => new Date(ms).toISOString();
  expect(move?.evidence).toEqual({
    addresses: [
      {
        ip: moving,
        moves: [
          {
            from: from.mac,
            lastAt: iso(lastMs),
            to: to.mac,
            firstAt: iso(firstMs),
            gapMs: Math.floor(firstMs) - Math.floor(lastMs),
          },
        ],
      },
    ],
  });
});
