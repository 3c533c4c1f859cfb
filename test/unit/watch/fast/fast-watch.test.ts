import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WatchEvent } from '../../../../src/generated/watch-event-types.js';
import type { NativeLink } from '../../../../src/native.js';
import { runWatch } from '../../../../src/watch/run-watch.js';
import type { WatchOptions } from '../../../../src/watch/watch-api.js';
import { arpFrame, REPLY } from '../../../support/arp-frames.js';
import { address, link } from '../../../support/fake-addon.js';
import { fakeWire, type SentFrame } from '../../../support/fake-wire.js';
import { holdClocks } from '../../../support/time.js';

const OUR_MAC = '02:00:00:00:00:01';
const SERVICE = '10.0.0.5';
const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';
const eth0 = link('eth0', [address('10.0.0.1/24')], { mac: OUR_MAC });

beforeEach(() => {
  holdClocks();
  holder = A;
});
afterEach(() => {
  vi.useRealTimers();
});

let holder: string | null = A;
const answer = ({ tpa, sha, spa }: SentFrame) =>
  holder === null
    ? []
    : [
        {
          afterMs: 1,
          frame: arpFrame({ operation: REPLY, sha: holder, spa: tpa, tha: sha, tpa: spa }),
        },
      ];

async function start(options: WatchOptions = {}, links: NativeLink[] = [eth0]) {
  const wire = fakeWire({ links, answer });
  const events: WatchEvent[] = [];
  const run = runWatch(() => wire.addon, [SERVICE], { links: ['eth0'], fast: 10, ...options });
  const reading = (async () => {
    for await (const event of run) events.push(event);
  })();
  reading.catch(() => {});
  // Modules are loaded in their own time.
  while (wire.sent.length === 0 && links[0] === eth0) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(0);
  }
  return {
    wire,
    links,
    run,
    events,
    /** From how many ms ago on. */
    sentIn: (ms: number) => wire.sent.filter(({ timeMs }) => timeMs > Date.now() - ms),
    async end() {
      const ended = run[Symbol.asyncDispose]();
      await pass(200);
      await ended;
      await reading;
    },
  };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a watch in the fast mode', () => {
  it('tells nothing of what is there at first, and what becomes of it, with the facts of the fast mode', async () => {
    const { run, events, end } = await start();
    await pass(1500);
    expect(events).toEqual([]);
    holder = null;
    await pass(400);
    holder = B;
    await pass(3000);
    expect(events).toMatchObject([
      { type: 'moved', ip: SERVICE, macs: [B], previous: { macs: [A] }, unanswered: 4, announcements: [] },
    ]);
    expect(events[0]?.gapMs).toBeCloseTo(500, 0);
    await end();
    expect(await run.finished).toMatchObject({
      links: [{ link: 'eth0', up: true, targets: [SERVICE] }],
      addresses: [{ ip: SERVICE, state: 'up', holders: [{ mac: B }] }],
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([3_600_000, -3_600_000])('measures the same gap though the clock is set by %i ms', async (step) => {
    const { events, end } = await start();
    await pass(1500);
    holder = null;
    await pass(200);
    vi.setSystemTime(Date.now() + step);
    await pass(200);
    holder = B;
    await pass(3000);
    expect(events).toMatchObject([{ type: 'moved', macs: [B], unanswered: 4 }]);
    expect(Math.abs((events[0]?.gapMs ?? 0) - 500)).toBeLessThan(10);
    expect(Math.abs(Date.parse(events[0]?.at ?? '') - Date.now())).toBeLessThan(4000);
    await end();
  });

  it('asks from another address once this machine has lost the one that it asked from', async () => {
    const { links, sentIn, end } = await start();
    await pass(1500);
    links[0] = { ...eth0, addresses: [address('10.0.0.2/24')] };
    await pass(1500);
    expect(new Set(sentIn(400).map(({ spa }) => spa))).toEqual(new Set(['10.0.0.2']));
    await end();
  });

  it('goes on when its link was deleted and made anew', async () => {
    const troubles: string[] = [];
    const { wire, links, events, sentIn, end } = await start({
      onTrouble: ({ message }) => troubles.push(message),
    });
    await pass(1500);
    wire.set({ state: 'gone' });
    links.length = 0;
    await pass(5000);
    expect(sentIn(1500)).toEqual([]);
    links.push({ ...eth0, index: 99 });
    holder = B;
    await pass(3000);
    expect(sentIn(450)).not.toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['link-down', 'link-up', 'moved']);
    expect(events[2]).toMatchObject({ macs: [B], previous: { macs: [A] }, gapMs: null });
    expect(troubles).toHaveLength(1);
    await end();
  });

  it('fails where it cannot begin, or waits where somebody is told', async () => {
    const impatient = await start({}, []);
    await expect(impatient.run.finished).rejects.toThrow(/eth0/);
    const troubles: string[] = [];
    const patient = await start({ onTrouble: ({ message }) => troubles.push(message) }, []);
    for (let i = 0; i < 40; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      await pass(100);
    }
    expect(troubles).toHaveLength(1);
    patient.links.push(eth0);
    await pass(2000);
    expect(patient.sentIn(450)).not.toEqual([]);
    await patient.end();
  });
});
