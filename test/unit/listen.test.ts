import { describe, expect, it } from 'vitest';
import { PermissionError, SystemError } from '../../src/errors.js';
import type { HeardFrame } from '../../src/listen/heard-frame.js';
import { listenOn } from '../../src/listen/listen.js';
import type { ListenerStatus, ListenLink, NativeListener } from '../../src/native.js';
import { HEARD_FRAME_BYTES } from '../../src/native.js';
import { ip } from '../support/fake-addon.js';

const OUTGOING = 4;

/** Packs a frame as native/core/listen/heard_frame.h lays it out; written apart from the decoder that it tests. */
function packed(fields: { link?: number; type?: number; result?: number; vlan?: number } = {}): Buffer {
  const frame = Buffer.alloc(HEARD_FRAME_BYTES);
  frame.writeBigInt64LE(1_700_000_000_123_456_789n, 0);
  frame.writeUInt32LE(fields.link ?? 0, 8);
  frame.writeUInt16LE(42, 12);
  frame.writeUInt16LE(42, 14);
  frame.writeUInt8(fields.type ?? 0, 16);
  frame.writeUInt8(fields.result ?? 0, 17);
  frame.writeUInt16LE(fields.vlan ?? 0, 18);
  frame.writeUInt16LE(2, 20);
  frame.writeUInt32LE(ip('10.0.0.5'), 24);
  frame.writeUInt32LE(ip('10.0.0.2'), 28);
  Buffer.from('020000000005', 'hex').copy(frame, 32);
  Buffer.from('020000000002', 'hex').copy(frame, 38);
  Buffer.from('0200000000020200000000ff', 'hex').copy(frame, 44);
  return frame;
}

interface Fake {
  readonly opened: ListenLink[];
  readonly queue: Buffer[];
  status: ListenerStatus;
  closed: boolean;
  wake(): void;
}

/** An addon whose listener hears what a test puts into its queue. `refuse` is thrown when a link is opened. */
function fakeListener(refuse?: Error) {
  const fake: Fake = {
    opened: [],
    queue: [],
    status: { state: 'idle', overruns: 0, links: [], fault: null },
    closed: false,
    wake: () => {},
  };
  function Listener(_capacity: number, onWake: () => void): NativeListener {
    fake.wake = onWake;
    return {
      open(link) {
        if (refuse) throw refuse;
        fake.opened.push(link);
      },
      start() {
        fake.status = { ...fake.status, state: 'listening' };
      },
      finish() {
        fake.status = { ...fake.status, state: 'done' };
        setImmediate(onWake);
      },
      close() {
        fake.closed = true;
      },
      drain(into) {
        const taken = fake.queue.splice(0, into.length / HEARD_FRAME_BYTES);
        into.set(Buffer.concat(taken));
        return taken.length;
      },
      status: () => fake.status,
    };
  }
  return { fake, addon: { Listener: Listener as unknown as new () => NativeListener } };
}

const eth0 = { label: 'eth0', interface: 'eth0', namespacePath: null, promiscuous: false, outgoing: true };

function listen(refuse?: Error) {
  const { fake, addon } = fakeListener(refuse);
  const heard: HeardFrame[] = [];
  const listening = listenOn(addon, [eth0], (frames) => heard.push(...frames));
  return { fake, heard, listening };
}

describe('a listener', () => {
  it('decodes what is heard', async () => {
    const { fake, heard, listening } = listen();
    fake.queue.push(packed({ link: 3, type: OUTGOING, vlan: 100 }), packed({ result: 1 }));
    listening.finish();
    await listening.done;
    expect(heard[0]).toEqual({
      link: 3,
      atMs: expect.closeTo(1_700_000_000_123.456, 2),
      outgoing: true,
      vlan: 100,
      innerVlan: null,
      destination: '02:00:00:00:00:02',
      source: '02:00:00:00:00:ff',
      arp: {
        operation: 2,
        sha: '02:00:00:00:00:05',
        spa: ip('10.0.0.5'),
        tha: '02:00:00:00:00:02',
        tpa: ip('10.0.0.2'),
      },
    });
    expect(heard[1]).toMatchObject({ link: 0, outgoing: false, vlan: null, arp: null });
  });

  it('tells the tag within a tag from the frame itself', async () => {
    const { fake, heard, listening } = listen();
    for (const tags of ['88a800648100b007', '81000064', '81000064810000000806', '9100006491000007']) {
      const frame = packed({ vlan: 100 });
      Buffer.from(tags, 'hex').copy(frame, 44 + 12);
      fake.queue.push(frame);
    }
    listening.finish();
    await listening.done;
    expect(heard.map(({ innerVlan }) => innerVlan)).toEqual([7, null, null, 7]);
  });

  it('hands over everything before it is done, and frees what it held', async () => {
    const { fake, heard, listening } = listen();
    for (let i = 0; i < 20_000; i++) fake.queue.push(packed({ link: i }));
    listening.finish();
    await listening.done;
    expect(heard.map(({ link }) => link)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
    expect(fake.closed).toBe(true);
  });

  it('lets others have their turn in a flood', async () => {
    const { fake, listening } = listen();
    const endless = packed();
    fake.queue.splice = () => Array(256).fill(endless);
    fake.wake();
    // Would not come to be, if the flood were drained to its end.
    await new Promise((resolve) => setTimeout(resolve, 0));
    fake.queue.splice = () => [];
    listening.finish();
    await listening.done;
  });

  it('ends with a typed error where the kernel ends it', async () => {
    const { fake, listening } = listen();
    fake.status = { ...fake.status, state: 'done', fault: { syscall: 'recvmsg AF_NETLINK', errno: 105 } };
    fake.wake();
    await expect(listening.done).rejects.toThrow(SystemError);
    await expect(listening.done).rejects.toMatchObject({ code: 'ENOBUFS' });
  });

  it.each([
    ['socket AF_PACKET', 'CAP_NET_RAW'],
    ['setns', 'CAP_SYS_ADMIN'],
  ])('that may not call %s says that it needs %s, and leaves nothing open', (syscall, capability) => {
    const refusal = Object.assign(new Error('refused'), { syscall, errno: 1 });
    const { fake, addon } = fakeListener(refusal);
    expect(() => listenOn(addon, [eth0], () => {})).toThrow(PermissionError);
    expect(() => listenOn(addon, [eth0], () => {})).toThrow(capability);
    expect(fake.closed).toBe(true);
  });
});
