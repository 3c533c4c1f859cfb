import { describe, expect, it } from 'vitest';
import { PermissionError, SystemError } from '../../src/errors.js';
import type { HeardFrame } from '../../src/listen/heard-frame.js';
import { listenOn } from '../../src/listen/listen.js';
import { REPLY } from '../support/arp-frames.js';
import { ip } from '../support/fake-addon.js';
import { fakeListener, type HeardFields, packedFrame } from '../support/fake-listener.js';

const reply: HeardFields = {
  operation: REPLY,
  sha: '02:00:00:00:00:05',
  spa: '10.0.0.5',
  tha: '02:00:00:00:00:02',
  tpa: '10.0.0.2',
  source: '02:00:00:00:00:ff',
  atMs: 1_700_000_000_123.456,
};

const packed = (fields: Partial<HeardFields> = {}): Buffer => packedFrame({ ...reply, ...fields });

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
    fake.queue.push(packed({ link: 3, outgoing: true, vlan: 100 }), packed({ result: 1 }));
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
