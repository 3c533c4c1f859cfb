/** A report with one of everything that a format has to show, and reports made from it. */
import type {
  Finding,
  Host,
  HostResponder,
  Report,
  Statistics,
} from '../../../src/generated/report-types.js';
import type { Reporter, ReporterOutput } from '../../../src/reporters/reporter.js';
import type { Responder } from '../../../src/sweep/sweep-api.js';

export function responder(mac: string, rest: Partial<HostResponder> = {}): HostResponder {
  const firstAt = '2026-03-01T12:00:00.100Z';
  return { mac, rttMs: 0.695, replies: 2, firstAt, confirmed: true, vendor: null, name: null, ...rest };
}

const statistics: Statistics = {
  queued: 520,
  transmitted: 519,
  received: 9,
  passes: 2,
  sendErrors: 0,
  malformed: 1,
  kernelDrops: 0,
  overruns: 0,
  rate: 1000,
  lossEstimate: 0,
  expectedMissedAtLeast: 0,
};

export const conflict: Finding = {
  kind: 'duplicate-address',
  severity: 'error',
  link: 0,
  ips: ['10.0.0.5'],
  macs: ['00:50:56:ab:47:53', '02:00:00:00:00:05'],
  message: '10.0.0.5 is answered by 2 machines on eth0: 00:50:56:ab:47:53 and 02:00:00:00:00:05.',
  evidence: { addresses: [] },
};

const hosts: Host[] = [
  { ip: '10.0.0.2', link: 0, self: true, asked: 1, responders: [] },
  {
    ip: '10.0.0.5',
    link: 0,
    self: false,
    asked: 3,
    responders: [
      responder('00:50:56:ab:47:53', { vendor: 'VMware, Inc.', name: 'db-1.example.net' }),
      responder('02:00:00:00:00:05', { rttMs: 12.25, confirmed: null }),
    ],
  },
  {
    ip: '10.0.0.120',
    link: 0,
    self: false,
    asked: 4,
    responders: [
      responder('00:1b:21:00:00:01', { rttMs: null, confirmed: false, vendor: 'Intel Corporate' }),
    ],
  },
];

export const example: Report = {
  schemaVersion: 1,
  tool: { name: 'arpsweep', version: '0.1.0' },
  startedAt: '2026-03-01T12:00:00.000Z',
  durationMs: 612.4,
  outcome: 'complete',
  machine: { name: 'node-1', interfaces: [] },
  links: [
    {
      interface: 'eth0',
      netns: null,
      vlan: null,
      mac: '02:00:00:00:00:02',
      ip: '10.0.0.2',
      prefixLength: 24,
      statistics,
    },
  ],
  targets: ['10.0.0.0/24'],
  counts: { targets: 256, answered: 2, self: 1, silent: 253, untested: 0 },
  hosts,
  findings: [conflict],
  statistics,
  untested: [],
};

/** A sweep that was cut short, on a machine that lost frames. */
export const troubled: Report = {
  ...example,
  outcome: 'inconclusive',
  counts: { targets: 256, answered: 2, self: 1, silent: 125, untested: 128 },
  findings: [],
  statistics: {
    ...statistics,
    kernelDrops: 1200,
    overruns: 1,
    lossEstimate: 0.031,
    expectedMissedAtLeast: 1.26,
  },
  untested: [{ link: 0, targets: ['10.0.0.128-10.0.0.255'], reason: 'send-blocked' }],
};

export function heard(ip: string, mac: string, rest: Partial<Responder> = {}): Responder {
  const place = { link: 0, interface: 'eth0', netns: null, vlan: null };
  const firstAt = '2026-03-01T12:00:00.100Z';
  return { ip, mac, rttMs: 0.695, firstAt, ...place, vendor: null, name: null, ...rest };
}

export interface Recorded {
  readonly output: ReporterOutput;
  /** What went to the results. */
  text(): string;
  /** What went to standard error. */
  readonly notes: readonly string[];
}

export function recorder(rest: Partial<ReporterOutput> = {}): Recorded {
  let text = '';
  const notes: string[] = [];
  const write = (more: string): undefined => {
    text += more;
  };
  const note = (line: string): void => void notes.push(line);
  return {
    output: { write, note, columns: null, colour: false, quiet: false, sort: null, fields: null, ...rest },
    text: () => text,
    notes,
  };
}

/** What a format makes of a report. */
export async function rendered(
  make: (output: ReporterOutput) => Reporter,
  report: Report,
  rest: Partial<ReporterOutput> = {},
): Promise<{ text: string; notes: readonly string[] }> {
  const { output, text, notes } = recorder(rest);
  await make(output).report(report);
  return { text: text(), notes };
}
