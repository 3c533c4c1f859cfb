/**
 * `arpsweep trace`: a guest behind tap, bridge and uplink, with a fault here and there. What tcpdump sees at the same
 * links is the measure of what the trace says of them.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mustRun } from '../../src/lab/command.js';
import { inNamespace } from '../../src/lab/host.js';
import { createLab, type Host, type Lab, type Link, type Switch } from '../../src/lab/lab.js';
import { arpFrame, REPLY, REQUEST, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { inject } from '../support/inject.js';
import { ARPSWEEP, startCli, sweepCli } from '../support/sweep-cli.js';
import { onTerminal, shown } from '../support/terminal.js';
import { waitFor } from '../support/wait-for.js';

const OUR_IP = '10.86.0.1';
const GUEST_IP = '10.86.0.9';
const NOBODY = '10.86.0.77';

interface Trace {
  readonly target: string;
  readonly hops: readonly { readonly link: string; readonly request: boolean; readonly reply: boolean }[];
  readonly lostAt: { readonly request: string | null; readonly reply: string | null };
  readonly message: string;
}

/** Our link leads to a hypervisor, whose ports are its uplink and the tap of a guest. */
let lab: Lab;
let hypervisor: Switch;
let link: Link;
let guest: Host;
const uplink = 'port1';
const tap = 'port2';
beforeAll(async () => {
  lab = await createLab();
  hypervisor = await lab.switch('hyp');
  link = await lab.link('tr0', { on: hypervisor, address: `${OUR_IP}/24` });
  guest = await lab.host('guest', { on: hypervisor, addresses: [`${GUEST_IP}/24`] });
});
afterAll(() => lab.remove());

const onHypervisor = (name: string) => `${hypervisor.namespace}:${name}`;
/** From our link to the guest, and those of the hypervisor. */
const wholeWay = () => ['tr0', ...atHypervisor(), `${guest.namespace}:eth0`];
const atHypervisor = () => [uplink, 'br0', tap].map(onHypervisor);

const run = (argv: readonly string[], input?: string) =>
  mustRun(inNamespace(hypervisor.namespace, argv), input);

/** Drops ARP of one kind where it enters a port of the hypervisor, or leaves it. */
async function drop(operation: 'request' | 'reply', hook: 'ingress' | 'egress', port: string): Promise<void> {
  const chain = `type filter hook ${hook} device ${port} priority 0;`;
  await run(
    ['nft', '-f', '-'],
    `table netdev lost {\n chain c {\n ${chain}\n arp operation ${operation} drop\n }\n}\n`,
  );
}
afterEach(() => run(['nft', 'flush', 'ruleset']));

async function trace(
  target: string,
  at: readonly string[] | null,
  host?: Pick<Host, 'namespace'>,
): Promise<Trace> {
  const args = ['trace', target, '-f', 'json', ...(at ? ['--at', at.join(',')] : [])];
  const { status, stdout, stderr } = await sweepCli(args, host ? { host } : {});
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const document = JSON.parse(stdout) as Trace;
  expect(Object.keys(document)).toEqual(['target', 'hops', 'lostAt', 'message']);
  expect(document.target).toBe(target);
  for (const hop of document.hops) expect(Object.keys(hop)).toEqual(['link', 'request', 'reply']);
  return document;
}

/** Hops in short: `link ?!`, the marks for what it saw. */
const inShort = ({ hops }: Trace) =>
  hops.map(({ link: name, request, reply }) => `${name} ${request ? '?' : ''}${reply ? '!' : ''}`.trim());
const marked = (links: readonly string[], ...marks: readonly string[]) =>
  links.map((name, i) => `${name} ${marks[i] ?? ''}`.trim());

describe('a healthy way', () => {
  test('is found by itself, and everything passes every link of it', async () => {
    const traced = await trace(GUEST_IP, null);
    expect(inShort(traced)).toEqual(marked(wholeWay(), '?!', '?!', '?!', '?!', '?!'));
    expect(traced.lostAt).toEqual({ request: null, reply: null });
    expect(traced.message).toContain(`${GUEST_IP} is answered by ${guest.mac}`);
  });

  test('is looked at where it is said, in a namespace by name, by path and by process id', async () => {
    const { pid } = guest.spawn(['sleep', '60']);
    const namespaceOf = (path: string) => mustRun(['stat', '-Lc', '%i', path]);
    const there = await namespaceOf(`/run/netns/${guest.namespace}`);
    await waitFor(async () => (await namespaceOf(`/proc/${pid}/ns/net`)) === there, {
      what: 'the process to be on the guest',
    });
    const at = [onHypervisor(uplink), `/run/netns/${hypervisor.namespace}:${tap}`, `${pid}:eth0`];
    expect(inShort(await trace(GUEST_IP, at))).toEqual(marked(at, '?!', '?!', '?!'));
  });

  test('is one of untagged frames, which a link with a tag does not carry', async () => {
    const at = [onHypervisor(uplink), `${onHypervisor(tap)}@100`];
    expect(inShort(await trace(GUEST_IP, at))).toEqual(marked(at, '?!', ''));
  });
});

describe('a broken hop', () => {
  /** What tcpdump sees of it at the hypervisor, while it is traced. */
  async function witnessed(at: readonly string[] | null, target = GUEST_IP) {
    const names = [uplink, 'br0', tap];
    const witnesses = await Promise.all(names.map((name) => capture(hypervisor, name)));
    const traced = await trace(target, at);
    const seen = await Promise.all(
      witnesses.map(async (witness, i) => {
        const frames = (await witness.stop()).map(readArp);
        const request = frames.some(
          (arp) => arp.operation === REQUEST && arp.tpa === target && arp.sha === link.mac,
        );
        const reply = frames.some(
          (arp) => arp.operation === REPLY && arp.spa === target && arp.tha === link.mac,
        );
        return `${onHypervisor(names[i] ?? '')} ${request ? '?' : ''}${reply ? '!' : ''}`.trim();
      }),
    );
    return { traced, seen };
  }

  test('between uplink and bridge loses the request', async () => {
    await drop('request', 'ingress', uplink);
    const { traced, seen } = await witnessed(atHypervisor());
    expect(inShort(traced)).toEqual(marked(atHypervisor(), '?', '', ''));
    expect(inShort(traced)).toEqual(seen);
    expect(traced.lostAt).toEqual({ request: onHypervisor(uplink), reply: null });
    expect(traced.message).toContain(
      `The request for ${GUEST_IP} is lost between ${onHypervisor(uplink)} and ${onHypervisor('br0')}`,
    );
    expect(traced.message).toContain(`ip netns exec ${hypervisor.namespace} nft list ruleset`);
  });

  test('between bridge and tap loses the reply', async () => {
    await drop('reply', 'ingress', tap);
    const { traced, seen } = await witnessed(null);
    expect(inShort(traced)).toEqual(marked(wholeWay(), '?', '?', '?', '?!', '?!'));
    expect(inShort(traced).slice(1, 4)).toEqual(seen);
    expect(traced.lostAt).toEqual({ request: null, reply: onHypervisor(tap) });
    expect(traced.message).toContain(
      `The reply of ${guest.mac} for ${GUEST_IP} is lost between ${onHypervisor(tap)} and ${onHypervisor('br0')}`,
    );
  });

  test('is the same for the guest that asks: here its request does not get from the bridge to the uplink', async () => {
    await drop('request', 'egress', uplink);
    const at = [tap, 'br0', uplink].map(onHypervisor);
    const traced = await trace(OUR_IP, at, guest);
    expect(inShort(traced)).toEqual(marked(at, '?', '?', ''));
    expect(traced.lostAt).toEqual({ request: onHypervisor('br0'), reply: null });
    expect(traced.message).toContain(`is lost between ${onHypervisor('br0')} and ${onHypervisor(uplink)}`);
  });

  test('before the first link that is looked at is behind the one that asks', async () => {
    await drop('request', 'ingress', uplink);
    const at = [onHypervisor(tap)];
    const traced = await trace(GUEST_IP, at);
    expect(inShort(traced)).toEqual(marked(at, ''));
    expect(traced.lostAt).toEqual({ request: 'tr0', reply: null });
    expect(traced.message).toContain(`is lost between tr0 and ${onHypervisor(tap)}`);
  });

  test('is explained by the bridge itself where it does not forward', async () => {
    await run(['bridge', 'link', 'set', 'dev', tap, 'isolated', 'on']);
    await run(['bridge', 'link', 'set', 'dev', uplink, 'isolated', 'on']);
    const traced = await trace(GUEST_IP, atHypervisor());
    for (const port of [tap, uplink]) await run(['bridge', 'link', 'set', 'dev', port, 'isolated', 'off']);
    expect(traced.lostAt).toEqual({ request: onHypervisor('br0'), reply: null });
    expect(traced.message).toContain('are isolated ports of br0');
  });

  test('by a bridge that learnt the guest on its uplink loses what comes back', async () => {
    // A frame of the guest's comes back by the uplink.
    const echo = arpFrame({ operation: REQUEST, sha: guest.mac, spa: GUEST_IP, tpa: NOBODY });
    await drop('request', 'ingress', tap);
    await inject(null, 'tr0', [echo]);
    await waitFor(
      async () =>
        new RegExp(`^${guest.mac} dev ${uplink} `, 'm').test(
          await run(['bridge', 'fdb', 'show', 'br', 'br0']),
        ),
      { what: 'the bridge to learn the guest on its uplink' },
    );
    await run(['nft', 'flush', 'ruleset']);
    await run(['bridge', 'link', 'set', 'dev', tap, 'learning', 'off']);
    const at = [tap, 'br0', uplink].map(onHypervisor);
    const traced = await trace(OUR_IP, at, guest);
    await run(['bridge', 'link', 'set', 'dev', tap, 'learning', 'on']);
    expect(inShort(traced)).toEqual(marked(at, '?', '?!', '?!'));
    expect(traced.lostAt).toEqual({ request: null, reply: onHypervisor('br0') });
    expect(traced.message).toContain(
      `br0 has the asker's ${guest.mac} on ${uplink} and not on ${onHypervisor(tap)}`,
    );
  });

  test('is none where nobody has the address: the request comes in at the wrong machine', async () => {
    const traced = await trace(NOBODY, wholeWay());
    expect(inShort(traced)).toEqual(marked(wholeWay(), '?', '?', '?', '?', '?'));
    expect(traced.lostAt).toEqual({ request: `${guest.namespace}:eth0`, reply: null });
    expect(traced.message).toContain(`came in by ${guest.namespace}:eth0, where no link holds that address`);
  });
});

test('two namespaces with the same subnet do not hear each other, and only one has a duplicate', async () => {
  const zones = await Promise.all(
    ['z1', 'z2'].map(async (name, i) => {
      const on = await lab.switch(name);
      const asker = await lab.host(`${name}-asker`, { on, addresses: ['10.87.0.1/24'] });
      const holders = await Promise.all(
        Array.from({ length: 2 - i }, (_, n) =>
          lab.host(`${name}-h${n}`, { on, addresses: ['10.87.0.9/24'] }),
        ),
      );
      return { on, asker, macs: holders.map(({ mac }) => mac) };
    }),
  );
  const [first, second] = zones;
  if (!first || !second) throw new Error('there are two zones');
  const args = (at: Switch) => ['trace', '10.87.0.9', '--at', `${at.namespace}:br0`, '-f', 'json'];
  // Both at once, each looking at the other's bridge as well.
  const [own, foreign, other] = await Promise.all([
    sweepCli(args(first.on), { host: first.asker }),
    sweepCli(args(second.on), { host: first.asker }),
    sweepCli(args(second.on), { host: second.asker }),
  ]);
  const duplicate = /^error: duplicate-address: 10\.87\.0\.9 is answered by 2 machines/;
  expect(own.stderr).toMatch(duplicate);
  expect(foreign.stderr).toMatch(duplicate);
  expect(other.stderr).toBe('');
  const of = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Trace;
  expect(of(own).hops).toMatchObject([{ request: true, reply: true }]);
  for (const mac of first.macs) expect(of(own).message).toContain(mac);
  expect(of(foreign).hops).toMatchObject([{ request: false, reply: false }]);
  expect(of(other).hops).toMatchObject([{ request: true, reply: true }]);
  expect(of(other).message).toContain(`is answered by ${second.macs[0]}`);
});

test('at a terminal it is a diagram of the way, with the place where it breaks', async () => {
  await drop('reply', 'ingress', tap);
  const argv = [process.execPath, ARPSWEEP, 'trace', GUEST_IP, '--no-color'];
  const { status, output } = await onTerminal(argv).result;
  expect(status).toBe(0);
  const lines = shown(output).split('\n');
  const end = lines.indexOf('');
  const passed = [/^ +request +reply$/, /^tr0 +↓ \d+ +-$/, /port1 +↓ \d+ +-$/, /br0 +↓ \d+ +-$/];
  const answered = [/port2 +↓ \d+ +↑ \d+$/, /eth0 +↓ \d+ +↑ \d+$/];
  expect(lines.slice(0, end)).toEqual(
    [...passed, /^ +✗ the reply is lost here$/, ...answered].map((row) => expect.stringMatching(row)),
  );
  expect(lines.slice(end + 1).join(' ')).toContain(`The reply of ${guest.mac}`);
});

test('interrupted, it says what it saw, and ends with 130', async () => {
  const witness = await capture(guest, 'eth0');
  const { child, result } = startCli(['trace', NOBODY, '-f', 'json', '--cooldown', '60s']);
  await waitFor(
    () =>
      witness
        .frames()
        .map(readArp)
        .some(({ tpa }) => tpa === NOBODY),
    { what: 'a request' },
  );
  await witness.stop();
  child.kill('SIGINT');
  const { status, stdout } = await result;
  expect(status).toBe(130);
  expect(inShort(JSON.parse(stdout) as Trace)).toEqual(marked(wholeWay(), '?', '?', '?', '?', '?'));
});

describe('what cannot be right', () => {
  const hyp = () => hypervisor.namespace;
  test.each<[string, () => string[], number, RegExp]>([
    ['our own address', () => [OUR_IP], 2, /10\.86\.0\.1 is an address of tr0 itself/],
    [
      'several addresses',
      () => ['10.86.0.0/30'],
      2,
      /follows one address, and "10\.86\.0\.0\/30" stands for 4/,
    ],
    ['a link without a name', () => [GUEST_IP, '--at', 'tr0,,x'], 2, /The link "" cannot be right/],
    ['a VID out of range', () => [GUEST_IP, '--at', 'tr0@4095'], 2, /The link "tr0@4095" cannot be right/],
    ['an address without a route', () => ['192.0.2.1'], 3, /no route to 192\.0\.2\.1/],
    [
      'an unknown interface',
      () => [GUEST_IP, '--at', `${hyp()}:nope`],
      3,
      /no interface "nope" in the network namespace .*\n.*port1/,
    ],
    ['an unknown namespace', () => [GUEST_IP, '--at', 'nowhere:eth0'], 3, /no network namespace "nowhere"/],
    [
      'a file that is no namespace',
      () => [GUEST_IP, '--at', '/etc/passwd:eth0'],
      3,
      /"\/etc\/passwd" is no network namespace/,
    ],
  ])('%s is refused before anything is sent', async (_, args, expected, message) => {
    const { status, stdout, stderr } = await sweepCli(['trace', ...args()]);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('another namespace without CAP_SYS_ADMIN is refused with the remedy; what can be seen is traced', async () => {
    const through = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'];
    const refused = await sweepCli(['trace', GUEST_IP, '--at', onHypervisor(tap)], { through });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(/CAP_SYS_ADMIN.*\nRun it as root: sudo .*SYS_ADMIN added/);
    const alone = await sweepCli(['trace', GUEST_IP, '-f', 'json'], { through });
    expect(inShort(JSON.parse(alone.stdout) as Trace)).toEqual(['tr0 ?!']);
  });
});
