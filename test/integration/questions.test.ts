/** Which question goes to whom, and how often: the census rule, held against what reached the wire. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { countQuestions, inShort } from '../support/arp-frames.js';
import { type WitnessedSweep, witnessedSweep } from '../support/witnessed-sweep.js';

const OUR_IP = '10.0.0.2';
const LIVE = ['10.0.0.4', '10.0.0.9', '10.0.0.14'];
const TARGETS = '10.0.0.0/28';
const OTHERS = Array.from({ length: 16 }, (_, i) => `10.0.0.${i}`).filter((ip) => ip !== OUR_IP);
const SILENT = OTHERS.filter((ip) => !LIVE.includes(ip));

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ host } = await lab.pair('eth0', { address: `${OUR_IP}/24` }, 'neighbour', {
    addresses: LIVE.map((ip) => `${ip}/24`),
  }));
});
afterAll(() => lab.remove());

const times = (n: number, question: string, ips: readonly string[]) =>
  Object.fromEntries(ips.map((ip) => [`${question} ${ip}`, n]));

/** A report whose numbers are those of the wire. */
function expectAgreement({ report, questions }: WitnessedSweep) {
  const { queued, transmitted } = report.statistics;
  expect({ queued, transmitted }).toEqual({ queued: questions.length, transmitted: questions.length });
  for (const { ip, asked } of report.hosts) {
    expect({ ip, asked }).toEqual({ ip, asked: questions.filter(({ tpa }) => tpa === ip).length });
  }
}

describe('with one pass', () => {
  test('each address is asked once, after a probe for our own, and nothing follows', async () => {
    const swept = await witnessedSweep(host, TARGETS, { passes: 1 });
    expect(swept.questions[0] && inShort(swept.questions[0])).toBe(`probe ${OUR_IP}`);
    expect(countQuestions(swept.questions)).toEqual({
      ...times(1, 'probe', [OUR_IP]),
      ...times(1, 'request', OTHERS),
    });
    expectAgreement(swept);
    expect(swept.report.statistics.passes).toBe(1);
    for (const { responders } of swept.report.hosts) {
      for (const { confirmed } of responders) expect(confirmed).toBeNull();
    }
  });

  test('a single address is asked once, too', async () => {
    const swept = await witnessedSweep(host, LIVE[0], { passes: 1 });
    expect(swept.questions.map(inShort)).toEqual([`probe ${OUR_IP}`, `request ${LIVE[0]}`]);
    expectAgreement(swept);
  });
});

describe('with several passes', () => {
  test.each([2, 3, 5])(
    'of %i, the silent are asked each time and the answered twice at least',
    async (passes) => {
      const swept = await witnessedSweep(host, TARGETS, { passes });
      const counts = countQuestions(swept.questions);
      expect(counts).toEqual({
        ...times(2, 'probe', [OUR_IP]),
        ...times(passes, 'request', SILENT),
        // Those who answer are asked again to see what the wire loses.
        ...Object.fromEntries(LIVE.map((ip) => [`request ${ip}`, expect.any(Number)])),
        ...times(1, 'probe', LIVE),
        ...times(1, 'unicast', LIVE),
      });
      for (const ip of LIVE) expect(counts[`request ${ip}`]).toBeGreaterThanOrEqual(2);
      expectAgreement(swept);
      expect(swept.report.statistics.passes).toBe(passes);
    },
  );

  test('a singly named address is probed in every pass, though it is silent', async () => {
    const [named = '', ...rest] = SILENT;
    const swept = await witnessedSweep(host, [named, TARGETS], { passes: 3 });
    expect(countQuestions(swept.questions)).toMatchObject({
      ...times(3, 'request', SILENT),
      ...times(3, 'probe', [named]),
    });
    const counts = countQuestions(swept.questions);
    for (const ip of rest) expect(counts[`probe ${ip}`]).toBeUndefined();
    expectAgreement(swept);
  });
});

describe('by default', () => {
  let swept: WitnessedSweep;
  beforeAll(async () => {
    swept = await witnessedSweep(host, TARGETS);
  });

  test('the probe for our own address comes before anything else', () => {
    expect(swept.questions[0] && inShort(swept.questions[0])).toBe(`probe ${OUR_IP}`);
  });

  test('every responder is confirmed by unicast', () => {
    const others = swept.report.hosts.filter(({ self }) => !self);
    expect(others.map(({ ip }) => ip)).toEqual(LIVE);
    for (const { responders } of others)
      expect(responders).toMatchObject([{ mac: host.mac, confirmed: true }]);
  });

  test('the silent rest of a range is never probed: to a host that chooses its address it is a conflict', () => {
    const probed = new Set(swept.questions.map(inShort).filter((question) => question.startsWith('probe ')));
    expect([...probed].sort()).toEqual([OUR_IP, ...LIVE].map((ip) => `probe ${ip}`).sort());
  });
});

test('excluded addresses are not asked', async () => {
  const swept = await witnessedSweep(host, TARGETS, { passes: 1, exclude: ['10.0.0.4-9'] });
  expect(Object.keys(countQuestions(swept.questions)).sort()).toEqual(
    [`probe ${OUR_IP}`, ...OTHERS.filter((ip) => !/\.[4-9]$/.test(ip)).map((ip) => `request ${ip}`)].sort(),
  );
  expect(swept.report.counts.targets).toBe(10);
});

test('a link without an address asks everything by probe', async () => {
  const { link, host: far } = await lab.pair('trunk0', {}, 'far', { addresses: ['10.5.0.7/24'] });
  const { report, questions } = await witnessedSweep(far, '10.5.0.4/30', { links: [link.name], passes: 1 });
  expect(questions.map(inShort).sort()).toEqual([4, 5, 6, 7].map((octet) => `probe 10.5.0.${octet}`));
  expect(report.links[0]).toMatchObject({ interface: link.name, ip: null });
  expect(report.hosts.map(({ ip }) => ip)).toEqual(['10.5.0.7']);
});
