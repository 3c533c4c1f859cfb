import { describe, expect, it } from 'vitest';
import type { HeardArp, HeardFrame } from '../../../src/listen/heard-frame.js';
import {
  repliesOf,
  requestsMeantFor,
  requestsOf,
  returnedOf,
  watchFor,
} from '../../../src/trace/sightings.js';
import { ip } from '../../support/fake-addon.js';

const ASKER = '02:00:00:00:00:01';
const TARGET = '02:00:00:00:00:09';
const NONE = '00:00:00:00:00:00';
const question = { target: ip('10.0.0.9'), askerMac: ASKER };

const asks: HeardArp = { operation: 1, sha: ASKER, spa: ip('10.0.0.1'), tha: NONE, tpa: ip('10.0.0.9') };
const answers: HeardArp = { operation: 2, sha: TARGET, spa: ip('10.0.0.9'), tha: ASKER, tpa: ip('10.0.0.1') };

const frame = (arp: HeardArp | null, more: Partial<HeardFrame> = {}): HeardFrame => ({
  link: 0,
  atMs: 0,
  outgoing: false,
  vlan: null,
  innerVlan: null,
  destination: 'ff:ff:ff:ff:ff:ff',
  source: arp?.sha ?? NONE,
  arp,
  ...more,
});

/** What links see of these frames; each may be of one VLAN only. */
function see(frames: readonly HeardFrame[], vlans: readonly (number | null)[] = [null]) {
  const { sightings, note } = watchFor(
    question,
    vlans.map((vlan) => ({ vlan })),
  );
  note(frames);
  return sightings;
}

describe('what a link sees', () => {
  it('is requests of the asker and replies to it, in both directions', () => {
    const [sighting] = see([
      frame(asks, { outgoing: true }),
      frame({ ...asks, spa: 0 }, { outgoing: true }),
      frame(asks),
      frame(answers, { destination: ASKER }),
      frame(answers, { destination: ASKER, outgoing: true }),
    ]);
    expect(sighting).toMatchObject({ requests: 3, requestsIn: 1, repliesIn: 1, repliesOut: 1 });
    expect(sighting?.repliers).toEqual(new Set([TARGET]));
    if (!sighting) throw new Error('nothing was seen');
    expect([requestsOf(sighting), returnedOf(sighting), repliesOf(sighting)]).toEqual([2, 1, 2]);
  });

  it('is requests to one alone as well, which need not pass where others are', () => {
    const [sighting] = see([frame(asks), frame(asks, { destination: TARGET })]);
    if (!sighting) throw new Error('nothing was seen');
    expect(requestsOf(sighting)).toBe(2);
    expect(requestsMeantFor(sighting, new Set([TARGET]))).toBe(2);
    expect(requestsMeantFor(sighting, new Set())).toBe(1);
  });

  it('is a reply to the asker by Ethernet alone as well', () => {
    const [sighting] = see([frame({ ...answers, tha: NONE }, { destination: ASKER })]);
    expect(sighting?.repliesIn).toBe(1);
  });

  it.each<[string, HeardFrame]>([
    ['a question of somebody else', frame({ ...asks, sha: TARGET })],
    ['a question for another', frame({ ...asks, tpa: ip('10.0.0.8') })],
    ['a reply to somebody else', frame({ ...answers, tha: TARGET })],
    ['a reply of another', frame({ ...answers, spa: ip('10.0.0.8') }, { destination: ASKER })],
    ['an operation of another kind', frame({ ...answers, operation: 3 }, { destination: ASKER })],
    ['what is no ARP for IPv4', frame(null)],
    ['a frame of a link that nobody looks at', frame(asks, { link: 7 })],
  ])('is not %s', (_, other) => {
    expect(see([other])).toMatchObject([{ requests: 0, repliesIn: 0, repliesOut: 0 }]);
  });

  it('is of one VLAN where it is to be, and else of any', () => {
    const frames = [null, 100, 200].flatMap((vlan) => [0, 1].map((link) => frame(asks, { vlan, link })));
    const [any, one] = see(frames, [null, 100]);
    expect(any).toMatchObject({ requests: 3, vlans: new Set([null, 100, 200]) });
    expect(one).toMatchObject({ requests: 1, vlans: new Set([100]) });
  });
});
