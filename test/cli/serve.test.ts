/** `arpsweep serve`: a watch with HTTP beside it, on real links. */
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WatchState } from '../../src/generated/watch-state-types.js';
import { runCommand } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { commandLine } from '../support/command-line.js';
import { type Sidecar, startSidecar } from '../support/serve-cli.js';
import { talk } from '../support/served-watch.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const OUR_MAC = '02:80:00:00:00:01';
const CONTESTED = '10.80.0.5';

let lab: Lab;
let segment: Switch;
let first: Host;
let second: Host;
beforeAll(async () => {
  lab = await createLab();
  segment = await lab.switch('segment');
  await lab.link('srv0', { mac: OUR_MAC, address: '10.80.0.1/24', on: segment });
  first = await lab.host('first', { on: segment, addresses: [`${CONTESTED}/24`, '10.80.0.7/24'] });
  second = await lab.host('second', { on: segment, addresses: [`${CONTESTED}/24`] });
});
afterAll(() => lab.remove());

/** Few addresses, swept again and again. */
const quick = ['-I', 'srv0', '10.80.0.1-10', '--interval', '500ms'];

describe('what it serves', () => {
  let sidecar: Sidecar;
  beforeAll(async () => {
    sidecar = await startSidecar(quick);
    await waitFor(() => sidecar.isReady(), { what: 'the first sweep', timeoutMs: 10_000 });
  });
  afterAll(async () => {
    await sidecar.end();
  });

  test('is told in one line on standard error', () => {
    expect(sidecar.run.stderr()).toBe(
      `arpsweep: serving on http://127.0.0.1:${sidecar.port}/, watching 10.80.0.1-10 on srv0 every 500 ms.\n`,
    );
  });

  test('is metrics that promtool finds nothing wrong with, with every MAC of a conflict', async () => {
    const { text } = await sidecar.get('/metrics');
    expect(await runCommand(['promtool', 'check', 'metrics'], text)).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    for (const { mac } of [first, second]) {
      expect(text).toContain(`arpsweep_responder_info{link="srv0",ip="${CONTESTED}",mac="${mac}"} 1\n`);
    }
    expect(text).toContain('\narpsweep_conflicts 1\n');
    expect(text).toContain('\narpsweep_findings{kind="duplicate-address",severity="error"} 1\n');
    expect(text).toMatch(/\narpsweep_rtt_seconds_bucket\{le="\+Inf"\} [1-9]/);
  });

  test('is the latest report, and what is known', async () => {
    const report = JSON.parse((await sidecar.get('/report')).text);
    expect(report).toMatchObject({
      schemaVersion: 1,
      outcome: 'complete',
      targets: ['10.80.0.1-10.80.0.10'],
    });
    const contested = await waitFor(
      async () => {
        const { addresses }: WatchState = JSON.parse((await sidecar.get('/state')).text);
        return addresses.find(({ ip, state }) => ip === CONTESTED && state === 'conflict');
      },
      { what: 'the conflict to be known' },
    );
    expect(contested.link).toBe('srv0');
    expect(contested.holders.map(({ mac }) => mac).sort()).toEqual([first.mac, second.mac].sort());
  });

  test('is each change as it comes, over HTTP and on standard output', async () => {
    const reader = talk(sidecar.port, 'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await waitFor(() => reader.text().includes('retry:'), { what: 'the stream' });
    await second.run(['ip', 'address', 'add', '10.80.0.9/24', 'dev', 'eth0']);
    const changes = () =>
      [...reader.text().matchAll(/^event: change\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    const found = await waitFor(() => changes().find(({ ip }) => ip === '10.80.0.9'), { what: 'the change' });
    expect(found).toMatchObject({ type: 'new', link: 'srv0', macs: [second.mac], whileAway: false });
    await waitFor(() => reader.text().includes('event: sweep\n'), { what: 'word of a sweep' });
    await waitFor(() => sidecar.run.stdout().includes('10.80.0.9'), { what: 'the line' });
    reader.socket.destroy();
  });
});

describe('its end', () => {
  test('is 0 at SIGTERM, with those who listen told, and 130 at SIGINT', async () => {
    const sidecar = await startSidecar(quick);
    const reader = talk(sidecar.port, 'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const silent = talk(sidecar.port);
    await waitFor(() => reader.text().includes('retry:'), { what: 'the stream' });
    expect(await sidecar.end()).toMatchObject({ status: 0, signal: null });
    await Promise.all([reader.closed, silent.closed]);
    expect(reader.text()).toMatch(/\r\n0\r\n\r\n$/);
    const interrupted = await startSidecar(quick);
    expect((await interrupted.end('SIGINT')).status).toBe(130);
  });

  test('comes to process 1 of a container as well, to whom the kernel gives only what it catches', async () => {
    const run = startCli(['serve', '--listen', '127.0.0.1:0', ...quick], {
      through: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
    });
    await waitFor(() => run.stderr().includes('serving on'), { what: 'the sidecar to serve' });
    const [pid = ''] = readFileSync(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'utf8').split(
      ' ',
    );
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
    process.kill(Number(pid), 'SIGTERM');
    expect(await run.result).toMatchObject({ status: 0, signal: null });
  });
});

test('a port that is taken, an address that is not ours and wrong words are told before anything is sent', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await waitFor(() => taken.listening, { what: 'the port' });
  const { port } = taken.address() as { port: number };
  const witness = await capture(null, 'srv0');
  const serve = (...args: string[]) => commandLine('serve', ...quick, ...args);
  const results = [
    await serve('--listen', `127.0.0.1:${port}`),
    await serve('--listen', '192.0.2.1:0'),
    await serve('--listen', 'localhost'),
    await serve('--max-series', 'many'),
  ];
  taken.close();
  expect(results.map(({ status, stdout }) => [status, stdout])).toEqual([
    [3, ''],
    [3, ''],
    [2, ''],
    [2, ''],
  ]);
  expect(results.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
    `arpsweep: HTTP cannot be served on 127.0.0.1:${port}: something else listens there already.`,
    'arpsweep: HTTP cannot be served on 192.0.2.1:0: this machine does not have that address.',
    'arpsweep: The address "localhost" cannot be listened on.',
    'arpsweep: The number of series "many" cannot be right.',
  ]);
  expect(questionsOf(await witness.stop(), OUR_MAC)).toEqual([]);
});

test('NET_RAW alone is enough, under no-new-privileges', async () => {
  const sidecar = await startSidecar(quick, {
    through: ['setpriv', '--no-new-privs', '--bounding-set=-all,+net_raw', '--inh-caps=-all,+net_raw'],
  });
  await waitFor(() => sidecar.isReady(), { what: 'a sweep that succeeds', timeoutMs: 10_000 });
  const status = readFileSync(`/proc/${sidecar.run.child.pid}/status`, 'utf8');
  // linux/capability.h: CAP_NET_RAW is the thirteenth bit.
  expect(status).toMatch(/^CapBnd:\t0*2000$/m);
  expect((await sidecar.end()).status).toBe(0);
});

describe('a link that goes away', () => {
  const make = async () => {
    await lab.pair('srv1', { address: '10.82.0.1/24' }, `far-${Math.random().toString(36).slice(2, 6)}`, {
      addresses: ['10.82.0.2/24'],
    });
  };
  const ip = (...words: string[]) => runCommand(['ip', ...words]);

  test('is waited for at the start, is missed while it is down or gone, and is swept again when it is back', async () => {
    const sidecar = await startSidecar(['-I', 'srv1', '10.82.0.2', '--interval', '300ms']);
    const why = async () => (await sidecar.get('/readyz')).text;
    const becomes = (isReady: boolean, what: string) =>
      waitFor(async () => (await sidecar.isReady()) === isReady, { what, timeoutMs: 10_000 });

    await waitFor(async () => /no sweep can be made: .*srv1/.test(await why()), {
      what: 'word of the missing link',
    });
    expect(sidecar.run.stderr().match(/srv1/g)?.length).toBeGreaterThan(0);
    await make();
    await becomes(true, 'the first sweep');

    await ip('link', 'set', 'dev', 'srv1', 'down');
    await becomes(false, 'word that it is down');
    expect(await sidecar.get('/healthz')).toMatchObject({ status: 200 });
    await ip('link', 'set', 'dev', 'srv1', 'up');
    await becomes(true, 'a sweep after it came up');

    await ip('link', 'delete', 'dev', 'srv1');
    await becomes(false, 'word that it is gone');
    await make();
    await becomes(true, 'a sweep of the new one');
    expect(await sidecar.metric('arpsweep_sweeps_total{outcome="not-started"}')).toBeGreaterThan(0);
    expect((await sidecar.end()).status).toBe(0);
  });
});

test('clients that are many, slow or hostile delay no sweep', async () => {
  // Everybody answers but who asks: a frame lost is a host lost.
  await lab.pair('srv2', { address: '10.81.7.1/21' }, 'crowd', { answersFor: ['10.81.0.0/23'] });
  const once = ['--passes', '1', '--rate', '1000', '--cooldown', '200ms'];
  const words = ['-I', 'srv2', '10.81.0.0/23', ...once, '--interval', '100ms'];
  const sidecar = await startSidecar(words);
  const alone = await sidecar.nextReport();
  const clients = harass(sidecar.port);
  await waitFor(() => clients.answers() > 200, { what: 'the clients to be at it', timeoutMs: 20_000 });
  await sidecar.nextReport();
  const before = clients.answers();
  const { outcome, counts, statistics, durationMs } = await sidecar.nextReport();
  expect((await sidecar.get('/healthz')).status).toBe(200);
  const answers = clients.answers() - before;
  clients.stop();
  expect({ outcome, answered: counts.answered }).toEqual({ outcome: 'complete', answered: 512 });
  expect(statistics).toMatchObject({ kernelDrops: 0, overruns: 0 });
  // The clients are on the same few processors, which is the rest.
  expect(statistics.rate).toBeGreaterThan(alone.statistics.rate * 0.75);
  expect(durationMs).toBeLessThan(alone.durationMs * 2);
  expect(answers).toBeGreaterThan(200);
  expect((await sidecar.end()).status).toBe(0);
});

/** Clients that ask without pause, do not read what they get, never end their question, or hang up in the middle. */
function harass(port: number): { answers(): number; stop(): void } {
  const head = 'HTTP/1.1\r\nHost: localhost\r\n';
  let answers = 0;
  let isOver = false;
  const open = new Set<Socket>();
  const begin = (words: string, onData: (socket: Socket) => void): void => {
    if (isOver) return;
    const socket = connect(port, '127.0.0.1', () => socket.write(words));
    open.add(socket);
    socket.on('data', () => onData(socket));
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      setTimeout(() => begin(words, onData), 100);
    });
  };
  for (let i = 0; i < 10; i++) {
    begin(`GET /metrics ${head}\r\n`, (socket) => {
      answers++;
      socket.write(`GET /metrics ${head}\r\n`);
    });
    begin(`GET /report ${head}\r\n`, (socket) => socket.pause());
    begin(`GET /state ${head}\r\n`, (socket) => socket.resetAndDestroy());
    begin(`GET /events ${head}\r\n`, (socket) => socket.pause());
  }
  for (let i = 0; i < 240; i++) begin(`GET / ${head}X-Slow: `, () => {});
  return {
    answers: () => answers,
    stop() {
      isOver = true;
      for (const socket of open) socket.destroy();
    },
  };
}
