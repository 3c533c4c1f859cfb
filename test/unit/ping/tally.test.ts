import { describe, expect, it } from 'vitest';
import { createTally } from '../../../src/ping/tally.js';
import { BROADCAST } from '../../support/arp-frames.js';

const A = '52:54:00:00:00:0a';
const B = '52:54:00:00:00:0b';
/** The kernel's clock; sums of binary fractions of it are exact. */
const EPOCH = 1_767_225_600_000;

/** A tally, and the wire that it hears; times are in ms. */
function wire() {
  const tally = createTally();
  let clockSteps = 0;
  const question = (at: number, destination: string, ours: boolean) =>
    tally.ask({ atMs: EPOCH + at, clockSteps, destination, ours });
  return {
    tally,
    ask: (at: number, destination = BROADCAST) => question(at, destination, true),
    othersAsk: (at: number, destination = BROADCAST) => question(at, destination, false),
    reply: (at: number, mac = A) => tally.take({ mac, atMs: EPOCH + at, clockSteps }),
    setClock: () => {
      clockSteps += 1;
    },
    counts: () => [tally.sent(), tally.answered(), ...tally.responders().map(({ replies }) => replies)],
  };
}

describe('a reply', () => {
  it('has the time since the request, for each MAC, and says which MAC came first', () => {
    const { ask, reply, counts } = wire();
    ask(0);
    expect(reply(0.25)).toEqual({ rttMs: 0.25, responder: 1 });
    expect(reply(0.5, B)).toEqual({ rttMs: 0.5, responder: 2 });
    ask(1000);
    expect(reply(1000.125, B)).toEqual({ rttMs: 0.125, responder: 2 });
    expect(reply(1000.25)).toEqual({ rttMs: 0.25, responder: 1 });
    expect(counts()).toEqual([2, 2, 2, 2]);
  });

  it('that could belong to either of two requests has none, nor has what follows from them', () => {
    const { ask, reply, counts } = wire();
    ask(0);
    ask(10);
    expect(reply(20)).toEqual({ rttMs: null, responder: 1 });
    // To the other of the two.
    expect(reply(21)).toEqual({ rttMs: null, responder: 1 });
    ask(30);
    expect(reply(30.5)).toEqual({ rttMs: 0.5, responder: 1 });
    expect(counts()).toEqual([3, 3, 3]);
  });

  it('after a lost one has a time again once the lost one cannot be meant, by what the MAC has taken so far', () => {
    const { ask, reply, counts } = wire();
    ask(0);
    expect(reply(20)).toEqual({ rttMs: 20, responder: 1 });
    ask(100);
    ask(170);
    // Four times 20 ms have not passed between the two.
    expect(reply(171)).toMatchObject({ rttMs: null });
    ask(270);
    expect(reply(271)).toMatchObject({ rttMs: 1 });
    ask(300);
    ask(390);
    expect(reply(391)).toMatchObject({ rttMs: 1 });
    expect(counts()).toEqual([6, 4, 4]);
  });

  it('of a MAC of which nothing is known may be as late as a proxy’s', () => {
    const { ask, reply } = wire();
    ask(0);
    ask(1000);
    expect(reply(1000.5)).toMatchObject({ rttMs: null });
    const other = wire();
    other.ask(0);
    other.ask(2000);
    expect(other.reply(2000.5)).toMatchObject({ rttMs: 0.5 });
  });

  it('beyond the first to one request counts, without a time', () => {
    const { ask, reply, counts } = wire();
    ask(0);
    reply(0.5);
    expect(reply(0.75)).toEqual({ rttMs: null, responder: 1 });
    expect(counts()).toEqual([1, 1, 2]);
  });

  it('to what others on this machine ask is none of ours, and takes the time from one that may be', () => {
    const { ask, othersAsk, reply, counts, tally } = wire();
    othersAsk(0);
    expect(reply(0.5)).toBeNull();
    expect(tally.responders()).toEqual([]);
    ask(10);
    othersAsk(10.25, A);
    expect(reply(10.5)).toEqual({ rttMs: null, responder: 1 });
    expect(reply(10.75)).toBeNull();
    expect(counts()).toEqual([1, 1, 1]);
  });

  it('to a unicast is expected of that machine alone', () => {
    const { ask, reply } = wire();
    ask(0);
    reply(0.5, B);
    ask(10, A);
    expect(reply(10.5)).toMatchObject({ rttMs: null });
    ask(2000, A);
    expect(reply(2000.5)).toMatchObject({ rttMs: 0.5 });
    expect(reply(2000.75, B)).toEqual({ rttMs: null, responder: 1 });
  });

  it('has no time where the clock was set in between, nor where it comes before its request', () => {
    const { ask, reply, setClock, counts } = wire();
    ask(0);
    setClock();
    expect(reply(-3_600_000)).toMatchObject({ rttMs: null });
    ask(10);
    expect(reply(9)).toMatchObject({ rttMs: null });
    ask(1000);
    expect(reply(1000.5)).toMatchObject({ rttMs: 0.5 });
    expect(counts()).toEqual([3, 3, 3]);
  });

  it('of one MAC too many is counted as not recorded', () => {
    const { ask, reply, tally } = wire();
    ask(0);
    const macs = Array.from({ length: 1025 }, (_, i) => `52:54:00:00:${Math.floor(i / 100)}:${i % 100}`);
    expect(macs.map((mac) => reply(0.5, mac)).indexOf(null)).toBe(1024);
    expect(tally.responders()).toHaveLength(1024);
    expect(tally.unrecorded()).toBe(1);
  });
});

describe('a tally', () => {
  it('is settled before the first request and after the last answer', () => {
    const { ask, othersAsk, reply, tally } = wire();
    expect(tally.isSettled()).toBe(true);
    ask(0);
    expect(tally.isSettled()).toBe(false);
    othersAsk(100);
    reply(0.5);
    expect(tally.isSettled()).toBe(true);
    ask(1000);
    expect(tally.isSettled()).toBe(false);
  });

  it('keeps no more than it needs of a host that does not answer', () => {
    const { ask, reply, tally } = wire();
    // If each request were compared with all before it, this would take minutes.
    for (let at = 0; at < 100_000; at += 1) ask(at);
    expect(reply(100_000)).toMatchObject({ rttMs: null });
    expect(tally.sent()).toBe(100_000);
    expect(tally.answered()).toBe(1);
  });
});
