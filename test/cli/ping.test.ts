/** `arpsweep ping`, against what tcpdump saw and beside the arpings of Habets and of iputils. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ping } from '../../src/index.js';
import { mustRun, runCommand } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import type { Pinged } from '../../src/reporters/ping-lines.js';
import {
  arpFrame,
  BROADCAST,
  questionsOf,
  REPLY,
  REQUEST,
  type ReadArp,
  readArp,
} from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { commandLine } from '../support/command-line.js';
import { inject } from '../support/inject.js';
import { habetsArping, iputilsArping } from '../support/peer-arpings.js';
import { ARPSWEEP, startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const LINK = 'pg0';
const OUR_IP = '10.82.0.1';
/** On two machines. */
const CONTESTED = '10.82.0.5';
const LONE = '10.82.0.7';
const NOBODY = '10.82.0.77';

let lab: Lab;
let link: Link;
let first: Host;
let second: Host;
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('switch');
  [link, first, second] = await Promise.all([
    lab.link(LINK, { on, address: `${OUR_IP}/24` }),
    lab.host('first', { on, mac: '00:50:56:82:00:01', addresses: [`${CONTESTED}/24`, `${LONE}/24`] }),
    lab.host('second', { on, mac: '02:00:00:82:00:02', addresses: [`${CONTESTED}/24`] }),
  ]);
});
afterAll(() => lab.remove());

const startPing = (...words: string[]) => startCli(['ping', ...words]);
const runPing = (...words: string[]) => commandLine('ping', ...words);

/** Runs it while a witness listens on our link. */
async function witnessed(...words: string[]) {
  const witness = await capture(null, LINK);
  const result = await runPing(...words);
  const frames = await witness.stop();
  return { ...result, questions: questionsOf(frames, link.mac), frames: frames.map(readArp) };
}

/** Replies of one MAC, each in ms after the request before it. */
function tripsOf(frames: readonly ReadArp[], mac: string): number[] {
  let asked = Number.NaN;
  return frames.flatMap(({ operation, sha, timeMs }) => {
    if (operation === REQUEST && sha === link.mac) asked = timeMs;
    return operation === REPLY && sha === mac ? [timeMs - asked] : [];
  });
}

interface Line {
  readonly mac: string;
  readonly ms: number;
  readonly mark: string;
}
const linesOf = (stdout: string): Line[] =>
  [...stdout.matchAll(/^reply from \S+ \[(\S+)\] {2}([\d.]+) ms(.*)$/gm)].map(
    ([, mac = '', ms, mark = '']) => ({ mac, ms: Number(ms), mark }),
  );

describe('what it prints', () => {
  test('is a line for each reply that the witness saw, with its time, and the second MAC marked', async () => {
    const { status, stdout, stderr, questions, frames } = await witnessed('-c', '4', '-i', '20ms', CONTESTED);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = linesOf(stdout);
    for (const { mac } of [first, second]) {
      const times = lines.filter((line) => line.mac === mac).map(({ ms }) => ms);
      const seen = tripsOf(frames, mac);
      expect(times).toHaveLength(4);
      for (const [i, ms] of times.entries())
        expect(Math.abs(ms - (seen[i] ?? Number.NaN))).toBeLessThan(0.01);
    }
    const [{ mac: foremost } = { mac: '' }] = lines;
    for (const { mac, mark } of lines) expect(mark).toBe(mac === foremost ? '' : '  another MAC (2)');
    // Broadcast stays broadcast.
    expect(questions.map(({ destination, spa }) => `${destination} ${spa}`)).toEqual(
      Array(4).fill(`${BROADCAST} ${OUR_IP}`),
    );
    const [, summary = ''] = stdout.split('\n\n');
    expect(summary).toMatch(`${CONTESTED} on ${LINK}, asked from ${OUR_IP}: 4 sent, 4 answered\n`);
    expect(summary).toMatch(
      /^ {2}00:50:56:82:00:01 \(VMware, Inc\.\): 4 replies, min\/avg\/median\/p99\/max\/deviation ([\d.]+\/){5}[\d.]+ ms$/m,
    );
    expect(summary).toMatch(/^ {2}02:00:00:82:00:02: 4 replies, min/m);
  });

  test('is told by the two other arpings as well: the same MACs, at times that theirs enclose', async () => {
    // Each for itself, so that nobody's questions are another's.
    const habets = await habetsArping(LINK, '-c', '1', '-w', '0.3', CONTESTED);
    const iputils = await iputilsArping(LINK, '-c', '1', '-w', '1', LONE);
    const { stdout } = await runPing('-c', '5', '-i', '20ms', '-f', 'json', CONTESTED, LONE);
    const { addresses } = JSON.parse(stdout) as Pinged;
    const macsOf = (replies: readonly { readonly mac: string }[]) => replies.map(({ mac }) => mac).sort();
    expect(macsOf(addresses[0]?.responders ?? [])).toEqual(macsOf(habets));
    expect(macsOf(addresses[1]?.responders ?? [])).toEqual(macsOf(iputils.replies));
    // Theirs end in the program and ours in the kernel.
    expect(addresses[1]?.responders[0]?.rttMs?.min).toBeLessThan(iputils.replies[0]?.ms ?? 0);
  });

  test('as JSON and NDJSON is the same, for programs', async () => {
    const asFormat = (format: string) =>
      runPing('-c', '2', '-i', '30ms', '-w', '150ms', '-f', format, LONE, NOBODY);
    const json = await asFormat('json');
    const ndjson = await asFormat('ndjson');
    const report = JSON.parse(json.stdout) as Pinged;
    expect(report).toMatchObject({
      outcome: 'complete',
      lost: 0,
      addresses: [
        {
          ip: LONE,
          interface: LINK,
          sourceIp: OUR_IP,
          sent: 2,
          unsent: 0,
          answered: 2,
          responders: [{ mac: first.mac, vendor: 'VMware, Inc.', replies: 2 }],
        },
        { ip: NOBODY, sent: 2, answered: 0, responders: [] },
      ],
    });
    const lines = ndjson.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(['reply', 'reply', 'summary']);
    expect(lines[0]).toMatchObject({ ip: LONE, mac: first.mac, responder: 1, interface: LINK });
    expect(lines[2].addresses).toMatchObject(report.addresses.map(({ ip, sent }) => ({ ip, sent })));
  });
});

describe('how it asks', () => {
  test('a thousand times a second, without drift, and without hurry after a pause of the process', async () => {
    const witness = await capture(null, LINK);
    const run = startPing('-i', '1ms', '-q', LONE);
    const asked = () => questionsOf(witness.frames(), link.mac).map(({ timeMs }) => timeMs);
    await waitFor(() => asked().length > 400, { what: '400 requests' });
    run.child.kill('SIGSTOP');
    await delay(150);
    const before = asked().length;
    run.child.kill('SIGCONT');
    await waitFor(() => asked().length > before + 100, { what: 'requests after the pause' });
    run.child.kill('SIGINT');
    const { status, stdout } = await run.result;
    await witness.stop();
    expect(status).toBe(130);
    expect(stdout).toMatch(/^10\.82\.0\.7 on pg0, .*: \d+ sent, \d+ answered\n {2}\S+ \(VMware/);
    const times = asked();
    const [start = 0] = times;
    expect((times[400] ?? 0) - start).toBeGreaterThan(395);
    expect((times[400] ?? 0) - start).toBeLessThan(500);
    // The ten or so that may be late are as many as may hurry.
    const resumed = times[before] ?? 0;
    expect(times.filter((time) => time >= resumed && time < resumed + 50).length).toBeLessThan(70);
    expect(times.length).toBeGreaterThan(before + 100);
  });

  test('by unicast it asks whoever answered first; with --to, whom it is told', async () => {
    const witness = await capture(null, LINK);
    const switched = await runPing('-c', '3', '-i', '20ms', '--unicast', CONTESTED);
    const told = await runPing('-c', '2', '-i', '20ms', '--to', first.mac, LONE);
    const questions = questionsOf(await witness.stop(), link.mac);
    const destinations = (target: string) =>
      questions.filter(({ tpa }) => tpa === target).map(({ destination }) => destination);
    const foremost = linesOf(switched.stdout)[0]?.mac;
    expect(destinations(CONTESTED)).toEqual([BROADCAST, foremost, foremost]);
    expect(destinations(LONE)).toEqual([first.mac, first.mac]);
    expect(linesOf(told.stdout).map(({ mac }) => mac)).toEqual([first.mac, first.mac]);
  });

  test('with a VLAN tag it hears what comes back with it', async () => {
    const witness = await capture(null, LINK);
    const run = startPing('-I', `${LINK}@100`, '-c', '1', '-f', 'ndjson', NOBODY);
    const question = await waitFor(() => witness.frames().at(-1), { what: 'a tagged request' });
    expect(question.bytes.subarray(0, 18).toString('hex')).toBe(
      `ffffffffffff${link.mac.replaceAll(':', '')}810000640806`,
    );
    const reply = arpFrame({
      operation: REPLY,
      sha: second.mac,
      spa: NOBODY,
      tha: link.mac,
      tpa: '0.0.0.0',
    });
    const tag = Buffer.from('81000064', 'hex');
    await inject(second, second.interface, [
      reply,
      Buffer.concat([reply.subarray(0, 12), tag, reply.subarray(12)]),
    ]);
    const { stdout } = await run.result;
    await witness.stop();
    const [line, summary] = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(line).toMatchObject({ type: 'reply', ip: NOBODY, mac: second.mac, vlan: 100 });
    expect(summary.addresses).toMatchObject([{ sent: 1, answered: 1, responders: [{ replies: 1 }] }]);
  });

  test('from another namespace, whose links it names', async () => {
    const { stdout } = await runPing('--until-answer', '-I', `${first.namespace}:eth0`, OUR_IP);
    expect(linesOf(stdout)).toMatchObject([{ mac: link.mac }]);
    expect(stdout).toContain(
      `${OUR_IP} on ${first.namespace}:eth0, asked from ${CONTESTED}: 1 sent, 1 answered`,
    );
  });
});

describe('it ends', () => {
  test('with 1 where nobody answers, at its deadline', async () => {
    const startedAt = performance.now();
    const { status, stdout } = await runPing('-w', '150ms', '-i', '30ms', NOBODY);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^10\.82\.0\.77 on pg0, asked from 10\.82\.0\.1: [1-6] sent, 0 answered\n$/);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('as soon as somebody answers, with a bell', async () => {
    const witness = await capture(null, LINK);
    const run = startPing('--until-answer', '--audible', '-i', '20ms', '10.82.0.9');
    await waitFor(() => witness.frames().length > 2, { what: 'requests' });
    await witness.stop();
    await mustRun(['ip', '-n', first.namespace, 'address', 'add', '10.82.0.9/24', 'dev', 'eth0']);
    const { status, stdout, stderr } = await run.result;
    // Which of the requests before was answered, it cannot tell.
    expect(stdout).toMatch(/^reply from 10\.82\.0\.9 \[00:50:56:82:00:01\] {2}time not known\n/);
    // More than one only if they were heard at the same moment.
    const replies = stdout.match(/^reply from /gm) ?? [];
    expect({ status, stderr }).toEqual({ status: 0, stderr: '\x07'.repeat(replies.length) });
  });

  test('with 3 where nothing can be sent, which it counts', async () => {
    const { link: mute } = await lab.pair('mute0', { address: '10.83.0.1/24' }, 'unheard', {
      addresses: ['10.83.0.2/24'],
    });
    const chain = 'type filter hook egress device mute0 priority 0;';
    await mustRun(['nft', '-f', '-'], `table netdev mute {\n chain c {\n ${chain}\n drop\n }\n}\n`);
    const { status, stdout, stderr } = await runPing('-c', '2', '-i', '20ms', '-w', '100ms', '10.83.0.2');
    expect(stderr).toBe('warning: requests on mute0 cannot be sent: ENOBUFS\n');
    expect(stdout).toContain(': 0 sent, 2 could not be sent (ENOBUFS 2 times), 0 answered\n');
    expect(status).toBe(3);
    await mustRun(['nft', 'flush', 'ruleset']);
    await mute.delete();
  });

  test('quietly with 0 where its reader has gone', async () => {
    const script = 'set -o pipefail; "$@" | head -1; echo $? >&2';
    const argv = ['bash', '-c', script, 'pipeline', process.execPath, ARPSWEEP, 'ping', '-i', '20ms', LONE];
    const { stdout, stderr } = await runCommand(argv);
    expect(linesOf(stdout)).toHaveLength(1);
    expect(stderr).toBe('0\n');
  });
});

test('as a library it tells replies as they come, and ends when the loop is left', async () => {
  const run = ping(LONE, { intervalMs: 20 });
  const heard: string[] = [];
  for await (const { mac, rttMs } of run) {
    heard.push(mac);
    expect(rttMs).toBeGreaterThan(0);
    if (heard.length === 3) break;
  }
  const report = await run.report();
  expect(heard).toEqual(Array(3).fill(first.mac));
  expect(report).toMatchObject({ outcome: 'interrupted', unread: 0, lost: 0 });
  await expect(ping(NOBODY, { count: 0 }).report()).rejects.toThrow(/count 0/);
});
