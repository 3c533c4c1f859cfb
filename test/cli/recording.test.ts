/** Recordings: what --write leaves is held against tcpdump and opened by Wireshark's tools, and --read takes theirs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { mustRun, runCommand, toolEnvironment } from '../../src/lab/command.js';
import type { Lab } from '../../src/lab/lab.js';
import { capture } from '../support/capture.js';
import {
  buildConflictNetwork,
  CLAIMANTS,
  CONTESTED,
  LONE,
  OWN_MAC,
  RANGE,
} from '../support/conflict-network.js';
import { type CapturedFrame, pcapReader } from '../support/pcap.js';
import { isRealRoot } from '../support/real-root.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { startCli, sweepCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

/** Takes CAP_NET_RAW out of the bounding set, so that not even root gets it by execve(2). */
const WITHOUT_NET_RAW = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];

let lab: Lab;
let directory: string;
const file = (name: string) => join(directory, name);
beforeAll(async () => {
  ({ lab } = await buildConflictNetwork());
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-recording-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** Another program that records into a file, from the moment this resolves. */
async function recorder(argv: readonly string[], started: RegExp): Promise<{ stop(): Promise<void> }> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env: toolEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });
  await waitFor(() => started.test(messages), { what: `${program} to record` });
  return {
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** A recording as Wireshark's own library reads it. */
async function framesIn(name: string): Promise<readonly CapturedFrame[]> {
  await mustRun(['editcap', '-F', 'nsecpcap', file(name), file(`${name}.nsec`)]);
  return pcapReader()(readFileSync(file(`${name}.nsec`)));
}

async function readReport(...words: string[]): Promise<Report> {
  const { stdout, stderr } = await sweepCli(['-f', 'json', ...words], { through: WITHOUT_NET_RAW });
  expect(stderr).toBe('');
  const report: Report = JSON.parse(stdout);
  expectSound(report);
  return report;
}

describe('a sweep that is recorded', () => {
  const tcpdump = () => {
    const promptly = ['-Z', 'root', '-U', '--immediate-mode'];
    return recorder(['tcpdump', '-i', 'sw0', ...promptly, '-w', file('tcpdump'), 'arp'], /listening on/);
  };
  let live: Report;
  let seen: readonly CapturedFrame[];
  beforeAll(async () => {
    const others = await Promise.all([
      // It insists on giving up root, which a user namespace of one user does not let it.
      ...(isRealRoot ? [tcpdump()] : []),
      recorder(['dumpcap', '-i', 'sw0', '-q', '-w', file('dumpcap'), '-f', 'arp'], /File: /),
    ]);
    const witness = await capture(null, 'sw0');
    const { status, stdout, stderr } = await sweepCli([
      '-I',
      'sw0',
      RANGE,
      '-f',
      'json',
      '--write',
      file('run'),
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    seen = await witness.stop();
    await Promise.all(others.map((other) => other.stop()));
    live = JSON.parse(stdout);
  });

  test('has every frame of the wire in its file, byte for byte and at the same times', async () => {
    const frames = await framesIn('run');
    expect(frames.map(({ bytes }) => bytes.toString('hex'))).toEqual(
      seen.map(({ bytes }) => bytes.toString('hex')),
    );
    expect(frames.length).toBeGreaterThan(100);
    for (const [i, { timeMs }] of frames.entries()) {
      // A double holds no more of the time since the epoch than a quarter of a microsecond.
      expect(Math.abs(timeMs - (seen[i]?.timeMs ?? 0))).toBeLessThan(0.001);
    }
  });

  test('is opened by capinfos without complaint, which finds program, interface and statistics', async () => {
    const { status, stdout, stderr } = await runCommand(['capinfos', file('run')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/File type: +Wireshark\/\.\.\. - pcapng/);
    expect(stdout).toMatch(/Capture application: arpsweep \d/);
    expect(stdout).toMatch(/File timestamp precision: +nanoseconds \(9\)/);
    expect(stdout).toMatch(/Name = sw0\n.*Encapsulation = Ethernet/);
    expect(stdout).toMatch(/Number of stat entries = 1/);
  });

  test('has directions, and comments on the frames that made the finding alone, as tshark shows', async () => {
    const fields = [
      'frame.interface_name',
      'frame.packet_flags_direction',
      'eth.src',
      'arp.src.proto_ipv4',
      'frame.comment',
    ];
    const { stdout } = await runCommand([
      'tshark',
      '-r',
      file('run'),
      '-T',
      'fields',
      ...fields.flatMap((each) => ['-e', each]),
    ]);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows).toHaveLength(seen.length);
    for (const [name, direction, source, spa, comment = ''] of rows) {
      expect(name).toBe('sw0');
      expect(Number(direction)).toBe(source === OWN_MAC ? 2 : 1);
      expect(comment).toBe(spa === CONTESTED ? `duplicate-address: ${CONTESTED}` : '');
    }
    expect(rows.filter(([, , , , comment]) => comment).length).toBeGreaterThanOrEqual(2 * CLAIMANTS.length);
  });

  test('gives the same report once more, without the network and without privileges', async () => {
    const again = await readReport('--read', file('run'));
    const { hosts, findings, counts, targets, outcome, machine } = live;
    expect(again).toMatchObject({ counts, targets, outcome, machine: { name: machine.name } });
    expect(again.findings).toEqual(findings);
    const rounded = (report: Report['hosts']) =>
      report.map((host) => ({
        ...host,
        responders: host.responders.map((each) => ({ ...each, rttMs: null })),
      }));
    expect(rounded(again.hosts)).toEqual(rounded(hosts));
    const trips = ({ hosts }: Report) => hosts.flatMap((host) => host.responders.map(({ rttMs }) => rttMs));
    expect(trips(live).length).toBe(1 + CLAIMANTS.length);
    for (const [i, trip] of trips(again).entries()) {
      const lived = trips(live)[i] ?? null;
      expect(trip === null).toBe(lived === null);
      expect(Math.abs((trip ?? 0) - (lived ?? 0))).toBeLessThanOrEqual(0.0011);
    }
    for (const key of ['queued', 'transmitted', 'received', 'passes'] as const) {
      expect(again.statistics[key]).toBe(live.statistics[key]);
    }
  });

  test.each([
    ['as pcap with nanoseconds', ['editcap', '-F', 'nsecpcap']],
    ['as pcap with microseconds', ['editcap', '-F', 'pcap']],
    ['as pcapng that Wireshark wrote', ['editcap', '-F', 'pcapng']],
  ])('says the same %s', async (_, convert) => {
    await mustRun([...convert, file('run'), file('converted')]);
    const again = await readReport('--read', file('converted'), '--source-mac', OWN_MAC);
    expect(respondersByIp(again)).toEqual(respondersByIp(live));
    expect(again.hosts.map(({ asked }) => asked)).toEqual(
      live.hosts.slice(-again.hosts.length).map(({ asked }) => asked),
    );
    expect(again.findings.map(({ kind, ips, macs }) => ({ kind, ips, macs }))).toEqual([
      { kind: 'duplicate-address', ips: [CONTESTED], macs: [...CLAIMANTS] },
    ]);
  });

  test.each(isRealRoot ? ['tcpdump', 'dumpcap'] : ['dumpcap'])(
    'says the same in the file that %s wrote',
    async (name) => {
      const again = await readReport('--read', file(name));
      expect(respondersByIp(again)).toEqual(respondersByIp(live));
      expect(again.links).toMatchObject([{ mac: OWN_MAC }]);
      expect(again.findings).toMatchObject([{ kind: 'duplicate-address', ips: [CONTESTED] }]);
    },
  );

  test('may come by standard input, and be of chosen targets', async () => {
    const through = [...WITHOUT_NET_RAW, 'sh', '-c', `exec "$@" < ${file('run')}`, 'sh'];
    const { status, stdout, stderr } = await sweepCli(
      ['--read', '-', LONE, CONTESTED, '--fail-on', 'duplicate-address'],
      {
        through,
      },
    );
    expect(stdout.match(/^[\d.]+\t[0-9a-f:]+/gm)?.sort()).toEqual(
      [`${LONE}\t00:50:56:66:00:10`, ...CLAIMANTS.map((mac) => `${CONTESTED}\t${mac}`)].sort(),
    );
    expect(stderr).toMatch(/^error: duplicate-address: /);
    expect(status).toBe(1);
  });

  test('that is cut short is read as far as it goes, with a warning and exit code 3', async () => {
    const whole = readFileSync(file('run'));
    writeFileSync(file('cut'), whole.subarray(0, whole.length * 0.6));
    const { status, stdout, stderr } = await sweepCli(['--read', file('cut')]);
    expect(stdout).toContain(LONE);
    expect(stderr).toContain('warning: the recording "cut" ends in the middle of a frame');
    expect(status).toBe(3);
  });
});

test('what a check asked is recorded as well, with what it complained of', async () => {
  writeFileSync(file('expected'), `${LONE} 02:00:00:00:00:99\n`);
  const { status } = await sweepCli([
    'check',
    '-I',
    'sw0',
    '--expect',
    file('expected'),
    '--passes',
    '1',
    '--cooldown',
    '50ms',
    '--write',
    file('check'),
  ]);
  expect(status).toBe(1);
  const { stdout } = await runCommand([
    'tshark',
    '-r',
    file('check'),
    '-Y',
    'frame.comment',
    '-T',
    'fields',
    '-e',
    'eth.src',
    '-e',
    'frame.comment',
  ]);
  expect(new Set(stdout.trimEnd().split('\n'))).toEqual(new Set([`00:50:56:66:00:10\twrong-mac: ${LONE}`]));
});

test('what a trace sees at each link is recorded, by the name of the link', async () => {
  const words = ['trace', LONE, '-I', 'sw0', '--cooldown', '50ms', '--write', file('trace'), '-f', 'json'];
  const { stdout } = await sweepCli(words);
  const hops: { link: string }[] = JSON.parse(stdout).hops;
  expect(hops.length).toBeGreaterThan(2);
  const infos = await runCommand(['capinfos', file('trace')]);
  for (const { link } of hops) {
    expect(infos.stdout).toContain(`Name = ${link.split(':').pop()}\n`);
    if (link.includes(':')) expect(infos.stdout).toContain(`Description = ${link}\n`);
  }
  // Wherever it passed, the answer is the same.
  const again = await readReport('--read', file('trace'), LONE);
  expect(respondersByIp(again)).toEqual({ [LONE]: ['00:50:56:66:00:10'] });
});

describe('a recording survives', () => {
  const slowly = ['-I', 'sw0', '10.66.0.0/24', '--rate', '200', '--passes', '9'];
  const underWay = (name: string) =>
    waitFor(() => existsSync(file(name)) && readFileSync(file(name)).length > 4000, {
      what: 'frames in the file',
    });

  test.each([
    ['SIGINT', 130, 1],
    // Nobody is there to write what belongs at the end.
    ['SIGKILL', null, 0],
  ] as const)('%s, after which it holds what was heard', async (signal, expected, statistics) => {
    const run = startCli([...slowly, '--write', file(signal)]);
    await underWay(signal);
    run.child.kill(signal);
    expect((await run.result).status).toBe(expected);
    const { status, stdout } = await runCommand(['capinfos', file(signal)]);
    expect(status).toBe(0);
    expect(stdout).toContain(`Number of stat entries = ${statistics}`);
    expect((await readReport('--read', file(signal))).counts.targets).toBeGreaterThan(20);
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a disk that is full: the sweep goes on, and the exit code tells', async () => {
    mkdirSync(file('disk'));
    await mustRun(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'small', file('disk')]);
    try {
      const words = [
        '10.66.0.0/24',
        '--rate',
        '20k',
        '--passes',
        '6',
        '-f',
        'json',
        '--write',
        file('disk/run'),
      ];
      const { status, stdout, stderr } = await sweepCli(['-I', 'sw0', ...words]);
      const report: Report = JSON.parse(stdout);
      expect(report).toMatchObject({ outcome: 'complete', statistics: { passes: 6 } });
      expect(stderr).toMatch(
        /^warning: the recording .* ends after [\d,]+ frames: no space left on device \(ENOSPC\)/,
      );
      expect(status).toBe(3);
      const count = Number(/after ([\d,]+) frames/.exec(stderr)?.[1]?.replace(',', ''));
      const infos = await runCommand(['capinfos', '-c', '-M', file('disk/run')]);
      expect(infos.status).toBe(0);
      expect(infos.stdout).toContain(`Number of packets:   ${count}\n`);
      expect(count).toBeLessThan(report.statistics.transmitted);
    } finally {
      await mustRun(['umount', file('disk')]);
    }
  });
});

test('where it cannot be written, that is said in a sentence, and nothing is sent', async () => {
  const witness = await capture(null, 'sw0');
  const wrong = [
    { write: '/nowhere/run', sentence: /"\/nowhere\/run" cannot be written: no such file/ },
    { write: '/dev/full', sentence: /cannot be written: no space left on device/ },
    { write: '-', sentence: /standard output is for the report/ },
  ];
  const results = await Promise.all(
    wrong.map(({ write }) => sweepCli(['-I', 'sw0', LONE, '--write', write])),
  );
  for (const [i, { status, stdout, stderr }] of results.entries()) {
    const [sentence = '', remedy = ''] = stderr.split('\n');
    expect(sentence).toMatch(/^arpsweep: .*\.$/);
    expect(sentence).toMatch(wrong[i]?.sentence ?? /^$/);
    expect(remedy).toMatch(/\.$/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }
  expect(await witness.stop()).toEqual([]);
});
