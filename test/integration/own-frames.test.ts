/** Our own frames come back, or seem to: from a loop, from a port that reflects, from a machine with our MAC. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { inNamespace } from '../../src/lab/host.js';
import { awaitForwarding, ipBatch, vethLine } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';

const OUR_MAC = '02:00:00:00:00:99';
const TARGETS = '10.0.0.0/26';

let lab: Lab;
let lan: Switch;
let host: Host;
let ourPort: string;
beforeAll(async () => {
  lab = await createLab();
  lan = await lab.switch('sw0');
  // The first cable is on the first port.
  await lab.link('eth0', { on: lan, mac: OUR_MAC, address: '10.0.0.2/24' });
  ourPort = 'port1';
  host = await lab.host('healthy', { on: lan, addresses: ['10.0.0.20/24'] });
});
afterAll(() => lab.remove());

const onSwitch = (argv: readonly string[], input = '') => mustRun(inNamespace(lan.namespace, argv), input);

/** A sweep, and how often a frame that it sent came to its own interface, by the witness there. */
async function sweepLan(): Promise<{ report: Report; copies: number }> {
  const witness = await capture(null, 'eth0');
  const report = await sweep(TARGETS, { links: ['eth0'] }).report();
  const frames = questionsOf(await witness.stop(), OUR_MAC);
  return { report, copies: frames.length - report.statistics.transmitted };
}

test('a port in hairpin mode returns each broadcast once, and nothing is found', async () => {
  await onSwitch(['bridge', 'link', 'set', 'dev', ourPort, 'hairpin', 'on']);
  try {
    const { report, copies } = await sweepLan();
    expectSound(report);
    // Of all but the one that was confirmed by unicast.
    expect(copies).toBe(report.statistics.transmitted - 1);
    expect(respondersByIp(report)).toEqual({ '10.0.0.20': [host.mac] });
    expect(report.findings).toEqual([]);
  } finally {
    await onSwitch(['bridge', 'link', 'set', 'dev', ourPort, 'hairpin', 'off']);
  }
});

test('a loop returns what was sent many times over, and is an error', async () => {
  const other = await lab.switch('sw1');
  const cables = ['loop1', 'loop2'];
  const ends = [lan.namespace, other.namespace];
  // A real one fills the wires; of this one's frames every second is lost on each round, so that all of them die.
  const dying = cables.flatMap((name) => [
    `add chain netdev loop ${name} { type filter hook ingress device ${name} priority 0; }`,
    `add rule netdev loop ${name} numgen random mod 2 == 0 drop`,
  ]);
  for (const name of cables) {
    await ipBatch(null, [vethLine({ namespace: lan.namespace, name }, { namespace: other.namespace, name })]);
  }
  await mustRun(
    inNamespace(other.namespace, ['nft', '-f', '-']),
    `${['add table netdev loop', ...dying].join('\n')}\n`,
  );
  // As port security does: the switch would look for us where our own frames come from, and answers be lost.
  await onSwitch(['bridge', 'fdb', 'replace', OUR_MAC, 'dev', ourPort, 'master', 'static', 'sticky']);
  for (const namespace of ends) {
    await ipBatch(
      namespace,
      cables.map((name) => `link set dev ${name} master br0 up`),
    );
  }
  await Promise.all(ends.flatMap((namespace) => cables.map((name) => awaitForwarding({ namespace, name }))));
  try {
    const { report, copies } = await sweepLan();

    expect(respondersByIp(report)).toEqual({ '10.0.0.20': [host.mac] });
    expect(report.findings).toMatchObject([
      { kind: 'own-mac-on-wire', severity: 'error', link: 0, ips: [], macs: [OUR_MAC] },
    ]);
    const evidence = report.findings[0]?.evidence as {
      copies: number;
      most: { copies: number; questions: number };
    };
    expect(evidence.copies).toBe(copies);
    expect(evidence.most.copies).toBeGreaterThan(evidence.most.questions);
  } finally {
    await ipBatch(
      lan.namespace,
      cables.map((name) => `link delete dev ${name}`),
    );
  }
});

test('a machine with our MAC is found by what it says of itself', async () => {
  const CLONE = '10.0.0.63';
  const clone = await lab.host('clone', { on: lan, mac: OUR_MAC, addresses: [`${CLONE}/24`] });
  const run = sweep(TARGETS, { links: ['eth0'] });
  for await (const _ of run) {
    // The kernel asks for a neighbour that it has a use for.
    await ipBatch(clone.namespace, ['neighbour replace 10.0.0.250 dev eth0 use']);
  }
  const report = await run.report();

  expectSound(report);
  expect(respondersByIp(report)).toEqual({ '10.0.0.20': [host.mac] });
  expect(report.findings).toMatchObject([
    { kind: 'own-mac-on-wire', severity: 'warning', link: 0, ips: [CLONE], macs: [OUR_MAC] },
  ]);
});
