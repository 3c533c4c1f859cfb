import { describe, expect, it } from 'vitest';
import { doubtsOf, isSuspicious } from '../../../src/check/doubts.js';
import { readExpectation } from '../../../src/expect/expectation-input.js';
import type { Finding, Host, Report } from '../../../src/generated/report-types.js';
import { ip } from '../../support/fake-addon.js';
import { example, responder } from '../reporters/example-report.js';

const gateway = '02:00:00:00:00:fe';
const mac = '02:00:00:00:00:05';

function report(answers: Record<string, string>, rest: Partial<Report> = {}): Report {
  const hosts = Object.entries(answers).map(
    ([address, by]): Host => ({ ip: address, link: 0, self: false, asked: 2, responders: [responder(by)] }),
  );
  return { ...example, hosts, findings: [], ...rest };
}

const both = await readExpectation({ groups: [{ hosts: [{ ip: '10.0.0.5' }, { ip: '10.0.0.6' }] }] });
const ask = ['10.0.0.43', '10.0.0.85', '10.0.0.128'];
const controls = (answers: Record<string, string>) => ({ addresses: ask.map(ip), report: report(answers) });
const all = (by: string) => controls(Object.fromEntries(ask.map((address) => [address, by])));
const noControls = { addresses: [], report: null };

describe('a check is in doubt', () => {
  it('where the only one who answers does so for addresses that nobody has', () => {
    const seen = report({ '10.0.0.5': gateway, '10.0.0.6': gateway });
    const [doubt] = doubtsOf(seen, both, all(gateway));
    expect(doubt).toContain(`On eth0 ${gateway} answers also for addresses that nobody should have`);
    expect(doubt).toContain('10.0.0.43, 10.0.0.85 and 10.0.0.128');
    expect(doubt).toContain('10.0.0.5 and 10.0.0.6 may be answered for without being there');
    expect(doubt).toContain('Multus');
  });

  it('of what a proxy alone answers for, beside a machine that is there', () => {
    const [doubt, ...more] = doubtsOf(report({ '10.0.0.5': mac, '10.0.0.6': gateway }), both, all(gateway));
    expect(more).toEqual([]);
    expect(doubt).toContain('so that 10.0.0.6 may be answered for');
  });

  it.each([
    ['one machine has all of the expected addresses', { '10.0.0.5': mac, '10.0.0.6': mac }, controls({})],
    ['it has a control by chance', { '10.0.0.5': mac }, controls({ '10.0.0.43': mac })],
    ['others have the controls', { '10.0.0.5': mac }, all('02:00:00:00:00:77')],
    ['nobody answers', {}, all(gateway)],
    ['there are no controls', { '10.0.0.5': mac }, noControls],
  ])('but not where %s', (_, answers, seen) => {
    expect(doubtsOf(report(answers), both, seen)).toEqual([]);
  });

  it('nor where the MAC that is expected answers', async () => {
    const hosts = [{ ip: '10.0.0.5', macs: [mac] }];
    const known = await readExpectation({ groups: [{ hosts }] });
    expect(doubtsOf(report({ '10.0.0.5': mac }), known, all(mac))).toEqual([]);
  });

  it('on a link with a /32, whose gateway answers for all', () => {
    const [link] = example.links;
    if (!link) throw new Error('the example has a link');
    const seen = report({ '10.0.0.5': gateway }, { links: [{ ...link, prefixLength: 32 }] });
    expect(doubtsOf(seen, both, noControls)).toEqual([
      expect.stringMatching(/^eth0 has the address 10\.0\.0\.2\/32, so nobody else is on its link/),
    ]);
    expect(doubtsOf({ ...seen, hosts: [] }, both, noControls)).toEqual([]);
  });

  it('where a proxy answers for what is expected', () => {
    const proxy: Finding = {
      kind: 'proxy-arp',
      severity: 'warning',
      link: 0,
      ips: ['10.0.0.5', '10.0.0.99'],
      macs: [gateway],
      message: '',
      evidence: {},
    };
    const seen = report({ '10.0.0.5': gateway, '10.0.0.6': mac }, { findings: [proxy] });
    expect(doubtsOf(seen, both, noControls)).toEqual([
      expect.stringMatching(/^10\.0\.0\.5 is answered by a proxy \(02:00:00:00:00:fe\)/),
    ]);
  });

  it('is worth a closer look where one control is answered by who answers for the expected ones', () => {
    const seen = report({ '10.0.0.5': mac });
    expect(isSuspicious(seen, both, controls({ '10.0.0.43': mac }))).toBe(true);
    expect(isSuspicious(seen, both, controls({ '10.0.0.43': gateway }))).toBe(false);
    expect(isSuspicious(seen, both, noControls)).toBe(false);
  });
});
