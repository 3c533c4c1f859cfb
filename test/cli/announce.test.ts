/** `arpsweep announce`: what a neighbour's kernel makes of it, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { announce } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { ipBatch } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { readArp } from '../support/arp-frames.js';
import { type Capture, capture } from '../support/capture.js';
import { commandLine } from '../support/command-line.js';
import { waitFor } from '../support/wait-for.js';

const LINK = 'an0';
const OURS = '10.86.1.1';
const MOVED = '10.86.1.50';
const THEIRS = '10.86.1.5';
const OLD_MAC = '02:00:00:00:00:66';

let lab: Lab;
let link: Link;
let host: Host;
let witness: Capture;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair(LINK, { address: `${OURS}/24` }, 'neighbour', {
    addresses: [`${THEIRS}/24`],
  }));
  await ipBatch(null, [`address add ${MOVED}/24 dev ${LINK}`]);
  witness = await capture(host, host.interface);
});
afterAll(() => lab.remove());

/** Which MAC the neighbour's kernel sends to for the address. */
async function macAtNeighbour(): Promise<string | undefined> {
  const shown = await mustRun(['ip', '-n', host.namespace, '-json', 'neighbour', 'show', MOVED]);
  return JSON.parse(shown)[0]?.lladdr;
}

describe('an address that has moved here', () => {
  test.each([
    ['request', []],
    ['reply', ['--reply']],
  ])('is taken by a neighbour’s kernel from a gratuitous %s', async (_, words) => {
    // As if the entry were older than a second: until then the kernel leaves it as it is.
    await ipBatch(host.namespace, [
      'ntable change name arp_cache dev eth0 locktime 0',
      `neighbour replace ${MOVED} lladdr ${OLD_MAC} dev eth0 nud stale`,
    ]);
    expect(await macAtNeighbour()).toBe(OLD_MAC);
    expect(await commandLine('announce', '-i', '20ms', ...words, MOVED)).toEqual({
      status: 0,
      stdout: `${MOVED} is at ${link.mac}: announced on ${LINK} 2 times\n`,
      stderr: '',
    });
    await waitFor(async () => (await macAtNeighbour()) === link.mac, { what: 'the neighbour to know' });
  });

  test('by another command is the kernel’s own to the last byte, but for the padding', async () => {
    // With arp_notify the kernel announces an address itself when its link comes up.
    await mustRun(['sh', '-c', `echo 1 > /proc/sys/net/ipv4/conf/${LINK}/arp_notify`]);
    const before = witness.frames().length;
    await link.setUp(false);
    await link.setUp(true);
    const isKernels = ({ operation, spa, tpa }: ReturnType<typeof readArp>) =>
      operation === 1 && spa === MOVED && tpa === MOVED;
    const theirs = await waitFor(
      () =>
        witness
          .frames()
          .slice(before)
          .find((frame) => isKernels(readArp(frame))),
      { what: 'the kernel’s own announcement' },
    );
    const ours = witness.frames().find((frame) => isKernels(readArp(frame)));
    expect(ours?.bytes.subarray(0, 42).toString('hex')).toBe(theirs.bytes.subarray(0, 42).toString('hex'));
  });
});

test('what the link does not hold is refused, and announced by force', async () => {
  const { status, stdout, stderr } = await commandLine('announce', THEIRS);
  expect(stderr).toMatch(/^arpsweep: This machine does not hold 10\.86\.1\.5: .*\.\n.*--force/);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });

  const [forced] = await announce(THEIRS, { links: [LINK], force: true, count: 1 });
  expect(forced).toMatchObject({ ip: THEIRS, mac: link.mac, sent: 1, count: 1 });
});

test('what does not leave is said, with 3', async () => {
  const chain = `type filter hook egress device ${LINK} priority 0;`;
  await mustRun(['nft', '-f', '-'], `table netdev mute {\n chain c {\n ${chain}\n drop\n }\n}\n`);
  const result = await commandLine('announce', '-i', '20ms', MOVED);
  await mustRun(['nft', 'flush', 'ruleset']);
  expect(result).toEqual({
    status: 3,
    stdout: `${MOVED} is at ${link.mac}: announced on ${LINK} 0 times of 2, the others did not leave (ENOBUFS)\n`,
    stderr: '',
  });
});

// The last of all: it looks back on every case above.
test('what was on the wire is two requests, two replies and the one by force', async () => {
  const announced = (await witness.stop())
    .map(readArp)
    .filter(({ sha, spa, tpa }) => sha === link.mac && spa === tpa);
  const counts = (operation: number, ip: string) =>
    announced.filter((arp) => arp.operation === operation && arp.spa === ip).length;
  // The third is the kernel's own.
  expect([counts(1, MOVED), counts(2, MOVED), counts(1, THEIRS)]).toEqual([3, 2, 1]);
});
