import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WatchEvent } from '../../../../src/generated/watch-event-types.js';
import { checkOptions } from '../../../../src/sweep/options.js';
import { chooseAskers } from '../../../../src/talk/endpoints.js';
import { formatAddress } from '../../../../src/targets/address.js';
import { parseTargets } from '../../../../src/targets/parse.js';
import { createFastAsker } from '../../../../src/watch/fast/fast.js';
import type { Asked, Spoken } from '../../../../src/watch/observation.js';
import { createSteadyClock } from '../../../../src/watch/steady-clock.js';
import { arpFrame, NO_IP, NO_MAC, REPLY, REQUEST } from '../../../support/arp-frames.js';
import { address, ip, link } from '../../../support/fake-addon.js';
import { fakeWire, type SentFrame, type WireScenario } from '../../../support/fake-wire.js';
import { holdClocks } from '../../../support/time.js';

const OUR_MAC = '02:00:00:00:00:01';
const OUR_IP = '10.0.0.1';
const SERVICE = '10.0.0.5';
const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';
const eth0 = link('eth0', [address(`${OUR_IP}/24`)], { mac: OUR_MAC });

beforeEach(holdClocks);
afterEach(() => {
  vi.useRealTimers();
});

const replyTo = ({ tpa, sha: asker, spa }: SentFrame, sha: string, afterMs = 1) => ({
  afterMs,
  frame: arpFrame({ operation: REPLY, sha, spa: tpa, tha: asker, tpa: spa }),
});
const announcementOf = (sha: string, of = SERVICE) =>
  arpFrame({ operation: REQUEST, sha, spa: of, tha: NO_MAC, tpa: of });

/** Who has the service address at the moment. */
let holders: string[] = [];
beforeEach(() => {
  holders = [A];
});
const answer = (sent: SentFrame) => holders.map((mac) => replyTo(sent, mac));

function start(targets: string, perSecond: number, scenario: Partial<WireScenario> = {}) {
  const links = [eth0];
  const wire = fakeWire({ links, answer, ...scenario });
  const end = new AbortController();
  const spoken: Spoken[] = [];
  const asked: Asked[] = [];
  const troubles: (string | null)[] = [];
  const events: WatchEvent[] = [];
  const askers = chooseAskers(wire.addon, parseTargets([targets]).ranges, checkOptions({ links: ['eth0'] }));
  const asker = createFastAsker(wire.addon, askers, {
    perSecond,
    isResumed: false,
    signal: end.signal,
    clock: createSteadyClock(),
    onSpoken: (each) => spoken.push(each),
    onAsked: (each) => asked.push(each),
    onTrouble: (_, trouble) => troubles.push(trouble),
    onEvent: (event) => events.push(event),
  });
  return {
    wire,
    asker,
    spoken,
    asked,
    troubles,
    events,
    /** When each question left, in ms from the first. */
    times: () => wire.sent.map(({ timeMs }) => timeMs - (wire.sent[0]?.timeMs ?? 0)),
    async end() {
      end.abort();
      await vi.advanceTimersByTimeAsync(50);
      await asker.done;
    },
  };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** An event as a ledger tells it. */
const eventOf = (type: WatchEvent['type'], more: Partial<WatchEvent> = {}): WatchEvent => ({
  schemaVersion: 1,
  type,
  at: new Date().toISOString(),
  link: 'eth0',
  ip: SERVICE,
  macs: [B],
  previous: { macs: [A], lastAt: new Date().toISOString() },
  gapMs: 1,
  whileAway: false,
  message: 'So it is.',
  ...more,
});

describe('the fast mode', () => {
  it('asks for every address so many times a second, one after the other at even times', async () => {
    const { wire, times, end } = start('10.0.0.5-8', 5);
    await pass(995);
    expect(times()).toEqual(Array.from({ length: 20 }, (_, i) => i * 50));
    const round = ['10.0.0.5', '10.0.0.6', '10.0.0.7', '10.0.0.8'];
    expect(wire.sent.map(({ tpa }) => tpa).slice(0, 8)).toEqual([...round, ...round]);
    for (const sent of wire.sent) {
      expect(sent).toMatchObject({ destination: 'ff:ff:ff:ff:ff:ff', sha: OUR_MAC, spa: OUR_IP });
    }
    await end();
    expect(wire.isClosed()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells who speaks, how, and what asking comes to', async () => {
    const { wire, spoken, asked, end } = start(SERVICE, 10);
    await pass(1050);
    wire.say('eth0', announcementOf(B));
    await pass(1);
    await end();
    expect(spoken.slice(0, 11)).toEqual(
      Array.from({ length: 11 }, () =>
        expect.objectContaining({ link: 'eth0', ip: ip(SERVICE), mac: A, kind: 'reply', operation: 'reply' }),
      ),
    );
    expect(spoken.at(-1)).toMatchObject({ mac: B, kind: 'announcement', operation: 'request' });
    expect(asked).toMatchObject([{ macs: [A], requests: 10, unanswered: 0, link: 'eth0', ip: ip(SERVICE) }]);
  });

  it('takes for a sign of an owner only what one may be believed', async () => {
    const { wire, spoken, end } = start(SERVICE, 1);
    holders = [];
    await pass(10);
    const fields = { operation: REPLY, sha: B, spa: SERVICE, tha: OUR_MAC, tpa: OUR_IP };
    const odd = [
      { ...fields, spa: '10.0.0.6' },
      { ...fields, sha: OUR_MAC },
      { ...fields, sha: NO_MAC },
      { ...fields, tha: '02:00:00:00:00:09' },
      { ...fields, operation: REQUEST, spa: NO_IP, tpa: SERVICE },
      { ...fields, operation: REQUEST, source: OUR_MAC },
    ];
    for (const frame of odd) wire.say('eth0', arpFrame(frame));
    await pass(10);
    expect(spoken.map(({ mac, atMs }) => [mac, atMs])).toEqual([[A, expect.any(Number)]]);
    await end();
  });

  it('says of a move how many questions were in vain, and who announced the address a moment later', async () => {
    const { wire, asker, events, end } = start(SERVICE, 10);
    await pass(250);
    holders = [];
    await pass(300);
    holders = [B];
    await pass(51);
    const at = new Date(Date.now()).toISOString();
    asker.take(eventOf('moved', { at, gapMs: 400 }));
    await pass(200);
    wire.say('eth0', announcementOf(B));
    await pass(799);
    expect(events).toEqual([]);
    await pass(1);
    expect(events).toMatchObject([
      { unanswered: 3, gapMs: 400, announcements: [{ mac: B, operation: 'request' }] },
    ]);
    expect(events[0]?.message).toMatch(
      /^So it is\. 3 requests stayed without an answer meanwhile\. The address was announced by 02:00:00:00:00:0b at/,
    );
    await end();
  });

  it('says how often it has asked for what is gone, at once', async () => {
    const { asker, asked, events, end } = start(SERVICE, 10);
    await pass(250);
    holders = [];
    await pass(1160);
    expect(asked.at(-1)).toMatchObject({ macs: [], unanswered: 10 });
    asker.take(eventOf('gone', { macs: [], gapMs: null }));
    expect(events).toMatchObject([{ type: 'gone', unanswered: 12 }]);
    await end();
  });

  it('counts no question that did not leave, and says that none leaves', async () => {
    let isStuck = false;
    const { asked, troubles, spoken, end } = start(SERVICE, 10, {
      fate: (n) => (isStuck ? (n % 2 ? 105 : 'lost') : 'sent'),
    });
    await pass(1050);
    isStuck = true;
    await pass(3000);
    expect(troubles).toEqual(['send-blocked']);
    expect(asked.filter(({ unanswered }) => unanswered > 0)).toEqual([]);
    isStuck = false;
    await pass(2000);
    expect(troubles).toEqual(['send-blocked', null]);
    expect(spoken.length).toBeGreaterThan(25);
    expect(asked.filter(({ unanswered }) => unanswered > 0)).toEqual([]);
    await end();
  });

  it('does not take a link that is down for an address that is gone', async () => {
    const { wire, asker, asked, spoken, events, troubles, end } = start(SERVICE, 10);
    await pass(550);
    holders = [];
    await pass(300);
    wire.set({ state: 'no-carrier' });
    const before = wire.sent.length;
    await pass(5000);
    expect(troubles).toEqual(['no-carrier']);
    expect(wire.sent.length).toBe(before);
    wire.set({ state: 'up' });
    await pass(300);
    holders = [B];
    await pass(101);
    expect(troubles).toEqual(['no-carrier', null]);
    expect(asked.filter(({ macs }) => macs.length === 0)).toEqual([]);
    const at = new Date(spoken.find(({ mac }) => mac === B)?.atMs ?? 0).toISOString();
    asker.take(eventOf('moved', { at, gapMs: 5700 }));
    await pass(1000);
    expect(events).toMatchObject([
      { gapMs: null, message: expect.stringContaining('The link could not be used') },
    ]);
    await end();
  });

  it('ends when its links are gone', async () => {
    const { wire, asker, troubles } = start(SERVICE, 10);
    await pass(200);
    wire.set({ state: 'gone' });
    await pass(200);
    await asker.done;
    expect(troubles).toEqual(['gone']);
    expect(wire.isClosed()).toBe(true);
  });

  it('says that its count may be wrong where frames were not heard, and where nothing was asked', async () => {
    const { wire, asker, events, end } = start(SERVICE, 10, {
      fate: (n) => (n >= 6 && n < 12 ? 105 : 'sent'),
    });
    await pass(250);
    holders = [];
    await pass(100);
    wire.set({ kernelDrops: 3 });
    holders = [B];
    await pass(51);
    asker.take(eventOf('moved', { at: new Date(Date.now()).toISOString() }));
    await pass(100);
    holders = [A];
    await pass(751);
    asker.take(eventOf('moved', { at: new Date(Date.now() - 51).toISOString(), macs: [A] }));
    await pass(1000);
    const [first, second] = events;
    expect(first?.message).toContain('too busy to hear 3 frames');
    expect(second?.message).toMatch(/For 699 ms of it nothing was asked/);
    await end();
  });

  it('knows that this machine has taken the address over', async () => {
    const taken = { ...eth0, addresses: [...eth0.addresses, address(`${SERVICE}/32`)] };
    const links = [eth0];
    const { asked, end } = start(SERVICE, 10, { links });
    await pass(250);
    holders = [];
    links[0] = taken;
    await pass(2000);
    expect(asked.at(-1)).toMatchObject({ macs: [OUR_MAC], unanswered: 0 });
    expect(asked.every(({ macs }) => macs.length === 1)).toBe(true);
    await end();
  });

  it('probes for our own address, and for one that answers nothing else', async () => {
    const shadowed = start(SERVICE, 10, {
      answer: (sent) => (sent.spa === NO_IP ? [replyTo(sent, A)] : []),
    });
    await pass(1450);
    expect(shadowed.wire.sent.map(({ spa }) => (spa === NO_IP ? 'p' : 'r')).join('')).toBe(
      `rrrr${'p'.repeat(11)}`,
    );
    expect(shadowed.asked.map(({ macs }) => macs)).toEqual([[A]]);
    await shadowed.end();
    const own = start(OUR_IP, 10, { answer: () => [] });
    await pass(1450);
    expect(new Set(own.wire.sent.map(({ spa }) => spa))).toEqual(new Set([NO_IP]));
    expect(own.asked.map(({ macs, ip: of }) => [formatAddress(of), macs])).toEqual([[OUR_IP, [OUR_MAC]]]);
    await own.end();
  });
});
