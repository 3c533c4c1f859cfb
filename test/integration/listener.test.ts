/** The listener in a program: what it hears, held against tcpdump, and what must not go wrong around it. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { runCommand } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import type { HeardFrame } from '../../src/listen/heard-frame.js';
import { listenOn } from '../../src/listen/listen.js';
import { native } from '../../src/native.js';
import { formatAddress } from '../../src/targets/address.js';
import { readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';

let lab: Lab;
let link: Link;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('ls0', { address: '10.90.0.1/24' }, 'far', {
    addresses: ['10.90.0.2/24'],
  }));
});
afterAll(() => lab.remove());

test('hears what tcpdump sees at both ends of a cable, in the same order and at the same times', async () => {
  const ends = [
    { label: 'near', interface: link.name, namespacePath: null },
    { label: 'far', interface: host.interface, namespacePath: `/run/netns/${host.namespace}` },
  ];
  const heard: HeardFrame[][] = [[], []];
  const witnesses = await Promise.all([
    capture(null, link.name, 'arp'),
    capture(host, host.interface, 'arp'),
  ]);
  const listening = listenOn(
    native(),
    ends.map((end) => ({ ...end, promiscuous: false, outgoing: true })),
    (frames) => {
      for (const frame of frames) heard[frame.link]?.push(frame);
    },
  );
  await sweep('10.90.0.0/26', { links: [link.name], passes: 2 }).report();
  listening.finish();
  await listening.done;
  expect(listening.status()).toMatchObject({
    overruns: 0,
    links: [
      { state: 'up', kernelDrops: 0 },
      { state: 'up', kernelDrops: 0 },
    ],
  });

  const seen = await Promise.all(witnesses.map((witness) => witness.stop()));
  for (const [end, frames] of seen.entries()) {
    const ours = heard[end] ?? [];
    const fields = ours.map(({ source, destination, arp }) => ({
      source,
      destination,
      operation: arp?.operation,
      sha: arp?.sha,
      spa: formatAddress(arp?.spa ?? 0),
      tha: arp?.tha,
      tpa: formatAddress(arp?.tpa ?? 0),
    }));
    const theirs = frames.map(readArp);
    expect(fields).toEqual(
      theirs.map(({ source, destination, operation, sha, spa, tha, tpa }) => {
        return { source, destination, operation, sha, spa, tha, tpa };
      }),
    );
    expect(ours.length).toBeGreaterThan(120);
    // Both have the kernel's stamps; the witness rounds to microseconds, and may have been given one by its own tap.
    for (const [i, { atMs }] of ours.entries())
      expect(Math.abs(atMs - (theirs[i]?.timeMs ?? 0))).toBeLessThan(1);
    expect(ours.filter(({ outgoing }) => outgoing).length).toBe(
      theirs.filter(({ source }) => source === (end === 0 ? link.mac : host.mac)).length,
    );
  }
});

describe('a process', () => {
  const script = fileURLToPath(new URL('../fixtures/listening.mjs', import.meta.url));
  // By timeout(1), so that what hangs does not disturb the tests after it.
  const fixture = (how: string) =>
    runCommand(['timeout', '60', process.execPath, '--expose-gc', script, link.name, how]);

  test('that exits while it listens keeps its exit code', async () => {
    expect(await fixture('exit')).toMatchObject({ status: 7, stdout: '', stderr: '' });
  });

  test.each(['workers', 'drop'])('whose listeners end by %s holds no more than before', async (how) => {
    const { status, stdout, stderr } = await fixture(how);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { before, after } = JSON.parse(stdout);
    expect(after.descriptors).toEqual(before.descriptors);
    expect(after.threads).toBe(before.threads);
    // A ring left mapped would cost a megabyte each.
    expect(after.residentBytes - before.residentBytes).toBeLessThan(16 * 2 ** 20);
  });
});
