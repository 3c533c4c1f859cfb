/** A failover between two kernels, timed by the fast mode, against tcpdump's times of the same frames on the same link. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import { watch } from '../../src/index.js';
import { ipBatch } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { seededNumbers } from '../../src/lab/random.js';
import { questionsOf, REPLY, REQUEST, type ReadArp, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const LINK = 'eth0';
const PER_SECOND = 10;
/** The gaps of the failovers follow from it. */
const SEED = 61;
/** What our times may differ from those of the witness: events tell whole ms. */
const NEAR_MS = 2;

let lab: Lab;
let link: Link;
/** Who has the addresses at first, and who takes them over. */
let before: Host;
let after: Host;
/** Likewise, but that their links go down and come up. */
let failing: Host;
let standby: Host;
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('sw0');
  [link, before, after, failing, standby] = await Promise.all([
    lab.link(LINK, { on, address: '10.61.0.1/16' }),
    lab.host('before', { on, addresses: ['10.61.0.2/16'] }),
    lab.host('after', { on, addresses: ['10.61.0.3/16'] }),
    lab.host('failing', { on, addresses: ['10.61.0.4/16'] }),
    lab.host('standby', { on, addresses: ['10.61.0.5/16'] }),
  ]);
});
afterAll(() => lab.remove());

const add = ({ namespace }: Host, ip: string) => ipBatch(namespace, [`address add ${ip}/32 dev eth0`]);
const remove = ({ namespace }: Host, ip: string) => ipBatch(namespace, [`address delete ${ip}/32 dev eth0`]);
/** By arping(8) of iputils: replies with -A, requests with -U. */
const announce = (host: Host, how: '-A' | '-U', ip: string, count = 1) =>
  host.run(['arping', '-q', how, '-c', `${count}`, '-I', 'eth0', ip]);

const setUp = ({ namespace }: Host, state: 'up' | 'down') =>
  ipBatch(namespace, [`link set dev eth0 ${state}`]);

/** What the witness saw of one address. */
interface Seen {
  /** Frames by which a machine spoke for it. */
  signs(mac: string): readonly ReadArp[];
  /** Requests of ours after one time and before another that nobody answered before the next. */
  unanswered(fromMs: number, untilMs: number): number;
  announcements(fromMs: number): readonly ReadArp[];
}

function seenOf(frames: readonly ReadArp[], ip: string): Seen {
  const isQuestion = ({ operation, sha, tpa }: ReadArp) =>
    operation === REQUEST && sha === link.mac && tpa === ip;
  const isAnswer = ({ operation, spa, tha }: ReadArp) =>
    operation === REPLY && spa === ip && tha === link.mac;
  const asked = frames.filter(isQuestion);
  const answers = frames.filter(isAnswer);
  const vain = asked.filter(({ timeMs }, i) => {
    const nextMs = asked[i + 1]?.timeMs ?? Number.POSITIVE_INFINITY;
    return !answers.some((answer) => answer.timeMs > timeMs && answer.timeMs < nextMs);
  });
  const within = (fromMs: number, untilMs: number) => (frame: ReadArp) =>
    frame.timeMs > fromMs && frame.timeMs < untilMs;
  return {
    signs: (mac) => frames.filter(({ sha, spa }) => sha === mac && spa === ip),
    unanswered: (fromMs, untilMs) => vain.filter(within(fromMs, untilMs)).length,
    announcements: (fromMs) =>
      frames
        .filter(({ spa, tpa }) => spa === ip && tpa === ip)
        .filter(within(fromMs, Number.POSITIVE_INFINITY)),
  };
}

const ms = (iso: string | undefined) => Date.parse(iso ?? '');
const expectNear = (one: number, other: number | undefined) =>
  expect(Math.abs(one - (other ?? Number.NaN)), `${one} and ${other}`).toBeLessThanOrEqual(NEAR_MS);

/** Holds a change of hands against what the witness saw. */
function expectAsSeen(moved: WatchEvent | undefined, seen: Seen, from: Host, to: Host): void {
  const lastMs = seen.signs(from.mac).at(-1)?.timeMs ?? Number.NaN;
  const firstMs = seen.signs(to.mac)[0]?.timeMs ?? Number.NaN;
  expect(moved).toMatchObject({ macs: [to.mac], previous: { macs: [from.mac] }, link: LINK });
  expectNear(ms(moved?.previous?.lastAt), lastMs);
  expectNear(ms(moved?.at), firstMs);
  expectNear(moved?.gapMs ?? Number.NaN, firstMs - lastMs);
  expect([moved?.ip, moved?.unanswered]).toEqual([moved?.ip, seen.unanswered(lastMs, firstMs)]);
  const announced = seen.announcements(lastMs);
  expect(moved?.announcements?.map(({ mac, operation }) => [mac, operation])).toEqual(
    announced.map(({ sha, operation }) => [sha, operation === REQUEST ? 'request' : 'reply']),
  );
  for (const [i, { timeMs }] of announced.entries()) expectNear(timeMs, ms(moved?.announcements?.[i]?.at));
}

/** Watches some addresses until the work is done, with a witness beside. */
async function watched(
  ips: readonly string[],
  work: (told: (ip: string | null, type: WatchEvent['type']) => Promise<unknown>) => Promise<unknown>,
) {
  const witness = await capture(null, LINK);
  const events: WatchEvent[] = [];
  const watching = watch(ips, { links: [LINK], fast: PER_SECOND });
  const reading = (async () => {
    for await (const event of watching) events.push(event);
  })();
  await waitFor(() => watching.state().addresses.length === ips.length, { what: 'all to have answered' });
  await work((ip, type) =>
    waitFor(() => events.some((event) => event.ip === ip && event.type === type), { what: `${ip} ${type}` }),
  );
  await watching[Symbol.asyncDispose]();
  await reading;
  const frames = (await witness.stop()).map(readArp);
  return { of: (ip: string | null) => events.filter((event) => event.ip === ip), frames };
}

const seededBetween = (seed: number) => {
  const random = seededNumbers(seed);
  return (from: number, to: number) => from + random.next().value * (to - from);
};

describe('a watch in the fast mode', () => {
  test('times failovers as tcpdump does', async () => {
    const between = seededBetween(SEED);
    const ways: readonly { readonly gapMs: number; readonly how: '-A' | '-U' | null }[] = [
      { gapMs: between(20, 600), how: '-A' },
      { gapMs: between(20, 600), how: '-U' },
      { gapMs: between(20, 600), how: null },
      { gapMs: 0, how: '-A' },
      { gapMs: between(1400, 2000), how: '-U' },
      { gapMs: between(1400, 2000), how: null },
    ];
    const failovers = ways.map((way, i) => ({ ...way, ip: `10.61.1.${i + 1}`, afterMs: between(0, 300) }));
    const overlapping = '10.61.2.1';
    const given = '10.61.2.2';
    const untouched = '10.61.2.3';
    const failed = '10.61.2.4';
    const held = [...failovers.map(({ ip }) => ip), overlapping, given, untouched];
    await Promise.all([...held.map((ip) => add(before, ip)), add(failing, failed), setUp(standby, 'down')]);
    await add(standby, failed);
    // The kernel announces what it has when its link comes up (where the setting can be written).
    await standby.run(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_notify']);

    const { of, frames } = await watched([...held, failed], (told) =>
      Promise.all([
        ...failovers.map(async ({ ip, gapMs, how, afterMs }) => {
          await delay(afterMs);
          await remove(before, ip);
          await delay(gapMs);
          await add(after, ip);
          if (how) await announce(after, how, ip);
          await told(ip, 'moved');
        }),
        setUp(failing, 'down')
          .then(() => setUp(standby, 'up'))
          .then(() => told(failed, 'moved')),
        add(after, overlapping)
          .then(() => delay(1500))
          .then(() => remove(before, overlapping))
          .then(() => told(overlapping, 'conflict-ends')),
        remove(before, given).then(() => told(given, 'gone')),
      ]),
    );

    for (const { ip, gapMs } of failovers) {
      const told = of(ip);
      expect(told.map(({ type }) => type)).toEqual(gapMs > 1000 ? ['gone', 'moved'] : ['moved']);
      expectAsSeen(told.at(-1), seenOf(frames, ip), before, after);
    }
    expect(of(failed).map(({ type }) => type)).toEqual(['moved']);
    expectAsSeen(of(failed)[0], seenOf(frames, failed), failing, standby);

    const overlap = seenOf(frames, overlapping);
    const [begins, ends, ...others] = of(overlapping);
    expect([begins?.type, ends?.type, others]).toEqual(['conflict-begins', 'conflict-ends', []]);
    expect(begins).toMatchObject({ macs: [before.mac, after.mac], announcements: [] });
    expect(ends?.macs).toEqual([after.mac]);
    expectNear(ms(begins?.at), overlap.signs(after.mac)[0]?.timeMs);
    expectNear(ms(ends?.previous?.lastAt), overlap.signs(before.mac).at(-1)?.timeMs);

    const seen = seenOf(frames, given);
    const [gone, ...rest] = of(given);
    expect([gone?.type, rest]).toEqual(['gone', []]);
    const lastMs = seen.signs(before.mac).at(-1)?.timeMs ?? Number.NaN;
    expectNear(ms(gone?.previous?.lastAt), lastMs);
    expect(ms(gone?.at) - lastMs).toBeGreaterThan(1000);
    expect(gone?.unanswered).toBe(seen.unanswered(lastMs, ms(gone?.at)));
    expect(of(untouched)).toEqual([]);
  }, 20_000);

  test('does not take a link that is down for a gap of its addresses', async () => {
    const stays = '10.61.3.1';
    const moves = '10.61.3.2';
    await Promise.all([add(before, stays), add(before, moves)]);
    const { of } = await watched([stays, moves], async (told) => {
      await link.setCarrier(false);
      await Promise.all([told(null, 'link-down'), remove(before, moves), add(after, moves)]);
      await delay(1200);
      await link.setCarrier(true);
      await told(moves, 'moved');
    });
    expect(of(null).map(({ type, link: name }) => [type, name])).toEqual([
      ['link-down', LINK],
      ['link-up', LINK],
    ]);
    expect(of(stays)).toEqual([]);
    expect(of(moves)).toMatchObject([{ macs: [after.mac], previous: { macs: [before.mac] }, gapMs: null }]);
    expect(of(moves)[0]?.message).toContain('The link could not be used meanwhile');
  });

  test('asks no faster after a pause than before it, and invents no gap', async () => {
    const ip = '10.61.4.1';
    await add(before, ip);
    const witness = await capture(null, LINK);
    const run = startCli(['watch', ip, '--fast', `${PER_SECOND}`, '-I', LINK]);
    const questions = () => questionsOf(witness.frames(), link.mac).filter(({ tpa }) => tpa === ip);
    const asked = (more: number) => {
      const goal = questions().length + more;
      return waitFor(() => questions().length >= goal, { what: `${more} questions` });
    };
    await asked(5);
    run.child.kill('SIGSTOP');
    await delay(1200);
    run.child.kill('SIGCONT');
    await asked(8);
    run.child.kill('SIGINT');
    expect(await run.result).toMatchObject({ status: 130, stdout: '', stderr: '' });
    const times = questions().map(({ timeMs }) => timeMs);
    await witness.stop();
    const apart = times.slice(1).map((timeMs, i) => timeMs - (times[i] ?? 0));
    expect(Math.max(...apart)).toBeGreaterThan(1100);
    // Two may be nearer to each other, where the first was late.
    const inThree = apart.slice(1).map((ms, i) => ms + (apart[i] ?? 0));
    expect(Math.min(...inThree)).toBeGreaterThan(1000 / PER_SECOND);
  });

  test.each<[string[], number, RegExp]>([
    [['10.61.0.0/25', '--fast', '10'], 2, /128 addresses\..*Ask quickly for 1 to 64/s],
    [['10.61.4.1', '--fast', '2', '-I', 'nowhere'], 3, /nowhere/],
  ])('of %j is refused at once', async (words, status, message) => {
    const result = await startCli(['watch', ...words]).result;
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});
