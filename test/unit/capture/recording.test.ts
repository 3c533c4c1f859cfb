import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LINKTYPE_ETHERNET } from '../../../src/capture/recorded.js';
import { type LinkToRecord, startRecorder } from '../../../src/capture/recorder.js';
import { startRecording } from '../../../src/capture/recording.js';
import type { RecordingFile } from '../../../src/capture/recording-file.js';
import { OptionError } from '../../../src/errors.js';
import type { Finding, Report } from '../../../src/generated/report-types.js';
import { heardFrameBuffer, packRawFrame } from '../../../src/listen/heard-frame.js';
import { HEARD_FRAME_BYTES, type ListenerStatus, type NativeListener, native } from '../../../src/native.js';
import { arpFrame, REPLY } from '../../support/arp-frames.js';
import { readAll, unnamed } from '../../support/recordings.js';
import { waitFor } from '../../support/wait-for.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-'));
  path = join(directory, 'run.pcapng');
});
afterEach(() => rmSync(directory, { recursive: true }));

const link = (name: string): LinkToRecord => ({
  label: name,
  interface: name,
  netns: null,
  namespacePath: null,
  promiscuous: false,
  outgoing: true,
  recorded: { ...unnamed, name, linkType: LINKTYPE_ETHERNET },
});

const plan = {
  links: [link('eth0'), link('eth1')],
  names: [{ mac: '02:00:00:00:00:01', names: ['vm eth0'] }],
};
const nothing = { findings: [], links: [], targets: ['10.0.0.0/24'] };

/** A listener that hears what a test says. */
function fakeListener() {
  const queue: Uint8Array[] = [];
  let onWake = (): void => {};
  let status: ListenerStatus = {
    state: 'listening',
    overruns: 0,
    links: [
      { state: 'up', kernelDrops: 0, overruns: 0 },
      { state: 'up', kernelDrops: 0, overruns: 0 },
    ],
    fault: null,
  };
  const fake = {
    closed: false,
    /** How often frames were fetched. */
    drains: 0,
    hear: (at: number, bytes: Uint8Array, { times = 1, packetType = 0 } = {}) => {
      const buffer = heardFrameBuffer(1);
      packRawFrame(buffer, 0, { link: at, timeNs: 1n, packetType, length: bytes.length, bytes });
      for (let i = 0; i < times; i++) queue.push(buffer.bytes);
      onWake();
    },
    drop: (at: number, kernelDrops: number, overruns: number) => {
      const links = status.links.map((each, i) => (i === at ? { ...each, kernelDrops, overruns } : each));
      status = { ...status, links };
    },
  };
  function Listener(_capacity: number, wake: () => void): NativeListener {
    onWake = wake;
    return {
      open: () => {},
      start: () => {},
      finish: () => {
        status = { ...status, state: 'done' };
        setImmediate(wake);
      },
      close: () => {
        fake.closed = true;
      },
      drain: (into) => {
        fake.drains += 1;
        const taken = queue.splice(0, into.length / HEARD_FRAME_BYTES);
        into.set(Buffer.concat(taken));
        return taken.length;
      },
      status: () => status,
    };
  }
  const addon = {
    Listener: Listener as unknown as new () => NativeListener,
    describeFrames: native().describeFrames,
  };
  return { fake, addon };
}

const answer = (ip: string, mac: string) =>
  arpFrame({ operation: REPLY, sha: mac, spa: ip, tha: '02:00:00:00:00:01', tpa: '10.0.0.2' });
const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';

const finding = (more: Partial<Finding>): Finding => ({
  kind: 'duplicate-address',
  severity: 'error',
  link: 0,
  ips: ['10.0.0.5'],
  macs: [A],
  message: '',
  evidence: {},
  ...more,
});

const found = (...findings: Finding[]): Pick<Report, 'findings' | 'links' | 'targets'> => ({
  ...nothing,
  findings,
  links: ['eth0', 'eth1'].map((name) => ({ interface: name, netns: null }) as Report['links'][number]),
});

describe('a recording', () => {
  test('has its frames in the file as they come, and statistics at the end', async () => {
    const { fake, addon } = fakeListener();
    const recording = await startRecording(addon, path, plan);
    fake.hear(0, answer('10.0.0.5', A), { times: 5000 });
    fake.hear(1, answer('10.0.0.6', B), { packetType: 4 });
    await waitFor(
      () =>
        readdirSync(directory).includes('run.pcapng') && readAll(readFileSync(path)).frames.length === 5001,
      {
        what: 'the frames to be in the file',
      },
    );
    fake.drop(1, 3, 4);
    const outcome = await recording.finish(nothing);
    const { interfaces, names, frames, statistics, isWhole } = readAll(readFileSync(path));
    expect(interfaces.map(({ name }) => name)).toEqual(['eth0', 'eth1']);
    expect(names).toEqual(plan.names);
    expect(frames.map((frame) => frame.link)).toEqual([...Array(5000).fill(0), 1]);
    expect(frames[5000]).toMatchObject({ timeNs: 1n, packetType: 4, length: 42 });
    expect(Buffer.from(frames[0]?.bytes ?? [])).toEqual(answer('10.0.0.5', A));
    expect(statistics).toEqual([
      { link: 0, received: 5000, dropped: 0, comment: 'targets: 10.0.0.0/24' },
      { link: 1, received: 8, dropped: 7, comment: 'targets: 10.0.0.0/24' },
    ]);
    expect(isWhole).toBe(true);
    expect(outcome).toEqual({
      isWhole: true,
      warnings: [`the recording "${path}" lacks 7 frames, which came faster than they could be written`],
    });
    expect(fake.closed).toBe(true);
    expect(readdirSync(directory)).toEqual(['run.pcapng']);
  });

  test('leaves an older file alone until there is a frame', async () => {
    writeFileSync(path, 'old', { mode: 0o640 });
    const first = fakeListener();
    const vain = await startRecording(first.addon, path, plan);
    await vain.abandon();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['run.pcapng']);

    const { fake, addon } = fakeListener();
    const recording = await startRecording(addon, path, plan);
    expect(readFileSync(path, 'utf8')).toBe('old');
    fake.hear(0, answer('10.0.0.5', A));
    await recording.finish(found(finding({})));
    expect(readAll(readFileSync(path)).frames).toHaveLength(1);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('keeps what was heard when the run fails after all', async () => {
    const { fake, addon } = fakeListener();
    const recording = await startRecording(addon, path, plan);
    fake.hear(0, answer('10.0.0.5', A));
    await waitFor(() => readdirSync(directory).includes('run.pcapng'), { what: 'the file' });
    await recording.abandon();
    expect(readAll(readFileSync(path))).toMatchObject({ frames: [{ link: 0 }], isWhole: true });
    expect(fake.closed).toBe(true);
  });

  test('is written through a symbolic link, not over it', async () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'old');
    symlinkSync(target, path);
    const { fake, addon } = fakeListener();
    const recording = await startRecording(addon, path, plan);
    fake.hear(0, answer('10.0.0.5', A));
    await recording.finish(found(finding({})));
    expect(readAll(readFileSync(target)).frames).toHaveLength(1);
  });

  test('has comments on the frames that made a finding, and on no other', async () => {
    const { fake, addon } = fakeListener();
    const recording = await startRecording(addon, path, plan);
    fake.hear(0, answer('10.0.0.5', A));
    fake.hear(0, answer('10.0.0.5', B));
    fake.hear(0, answer('10.0.0.6', A));
    fake.hear(1, answer('10.0.0.5', A));
    fake.hear(0, answer('10.0.0.7', '02:00:00:00:00:01'), { packetType: 4 });
    fake.hear(0, answer('10.0.0.8', '02:00:00:00:00:01'));
    await recording.finish(
      found(
        finding({}),
        finding({ kind: 'sender-mismatch', macs: [A, B], ips: ['10.0.0.5', '10.0.0.9'] }),
        // Where it names no address, what came in from the machine made it.
        finding({ kind: 'own-mac-on-wire', macs: ['02:00:00:00:00:01'], ips: [] }),
        finding({ kind: 'loss', macs: [], ips: [] }),
      ),
    );
    const file = readFileSync(path);
    expect(readAll(file).frames).toHaveLength(6);
    const comments = ['duplicate-address: 10.0.0.5', 'sender-mismatch: 10.0.0.5', 'own-mac-on-wire'];
    // Where each stands in the file, against where each frame begins.
    const starts: number[] = [];
    for (const mac of [A, B, A, A, '02:00:00:00:00:01', '02:00:00:00:00:01']) {
      const header = Buffer.from(`020000000001${mac.replaceAll(':', '')}0806`, 'hex');
      starts.push(file.indexOf(header, (starts.at(-1) ?? -1) + 1));
    }
    const frameOfComment = (text: string) => {
      const places: number[] = [];
      for (let at = file.indexOf(text); at >= 0; at = file.indexOf(text, at + 1)) {
        places.push(starts.findLastIndex((start) => start < at));
      }
      return places;
    };
    expect(comments.map(frameOfComment)).toEqual([[0], [0, 1], [5]]);
    expect(readdirSync(directory)).toEqual(['run.pcapng']);
  });

  test('may go to a device, where it has no comments and says so', async () => {
    const { fake, addon } = fakeListener();
    const recording = await startRecording(addon, '/dev/null', plan);
    fake.hear(0, answer('10.0.0.5', A));
    const { isWhole, warnings } = await recording.finish(found(finding({})));
    expect(isWhole).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('no comments')]);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.each([
    ['in a directory that is missing', (dir: string) => join(dir, 'nowhere', 'run.pcapng')],
    ['that is a directory', (dir: string) => dir],
    ['on a device that is full', () => '/dev/full'],
    ['on standard output', () => '-'],
  ])('is refused beforehand %s, and nothing is left open', async (_, place) => {
    const { addon } = fakeListener();
    await expect(startRecording(addon, place(directory), plan)).rejects.toThrow(OptionError);
    expect(readdirSync(directory)).toEqual([]);
  });
});

/** A file that takes so many writes. */
function failingFile(writes: number): RecordingFile & { release(): void } {
  let left = writes;
  let release = (): void => {};
  return {
    place: null,
    handle: null as never,
    size: 0,
    append: async () => {
      left -= 1;
      if (left === 0) await new Promise<void>((resolve) => (release = resolve));
      if (left < 0)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    settle: async () => {},
    close: async () => {},
    release: () => release(),
  };
}

describe('a recorder', () => {
  test('leaves frames where they are while earlier ones are being written', async () => {
    const { fake, addon } = fakeListener();
    const file = failingFile(2);
    const recorder = await startRecorder(addon, plan, file);
    fake.hear(0, answer('10.0.0.5', A));
    const before = fake.drains;
    for (let i = 0; i < 10; i++) fake.hear(0, answer('10.0.0.5', A));
    expect(fake.drains).toBe(before);
    file.release();
    await waitFor(() => fake.drains > before, { what: 'the next frames to be fetched' });
    await recorder.close();
  });

  test('that cannot write any more tells how much it wrote, and fetches frames all the same', async () => {
    const { fake, addon } = fakeListener();
    const file = failingFile(2);
    const recorder = await startRecorder(addon, plan, file);
    fake.hear(0, answer('10.0.0.5', A), { times: 3 });
    fake.hear(0, answer('10.0.0.5', A), { times: 7 });
    file.release();
    const { failure, tallies } = await recorder.finish();
    expect(failure).toMatchObject({ code: 'ENOSPC' });
    expect(tallies.map(({ written }) => written)).toEqual([3, 0]);
  });
});
