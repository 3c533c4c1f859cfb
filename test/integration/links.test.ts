/** Several links, and several sweeps at once: none takes another's answers for its own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';

/** An address on both links, on another machine each. */
const SHARED = '10.0.0.5';
const OCTETS = [20, 21, 22, 23, 24, 25];

let lab: Lab;
/** Who answers on each link. */
let expected: { eth0: Record<string, string[]>; eth1: Record<string, string[]> };

beforeAll(async () => {
  lab = await createLab();
  const [lan0, lan1] = await Promise.all([lab.switch('sw0'), lab.switch('sw1')]);
  const [here, there, ...many] = await Promise.all([
    lab.host('here', { on: lan0, addresses: [`${SHARED}/24`, '10.0.0.6/24'] }),
    lab.host('there', { on: lan1, addresses: [`${SHARED}/24`, '10.0.0.7/24'] }),
    ...OCTETS.map((octet) => lab.host(`h${octet}`, { on: lan0, addresses: [`10.0.0.${octet}/24`] })),
    lab.link('eth0', { on: lan0, address: '10.0.0.2/24' }),
    lab.link('eth1', { on: lan1, address: '10.0.0.3/24' }),
  ]);
  expected = {
    eth0: {
      [SHARED]: [here.mac],
      '10.0.0.6': [here.mac],
      ...Object.fromEntries(OCTETS.map((octet, i) => [`10.0.0.${octet}`, [many[i]?.mac ?? '']])),
    },
    eth1: { [SHARED]: [there.mac], '10.0.0.7': [there.mac] },
  };
});
afterAll(() => lab.remove());

/** The part of a report that is about one of its links. */
function onLink(report: Report, link: number): Report {
  return { ...report, hosts: report.hosts.filter((host) => host.link === link) };
}

describe('two links in one sweep', () => {
  test('keep their answers apart, also for an address that is on both', async () => {
    const report = await sweep('10.0.0.0/24', { links: ['eth0', 'eth1'] }).report();

    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(report.links.map((link) => link.interface)).toEqual(['eth0', 'eth1']);
    expect(report.links.map(({ ip }) => ip)).toEqual(['10.0.0.2', '10.0.0.3']);
    expect(respondersByIp(onLink(report, 0))).toEqual(expected.eth0);
    expect(respondersByIp(onLink(report, 1))).toEqual(expected.eth1);
    expect(report.counts).toMatchObject({ targets: 512, answered: OCTETS.length + 4, self: 2, untested: 0 });
    expect(report.findings).toEqual([]);
  });

  test('are told apart while they are heard', async () => {
    const heard: Record<string, string[]> = { eth0: [], eth1: [] };
    for await (const { ip, interface: name, link } of sweep('10.0.0.0/24', { links: ['eth1', 'eth0'] })) {
      heard[name]?.push(ip);
      expect(link).toBe(name === 'eth1' ? 0 : 1);
    }
    for (const name of ['eth0', 'eth1'] as const) {
      expect(heard[name]?.sort()).toEqual(Object.keys(expected[name]).sort());
    }
  });
});

// On a busy machine one in some dozen runs ends inconclusive; why is not known yet.
describe('several sweeps of overlapping targets on one link at once', { retry: 2 }, () => {
  function expectUndisturbed(report: Report, ips: readonly string[]) {
    expectSound(report);
    expect(report.outcome).toBe('complete');
    const there = Object.entries(expected.eth0).filter(([ip]) => ips.includes(ip));
    expect(respondersByIp(report)).toEqual(Object.fromEntries(there));
    expect(report.findings).toEqual([]);
    const { queued, transmitted, received } = report.statistics;
    expect(transmitted).toBe(queued);
    // Answers of our own: each question has one at the most.
    const replies = report.hosts.flatMap((host) => host.responders.map((responder) => responder.replies));
    expect(replies.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(transmitted);
    expect(received).toBeGreaterThanOrEqual(there.length);
    for (const { self, asked } of report.hosts) {
      // By request, by probe, by unicast until confirmed, and now and then to see what the wire loses.
      if (!self) expect(asked).toBeLessThanOrEqual(40);
    }
  }

  test.each([1, 2, 3])('in one process do not count each other (round %i)', async () => {
    const all = Object.keys(expected.eth0);
    const reports = await Promise.all([
      sweep('10.0.0.0/24', { links: ['eth0'] }).report(),
      sweep('10.0.0.0/27', { links: ['eth0'], rate: 500 }).report(),
      sweep('10.0.0.20-25', { links: ['eth0'], sourceIp: '0.0.0.0' }).report(),
    ]);
    expectUndisturbed(reports[0], all);
    expectUndisturbed(reports[1], all);
    expectUndisturbed(reports[2], all.slice(2));
  });

  test('in worker threads and in the main one are each right', async () => {
    const inWorker = async (targets: string): Promise<Report> => {
      const worker = new Worker(new URL('../support/sweep-worker.mjs', import.meta.url), {
        workerData: { targets, options: { links: ['eth0'] } },
      });
      const exited = once(worker, 'exit');
      const [report] = await once(worker, 'message');
      expect(await exited).toEqual([0]);
      return report;
    };
    const all = Object.keys(expected.eth0);
    const reports = await Promise.all([
      inWorker('10.0.0.0/24'),
      inWorker('10.0.0.0/25'),
      sweep('10.0.0.0/24', { links: ['eth0'] }).report(),
    ]);
    for (const report of reports) expectUndisturbed(report, all);
  });
});
