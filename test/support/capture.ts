import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { toolEnvironment } from '../../src/lab/command.js';
import type { Host } from '../../src/lab/lab.js';
import { argvOn, inject } from './inject.js';
import { type CapturedFrame, pcapReader } from './pcap.js';
import { waitFor } from './wait-for.js';

export type { CapturedFrame } from './pcap.js';

/** A witness that is independent of arpsweep: what really was on the wire. */
export interface Capture {
  /** The frames seen so far. */
  frames(): readonly CapturedFrame[];
  /** Ends the capture and resolves to every frame seen until now; rejects where the kernel dropped any. */
  stop(): Promise<readonly CapturedFrame[]>;
}

/** IEEE 802 local experimental EtherType 1, for the frame that marks the end of a capture. */
const FENCE_ETHERTYPE = 0x88b5;
const BUFFER_MIB = 64;
/** Bytes kept of a frame. tcpdump divides its buffer into slots of this size: a few large ones soon overflow. */
const SNAPSHOT_LENGTH = 256;

/** tcpdump insists on giving up root, which a user namespace of one user does not let it; dumpcap does not. */
function witnessArgv(iface: string, filter: string): string[] {
  const isRealRoot = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));
  return isRealRoot
    ? [
        'tcpdump',
        '-i',
        iface,
        '-Z',
        'root',
        '-B',
        `${BUFFER_MIB * 1024}`,
        '-s',
        `${SNAPSHOT_LENGTH}`,
        '--immediate-mode',
        '--time-stamp-precision=nano',
        '-U',
        '-w',
        '-',
        filter,
      ]
    : [
        'dumpcap',
        '-i',
        iface,
        '-P',
        '-q',
        '-B',
        `${BUFFER_MIB}`,
        '-s',
        `${SNAPSHOT_LENGTH}`,
        '-w',
        '-',
        '-f',
        filter,
      ];
}

/** Untagged Ethernet to nobody, with an identity of its own. */
function makeFence(): Buffer {
  const fence = Buffer.alloc(60);
  fence.writeUInt16BE(0x0200, 6);
  fence.writeUInt16BE(FENCE_ETHERTYPE, 12);
  randomBytes(16).copy(fence, 14);
  return fence;
}

/**
 * Captures on an interface of a host, or of this namespace where `where` is null, from the moment this resolves.
 * `filter` is a pcap-filter(7) expression.
 */
export async function capture(
  where: Pick<Host, 'namespace'> | null,
  iface: string,
  filter = 'arp or (vlan and arp)',
): Promise<Capture> {
  // The fence comes first: after the keyword `vlan` every offset in an expression means the tagged frame.
  const argv = argvOn(where, witnessArgv(iface, `ether proto ${FENCE_ETHERTYPE} or (${filter})`));
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const read = pcapReader();
  const seen: CapturedFrame[] = [];
  let messages = '';
  child.stdout.on('data', (chunk: Buffer) => seen.push(...read(chunk)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });

  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const isFence = ({ bytes }: CapturedFrame) =>
    bytes.length >= 14 && bytes.readUInt16BE(12) === FENCE_ETHERTYPE;
  const frames = () => seen.filter((frame) => !isFence(frame));

  await waitFor(() => (isAlive() ? /listening on|^File: /m.test(messages) : fail()), {
    what: `a capture on ${iface} to start`,
  });

  function fail(): never {
    throw new Error(`${argv.join(' ')} ended: ${messages}`);
  }

  return {
    frames,
    async stop() {
      if (isAlive()) {
        // What came before our own frame is in the stream before it, however far behind the witness was.
        const fence = makeFence();
        await inject(where, iface, [fence]).then(
          () =>
            waitFor(() => seen.some(({ bytes }) => bytes.equals(fence)), { what: 'the end of a capture' }),
          // A link that is down or gone carries neither the fence nor anything after it.
          () => undefined,
        );
        child.kill('SIGINT');
      }
      await exited;
      const dropped = Number(
        /(\d+) packets? dropped by kernel|: \d+\/(\d+) \(pcap/.exec(messages)?.slice(1).find(Boolean),
      );
      if (dropped > 0) throw new Error(`the witness on ${iface} lost ${dropped} frames: ${messages}`);
      return frames();
    },
  };
}
