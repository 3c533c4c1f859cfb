/** `arpsweep listen` on a small network, whose machines speak by their kernels. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ListenReport } from '../../src/generated/listen-types.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { arpFrame, NO_IP, REQUEST, type ReadArp, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { inject } from '../support/inject.js';
import { createScreen } from '../support/screen.js';
import { ARPSWEEP, type CliRun, startCli, sweepCli } from '../support/sweep-cli.js';
import { onTerminal } from '../support/terminal.js';
import { hasOpened } from '../support/thread-status.js';
import { waitFor } from '../support/wait-for.js';

const OWN = '10.67.0.1';
const OWN_MAC = '02:67:00:00:00:01';
const ONE = '10.67.0.11';
const ONE_MAC = '00:50:56:67:00:11';
const TWO = '10.67.0.12';
const TWO_MAC = '52:54:00:67:00:12';
const NEW_MAC = '52:54:00:67:00:99';
/** Held by two machines. */
const TWINS = '10.67.0.20';
const TWIN_MACS = ['02:67:00:00:00:21', '02:67:00:00:00:22'] as const;
const WANTED = '10.67.0.77';
const HERE = ['listen', '-I', 'ls0'];

let lab: Lab;
let one: Host;
let two: Host;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-listen-'));
  lab = await createLab();
  const on = await lab.switch('switch');
  [one, two] = await Promise.all([
    lab.host('one', { on, mac: ONE_MAC, addresses: [`${ONE}/24`] }),
    lab.host('two', { on, mac: TWO_MAC, addresses: [`${TWO}/24`] }),
    ...TWIN_MACS.map((mac, i) => lab.host(`twin${i}`, { on, mac, addresses: [`${TWINS}/24`] })),
    lab.link('ls0', { on, mac: OWN_MAC, address: `${OWN}/24` }),
  ]);
});
// One that a failed test leaves would listen for ever.
afterEach(() => {
  for (const { child } of runs.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

const runs: CliRun[] = [];
function start(words: readonly string[]): CliRun {
  const run = startCli(words);
  runs.push(run);
  return run;
}

/** The kernel of a machine, or of this one, forgets its neighbours and asks for one of them (ip-neighbour(8), NTF_USE). */
async function ask(from: Host | null, ip: string): Promise<void> {
  const dev = from === null ? 'ls0' : from.interface;
  const lines = [`neighbour flush dev ${dev}`, `neighbour replace ${ip} dev ${dev} use`];
  await mustRun(
    ['ip', ...(from === null ? [] : ['-n', from.namespace]), '-batch', '-'],
    `${lines.join('\n')}\n`,
  );
}

/** Waits until a run hears. What it writes only at its end is seen by nobody, so that the caller says what shows it. */
async function untilHearing(hears: () => boolean): Promise<void> {
  await waitFor(
    async () => {
      await ask(one, OWN);
      return hears();
    },
    { what: 'arpsweep to listen', intervalMs: 50 },
  );
}

const printed = (run: CliRun) => () => run.stdout() !== '';

const kindOf = ({ operation, spa, tpa }: ReadArp): string => {
  if (operation !== REQUEST) return 'replies';
  return spa === NO_IP ? 'probes' : spa === tpa ? 'announcements' : 'requests';
};

describe('what is heard', () => {
  test('is what tcpdump sees of a machine that asks, answers, probes and announces itself, and what the kernel learns of it', async () => {
    const file = join(directory, 'report.json');
    const recording = join(directory, 'heard.pcapng');
    const json = start([...HERE, '-f', 'json', '-o', file, '--write', recording]);
    const plain = start([...HERE, '-f', 'plain']);
    await untilHearing(printed(plain));
    await waitFor(() => hasOpened(json.child.pid), { what: 'the other one to listen' });
    const witness = await capture(null, 'ls0');
    await ask(two, OWN);
    await ask(null, TWO);
    await waitFor(() => plain.stdout().includes(`${TWO}\t${TWO_MAC}\treply`), { what: 'an answer' });
    await inject(two, 'eth0', [arpFrame({ operation: REQUEST, sha: TWO_MAC, spa: NO_IP, tpa: WANTED })]);
    // A kernel that is told to announces itself when its hardware address changes (ip-sysctl.rst, arp_notify).
    const notify = `echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_notify; ip link set eth0 address ${NEW_MAC}`;
    await two.run(['sh', '-c', notify]);
    await waitFor(() => plain.stdout().includes(`${TWO}\t${NEW_MAC}\tannouncement`), {
      what: 'an announcement',
    });
    const frames = (await witness.stop()).map(readArp).filter(({ sha }) => [TWO_MAC, NEW_MAC].includes(sha));
    for (const run of [plain, json]) run.child.kill('SIGINT');
    const results = await Promise.all([plain.result, json.result]);
    expect(results.map(({ status }) => status)).toEqual([130, 130]);

    const report = JSON.parse(readFileSync(file, 'utf8')) as ListenReport;
    expect(report.outcome).toBe('interrupted');
    const speakersOf = (ip: string) => report.hosts.find((host) => host.ip === ip)?.speakers ?? [];
    for (const [ip, mac] of [
      [TWO, TWO_MAC],
      [TWO, NEW_MAC],
      [WANTED, TWO_MAC],
    ] as const) {
      const seen = { requests: 0, probes: 0, announcements: 0, replies: 0, mac };
      for (const frame of frames) {
        const kind = kindOf(frame) as Exclude<keyof typeof seen, 'mac'>;
        if (frame.sha === mac && ip === (kind === 'probes' ? frame.tpa : frame.spa)) seen[kind] += 1;
      }
      expect(speakersOf(ip)).toContainEqual(expect.objectContaining(seen));
    }
    expect(speakersOf(TWO).map(({ vendor }) => vendor)).toEqual(['QEMU/KVM', 'QEMU/KVM']);
    expect(speakersOf(OWN)).toMatchObject([{ mac: OWN_MAC }]);
    expect(report.hosts.filter(({ self }) => self).map(({ ip }) => ip)).toEqual([OWN]);
    const neighbours = JSON.parse(await mustRun(['ip', '-json', 'neighbour', 'show', TWO, 'dev', 'ls0']));
    expect(neighbours).toMatchObject([{ lladdr: NEW_MAC }]);

    expect(report.findings).toMatchObject([{ kind: 'address-moved', ips: [TWO], macs: [TWO_MAC, NEW_MAC] }]);
    expect(results[0].stderr).toMatch(
      new RegExp(`^info: address-moved: ${TWO.replaceAll('.', '\\.')} moved `),
    );
    const lines = results[0].stdout.trimEnd().split('\n');
    expect(lines).toContain(`${ONE}\t${ONE_MAC}\trequest\tls0\tVMware, Inc.`);
    expect(lines).toContain(`${WANTED}\t${TWO_MAC}\tprobe\tls0\tQEMU/KVM`);
    expect(new Set(lines).size).toBe(lines.length);

    const fields = ['arp.src.hw_mac', 'frame.comment'].flatMap((name) => ['-e', name]);
    const shark = await mustRun(['tshark', '-r', recording, '-T', 'fields', ...fields]);
    const recorded = shark.split('\n').filter((line) => line.startsWith(TWO_MAC) || line.startsWith(NEW_MAC));
    expect(recorded.map((line) => line.split('\t')[0])).toEqual(frames.map(({ sha }) => sha));
    expect(recorded).toContain(`${NEW_MAC}\taddress-moved: ${TWO}`);
  });

  test('of an address that two machines answer for is told while it goes on, and fails the run at its end', async () => {
    const names = join(directory, 'vendors');
    await mustRun(['sh', '-c', `echo '${TWIN_MACS[0]} the twin' > ${names}`]);
    const run = start([
      ...HERE,
      '-f',
      'ndjson',
      '--vendors',
      names,
      '--for',
      '2s',
      '--fail-on',
      'duplicate-address',
    ]);
    await untilHearing(printed(run));
    await ask(null, TWINS);
    await waitFor(() => run.stdout().includes('"type":"finding"'), { what: 'the finding' });
    const { status, stdout, stderr, ms } = await run.result;
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(ms).toBeGreaterThan(2000);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.filter(({ type }) => type === 'finding')).toMatchObject([
      { kind: 'duplicate-address', severity: 'error', ips: [TWINS], macs: [...TWIN_MACS] },
    ]);
    const twins = objects.filter(({ type, ip }) => type === 'utterance' && ip === TWINS);
    expect(twins.map(({ mac, kind, vendor }) => `${mac} ${kind} ${vendor}`).sort()).toEqual([
      `${TWIN_MACS[0]} reply the twin`,
      `${TWIN_MACS[1]} reply null`,
    ]);
    expect(objects.at(-1)).toMatchObject({
      type: 'summary',
      outcome: 'complete',
      statistics: { leftOut: 0 },
    });
  });

  test('with a tag, and in another namespace, is a link of its own', async () => {
    const inside = `${one.namespace}:eth0`;
    const run = start(['listen', '-I', `${inside}@100`, '-I', 'ls0', '-c', '60', '-f', 'csv']);
    const tagged = arpFrame({ operation: REQUEST, sha: TWO_MAC, spa: '10.1.0.2', tpa: '10.1.0.1' });
    const tag = Buffer.from('81000064', 'hex');
    const frame = Buffer.concat([tagged.subarray(0, 12), tag, tagged.subarray(12)]);
    // The switch passes tags on; each frame is heard at two places.
    await waitFor(
      async () => {
        await inject(two, 'eth0', Array(10).fill(frame));
        return run.child.exitCode !== null;
      },
      { what: 'sixty frames', timeoutMs: 15_000 },
    );
    const { status, stdout } = await run.result;
    expect(status).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    const places = rows
      .filter(([ip]) => ip === '10.1.0.2')
      .map(([, , requests, , , , name, netns, vlan]) => {
        expect(Number(requests)).toBeGreaterThan(0);
        return `${netns}:${name}@${vlan}`;
      });
    expect(places.sort()).toEqual([':ls0@100', `${one.namespace}:eth0@100`].sort());
  });
});

describe('at a terminal', () => {
  test('is a table that is drawn over and over, fits the height, and stays in full', async () => {
    const screen = createScreen(90, 12);
    const env = { NO_COLOR: '1', TERM: 'xterm-256color' };
    const run = onTerminal([process.execPath, ARPSWEEP, ...HERE], { ...screen, env });
    await untilHearing(() => run.output().includes(ONE_MAC));
    const many = Array.from({ length: 20 }, (_, i) => {
      const sha = `02:67:00:00:01:${(i + 16).toString(16)}`;
      return arpFrame({ operation: REQUEST, sha, spa: `10.67.1.${i}`, tpa: `10.67.1.${i}` });
    });
    await inject(two, 'eth0', many);
    await waitFor(() => run.output().includes('(last 9 shown)'), { what: 'more speakers than rows' });
    const meanwhile = run.output();
    screen.write(meanwhile);
    const lines = await screen.lines();
    expect(lines[0]).toMatch(/^IP +MAC +Frames +Said +Ago +Vendor$/);
    expect(lines.filter((line) => line.includes(' ann '))).toHaveLength(9);
    expect(lines.at(-1)).toMatch(/^listening .*: \d+ speakers \(last 9 shown\), /);
    expect(await screen.scrolledOut()).toEqual([]);

    run.type('\x03');
    const { status, output } = await run.result;
    expect(status).toBe(130);
    screen.write(output.slice(meanwhile.length));
    const left = [...(await screen.scrolledOut()), ...(await screen.lines())];
    expect(left.filter((line) => line.startsWith('10.67.1.'))).toHaveLength(20);
    expect(left.filter((line) => line.startsWith('listening'))).toEqual([]);
    expect(left.join('\n')).toMatch(/^Interrupted\. 2\d addresses spoken for; /m);
  });
});

describe('ends', () => {
  test('with 0 when its reader has what it wants', async () => {
    const run = start(HERE);
    await untilHearing(printed(run));
    run.child.stdout?.destroy();
    await waitFor(
      async () => {
        await inject(two, 'eth0', [
          arpFrame({ operation: REQUEST, sha: TWO_MAC, spa: '10.67.2.1', tpa: '10.67.2.1' }),
        ]);
        await ask(null, ONE);
        return run.child.exitCode !== null;
      },
      { what: 'the end', intervalMs: 50 },
    );
    expect(await run.result).toMatchObject({ status: 0, stderr: '' });
  });

  test('with 3 when the link is gone, with what was heard', async () => {
    await mustRun(['ip', 'link', 'add', 'ls1', 'type', 'veth', 'peer', 'name', 'ls2']);
    await mustRun(['ip', '-batch', '-'], 'link set ls1 up\nlink set ls2 up\n');
    const run = start(['listen', '-I', 'ls1', '-f', 'plain']);
    const frame = arpFrame({ operation: REQUEST, sha: TWO_MAC, spa: '10.67.3.1', tpa: '10.67.3.2' });
    await waitFor(
      async () => {
        await inject(null, 'ls2', [frame]);
        return run.stdout() !== '';
      },
      { what: 'something heard' },
    );
    await mustRun(['ip', 'link', 'delete', 'ls1']);
    const { status, stdout, stderr } = await run.result;
    expect(stdout).toBe(`10.67.3.1\t${TWO_MAC}\trequest\tls1\tQEMU/KVM\n`);
    expect(stderr).toBe('warning: ls1 is gone: nothing is heard on it any more\n');
    expect(status).toBe(3);
  });

  test.concurrent.each<[number, string[], RegExp, RegExp]>([
    [2, ['--for', 'ever'], /"ever"/, /such as/],
    [2, ['--for', '0'], /"0"/, /longer than 0/],
    [2, ['-c', '-1'], /"-1"/, /whole number/],
    [2, ['-I', ''], /""/, /IFACE/],
    [2, ['--fail-on', 'trouble'], /"trouble"/, /duplicate-address/],
    [2, ['--names', '10.0.0.1'], /"10\.0\.0\.1"/, /\.\/10\.0\.0\.7/],
    [2, ['10.0.0.1'], /arguments/, /--help/],
    [2, ['-f', 'xml'], /xml/, /table, plain/],
    [3, ['-I', 'nowhere0'], /"nowhere0"/, /There are: /],
    [3, ['-I', 'lo'], /lo carries no ARP/, /interfaces/],
  ])('with %d for %j, and says why', async (expected, words, problem, remedy) => {
    const { status, stdout, stderr } = await sweepCli(['listen', '--for', '1ms', ...words]);
    const [sentence = '', ...rest] = stderr.split('\n');
    expect(sentence).toMatch(/^arpsweep: .*\.$/);
    expect(sentence).toMatch(problem);
    expect(rest.join('\n')).toMatch(remedy);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
  });
});
