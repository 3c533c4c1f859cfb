import { describe, expect, test } from 'vitest';
import { createObserver, type HeardAddress, type Observer } from '../../../src/speakers/observer.js';
import { formatAddress } from '../../../src/targets/address.js';
import { ip } from '../../support/fake-addon.js';
import type { HeardFields } from '../../support/fake-listener.js';
import { announcement, beginningMs, heardFrame, probe, reply, request } from '../../support/speech.js';

const a = '02:00:00:00:00:0a';
const b = '02:00:00:00:00:0b';
const us = '02:00:00:00:00:01';
const place = { index: 0, mac: us };

function observe(frames: readonly HeardFields[], limits = { speakers: 1000, probers: 1000 }): Observer {
  const observer = createObserver(limits);
  for (const frame of frames) observer.note({ ...place, index: frame.link ?? 0 }, heardFrame(frame));
  return observer;
}

const of = (observer: Observer, address: string): HeardAddress => {
  const found = observer.find(place, ip(address));
  if (!found) throw new Error(`nothing was heard of ${address}`);
  return found;
};

const asker = (n: number) => [`02:00:00:00:01:${n.toString(16).padStart(2, '0')}`, `10.0.1.${n}`] as const;

describe('the observer', () => {
  test('keeps of each MAC that speaks for an address how often, how and when it did', () => {
    const observer = observe([
      probe(a, '10.0.0.5', { at: 1 }),
      announcement(a, '10.0.0.5', { at: 3 }),
      request(a, '10.0.0.5', '10.0.0.1', { at: 4 }),
      request(a, '10.0.0.5', '10.0.0.2', { at: 5 }),
      reply(b, '10.0.0.5', [us, '10.0.0.1'], { at: 9 }),
    ]);
    expect([...of(observer, '10.0.0.5').speakers.values()]).toMatchObject([
      {
        mac: a,
        frames: { request: 2, probe: 1, announcement: 1, reply: 0 },
        firstAtMs: beginningMs + 1000,
        lastAtMs: beginningMs + 5000,
        claimedFromMs: beginningMs + 3000,
        claimedUntilMs: beginningMs + 5000,
      },
      { mac: b, frames: { reply: 1 } },
    ]);
    expect([observer.speakers, observer.probers, observer.leftOut]).toEqual([2, 0, 0]);
  });

  test('tells each kind of frame of a speaker once, in the order heard', () => {
    const { firsts } = observe([
      probe(a, '10.0.0.5'),
      probe(a, '10.0.0.5'),
      announcement(a, '10.0.0.5'),
      request(b, '10.0.0.6', '10.0.0.5'),
      announcement(a, '10.0.0.5'),
      request(a, '10.0.0.5', '10.0.0.6'),
    ]);
    expect(firsts.map(({ speaker, kind }) => `${formatAddress(speaker.address.ip)} ${kind}`)).toEqual([
      '10.0.0.5 probe',
      '10.0.0.5 announcement',
      '10.0.0.6 request',
      '10.0.0.5 request',
    ]);
  });

  test('leaves out what this machine itself probes for, as a sweep does', () => {
    const observer = observe([probe(us, '10.0.0.5', { outgoing: true }), probe(a, '10.0.0.5')]);
    expect([...of(observer, '10.0.0.5').speakers.keys()]).toEqual([a]);
  });

  test('keeps links and VLANs apart', () => {
    const observer = observe([announcement(a, '10.0.0.5'), announcement(b, '10.0.0.5', { link: 1 })]);
    expect([...observer.addresses].map(({ speakers }) => [...speakers.keys()])).toEqual([[a], [b]]);
    expect(observer.notable.size).toBe(0);
  });

  test('notes a frame that comes from another MAC than it names, but not its own', () => {
    const observer = observe([
      request(a, '10.0.0.5', '10.0.0.1', { source: b }),
      request(us, '10.0.0.1', '10.0.0.5', { source: b, outgoing: true }),
    ]);
    expect(of(observer, '10.0.0.5').speakers.get(a)?.foreignSource).toBe(b);
    expect(of(observer, '10.0.0.1').speakers.get(us)?.foreignSource).toBeNull();
  });

  test('has room for so many speakers, counts the frames of further ones, and goes on with those it knows', () => {
    const flood = Array.from({ length: 50 }, (_, i) => announcement(asker(i)[0], '10.0.0.66'));
    const observer = observe([...flood, ...flood.slice(0, 5)], { speakers: 10, probers: 2 });
    expect(observer.speakers).toBe(10);
    expect(observer.leftOut).toBe(40);
    expect(of(observer, '10.0.0.66').speakers.get(asker(4)[0])?.frames.announcement).toBe(2);
  });

  test('keeps the room of those who speak from those who only probe', () => {
    const sweep = Array.from({ length: 50 }, (_, i) => probe(b, `10.0.2.${i}`));
    const observer = observe([...sweep, announcement(a, '10.0.0.5'), announcement(b, '10.0.2.1')], {
      speakers: 10,
      probers: 20,
    });
    expect([observer.speakers, observer.probers, observer.leftOut]).toEqual([2, 19, 30]);
  });
});

describe('two that answer the same question', () => {
  const [mac, address] = asker(1);
  const question = request(mac, address, '10.0.0.5', { at: 10 });
  const sameQuestion = (...frames: HeardFields[]) =>
    [...(of(observe(frames), '10.0.0.5').sameQuestion ?? [])].sort();
  const answer = (from: string, at: number) => reply(from, '10.0.0.5', [mac, address], { at });

  test('are noted', () => {
    expect(sameQuestion(question, answer(a, 10.1), answer(b, 10.2))).toEqual([a, b]);
  });

  test('also where the reply goes to all, and where it names no target', () => {
    const vague = reply(b, '10.0.0.5', ['00:00:00:00:00:00', address], { destination: mac, at: 10.2 });
    expect(sameQuestion(question, answer(a, 10.1), vague)).toEqual([a, b]);
  });

  test.each<[string, HeardFields[]]>([
    ['one of them twice', [question, answer(a, 10.1), answer(a, 10.2)]],
    [
      'a question each',
      [question, answer(a, 10.1), { ...question, atMs: beginningMs + 11_000 }, answer(b, 11.1)],
    ],
    ['a question of another', [question, answer(a, 10.1), reply(b, '10.0.0.5', asker(2), { at: 10.2 })]],
    ['too late', [question, answer(a, 10.1), answer(b, 11.5)]],
    [
      'in the moment of a hand-over',
      [answer(a, 1), announcement(b, '10.0.0.5', { at: 9.9 }), question, answer(a, 10.1), answer(b, 10.2)],
    ],
  ])('are not: %s', (_, frames) => {
    expect(sameQuestion(...frames)).toEqual([]);
  });
});

describe('turns', () => {
  const macs = (...frames: HeardFields[]) => of(observe(frames), '10.0.0.5').turns.map(({ mac }) => mac);

  test('are of what all hear, and of what is meant for this machine or comes from it', () => {
    expect(
      macs(
        request(a, '10.0.0.5', '10.0.0.1'),
        reply(b, '10.0.0.5', [us, '10.0.0.1']),
        reply(us, '10.0.0.5', asker(1), { outgoing: true }),
      ),
    ).toEqual([a, b, us]);
  });

  test('are not of what another one alone is told, nor of probes, nor of virtual MACs', () => {
    expect(
      macs(
        request(a, '10.0.0.5', '10.0.0.1'),
        reply(b, '10.0.0.5', asker(1)),
        probe(b, '10.0.0.5'),
        announcement('00:00:5e:00:01:07', '10.0.0.5'),
      ),
    ).toEqual([a]);
  });
});
