/** Frames whose fields are set by hand, byte for byte as arp-scan sends them, and what answers to them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { type SweepFlags, sweepOptionsOf } from '../../src/cli/sweep-flags.js';
import { type FrameFields, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { native } from '../../src/native.js';
import { previewSweep } from '../../src/sweep/preview.js';
import type { SweepOptions } from '../../src/sweep/sweep-api.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';

const OWN = '10.78.0.1';
const NEIGHBOUR = '10.78.0.2';

let lab: Lab;
let link: Link;
let host: Host;

beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('hand0', { address: `${OWN}/24` }, 'neighbour', {
    addresses: [`${NEIGHBOUR}/24`],
  }));
});
afterAll(() => lab.remove());

/** The same frame for either program, each at an address of its own. */
const alike: readonly [ours: readonly string[], theirs: readonly string[]][] = [
  [[], []],
  [['--ether-dst', '01:00:5e:00:00:01'], ['--destaddr=01:00:5e:00:00:01']],
  [['--ether-src', '02:00:00:00:00:77'], ['--srcaddr=02:00:00:00:00:77']],
  [['--ether-type', '0x88b6'], ['--prototype=0x88b6']],
  [['--arp-op', '2'], ['--arpop=2']],
  [['--arp-hrd', '6'], ['--arphrd=6']],
  [['--arp-pro', '0x86dd'], ['--arppro=0x86dd']],
  [['--arp-hln', '8'], ['--arphln=8']],
  [['--arp-pln', '16'], ['--arppln=16']],
  [['--arp-sha', '02:00:00:00:00:78'], ['--arpsha=02:00:00:00:00:78']],
  [['--arp-spa', '192.0.2.7'], ['--arpspa=192.0.2.7']],
  [['--arp-spa', 'target'], ['--arpspa=dest']],
  [['--arp-tha', 'ff:ff:ff:ff:ff:ff'], ['--arptha=ff:ff:ff:ff:ff:ff']],
  [['--padding', 'deadbeef00'], ['--padding=deadbeef00']],
  [['--llc'], ['--llc']],
  [
    ['--llc', '--padding', 'cafe'],
    ['--llc', '--padding=cafe'],
  ],
  [
    ['--vlan', '100', '--source-ip', '0.0.0.0'],
    ['--vlan=100', '--arpspa=0.0.0.0'],
  ],
  [
    ['--vlan', '7', '--arp-op', '25', '--arp-spa', '1.2.3.4', '--padding', '00'],
    ['--vlan=7', '--arpop=25', '--arpspa=1.2.3.4', '--padding=00'],
  ],
];
/** In the place of the EtherType 802.3 has the length of what follows; arp-scan 1.10 counts the header as well. */
const rightLength = (frame: string): string => frame.replace('0032aaaa03', '0024aaaa03');
const targetOf = (i: number): string => `10.78.0.${100 + i}`;

/** Frames by the address that they ask for, wherever in them it is. */
function framesFor(frames: readonly { readonly bytes: Buffer }[], target: string): string[] {
  const tpa = Buffer.from(target.split('.').map(Number));
  return frames.filter(({ bytes }) => bytes.includes(tpa, 30)).map(({ bytes }) => bytes.toString('hex'));
}

/** What these words mean to the library, read by the grammar itself. */
async function optionsOf(words: readonly string[]): Promise<SweepOptions> {
  const program = buildProgram('', { done: () => {}, print: () => {} });
  const command = program.commands.find((each) => each.name() === 'sweep');
  let flags: SweepFlags | undefined;
  command?.action((_: string[], given: SweepFlags) => {
    flags = given;
  });
  await program.parseAsync(['sweep', '-I', link.name, ...words], { from: 'user' });
  if (!flags) throw new Error('nothing was parsed');
  return sweepOptionsOf(flags);
}

const everything = 'ether[0] >= 0';

describe('the same fields', () => {
  test('make the same frames as in arp-scan, which a preview shows', async () => {
    const ours = await capture(null, link.name, everything);
    const previews = await Promise.all(
      alike.map(async ([words], i) => {
        const options = await optionsOf(words);
        await sweep(targetOf(i), { ...options, passes: 1, cooldownMs: 0 }).report();
        const [preview] = await previewSweep(native, targetOf(i), options);
        return Buffer.from(preview?.frame ?? []).toString('hex');
      }),
    );
    const sent = await ours.stop();
    const theirs = await capture(null, link.name, everything);
    await Promise.all(
      alike.map(([, words], i) =>
        mustRun(['arp-scan', '-I', link.name, '--retry=1', '--timeout=1', ...words, targetOf(i)]),
      ),
    );
    const scanned = await theirs.stop();

    for (const [i, [words]] of alike.entries()) {
      const expected = framesFor(scanned, targetOf(i)).map(rightLength);
      expect(expected, words.join(' ')).toHaveLength(1);
      expect(framesFor(sent, targetOf(i)), words.join(' ')).toEqual(expected);
      expect(previews[i], words.join(' ')).toBe(expected[0]);
    }
  });

  test('are printed by a dry run, for which an ordinary user will do', async () => {
    const witness = await capture(null, link.name, everything);
    const words = ['-I', link.name, '-I', `${link.name}@100.5`, '--arp-spa', 'target', '--padding', 'beef'];
    const { status, stdout } = await sweepCli([...words, '10.78.0.8/31', '--dry-run'], {
      through: ['setpriv', '--bounding-set=-all', '--inh-caps=-all'],
    });
    expect(status).toBe(0);
    expect(await witness.stop()).toEqual([]);
    const plain = `ffffffffffff${link.mac}08060001080006040001${link.mac}0a4e0008`.replaceAll(':', '');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('hand0: 2 addresses (10.78.0.8/31), nothing sent');
    expect(lines[1]).toBe('  the frame for 10.78.0.8, 44 bytes:');
    const bytes = lines.slice(2, 5).map((line) => line.slice(8).replaceAll(' ', ''));
    expect(bytes.join('')).toBe(`${plain}0000000000000a4e0008beef`);
    expect(lines).toContain('  802.1Q    VLAN 100, priority 5');
    expect(lines).toContain(`  sender    ${link.mac} 10.78.0.8`);
    expect(lines).toContain('  padding   2 bytes: beef');
  });
});

describe('what is set by hand', () => {
  const ask = (frame: FrameFields) => sweep(NEIGHBOUR, { links: [link.name], frame, passes: 2 }).report();

  test('is all that is sent, answered as ever, and told in the report', async () => {
    const witness = await capture(host, host.interface, `ether src ${link.mac}`);
    const report = await ask({ hardwareType: 6, tha: 'ff:ff:ff:ff:ff:ff', padding: 'beef' });
    const frames = new Set((await witness.stop()).map(({ bytes }) => bytes.toString('hex')));
    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(respondersByIp(report)).toEqual({ [NEIGHBOUR]: [host.mac] });
    expect(report.hosts[0]?.responders[0]).toMatchObject({ confirmed: null, rttMs: expect.any(Number) });
    expect(report.links[0]?.frame).toEqual({ hardwareType: 6, tha: 'ff:ff:ff:ff:ff:ff', padding: 'beef' });
    expect(frames.size).toBe(1);
  });

  test('may be no request: then silence is what it is, and what was sent is counted all the same', async () => {
    const report = await ask({ operation: 9 });
    expectSound(report);
    expect(report.counts).toMatchObject({ answered: 0, silent: 1, untested: 0 });
    expect(report.statistics).toMatchObject({ queued: 2, transmitted: 2, passes: 2 });
  });

  test('may lead the answers to another hardware address, or away from an address of ours', async () => {
    const sha = '02:00:00:00:00:79';
    const report = await ask({ sha, spa: '10.78.0.77' });
    expect(respondersByIp(report)).toEqual({ [NEIGHBOUR]: [host.mac] });
    expect(report.links[0]).toMatchObject({ mac: sha, ip: '10.78.0.77', prefixLength: null });
  });

  test('leaves the confirmation to frames that only have something behind them', async () => {
    const report = await ask({ padding: '00' });
    expect(respondersByIp(report)).toEqual({ [NEIGHBOUR]: [host.mac] });
    expect(report.hosts[0]?.responders[0]?.confirmed).toBe(true);
  });
});
