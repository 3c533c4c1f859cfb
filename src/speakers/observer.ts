/** Who speaks for which address: everything that frames of ARP say of it, in bounded memory. It knows no machine but by its MAC. */

import { virtualMacProtocol } from '../findings/virtual-macs.js';
import { arpOperation, type HeardArp, type HeardFrame } from '../listen/heard-frame.js';
import { isUnicast } from '../mac-address.js';
import { createQuestions } from './questions.js';
import { type Statement, type StatementKind, statementOf } from './statement.js';
import { isHandingOver, type Turn, takeTurn } from './turns.js';

/** Where a frame was heard: a link, by its tag. */
export interface Place {
  /** Number of the place; addresses of different places are different ones. */
  readonly index: number;
  /** Hardware address of the link. */
  readonly mac: string;
}

/** One MAC that speaks for one address, or wants it. Times are the kernel's, in ms since the epoch. */
export interface Speaker {
  readonly address: HeardAddress;
  readonly mac: string;
  /** Frames of each kind. */
  readonly frames: Record<StatementKind, number>;
  readonly firstAtMs: number;
  lastAtMs: number;
  /** When it first and last spoke for the address; NaN where it has only wanted it. */
  claimedFromMs: number;
  claimedUntilMs: number;
  /** Where a frame of its came from by its Ethernet header, where that was not its MAC; else null. */
  foreignSource: string | null;
}

export interface HeardAddress {
  readonly place: Place;
  /** Host byte order. */
  readonly ip: number;
  /** By MAC, in the order in which they were first heard. */
  readonly speakers: Map<string, Speaker>;
  /** Of what all could hear, or what was meant for this machine; virtual MACs, which change hands by design, have none. */
  readonly turns: Turn[];
  /** MACs that answered the same question of somebody's, or null where none did. */
  sameQuestion: Set<string> | null;
}

/** A speaker in a kind of frame that it had not used before. */
export interface FirstStatement {
  readonly speaker: Speaker;
  readonly kind: StatementKind;
  readonly atMs: number;
}

export interface Observer {
  /** Notes what a frame says. Frames of a place come in the order of their times. */
  note(place: Place, frame: HeardFrame): void;
  /** What was heard of an address (host byte order) at a place. */
  find(place: Place, ip: number): HeardAddress | undefined;
  /** Everything that was heard, in the order in which it was. */
  readonly addresses: Iterable<HeardAddress>;
  /** Those of them that more than one MAC spoke for, or whose frames came from another MAC than they name. */
  readonly notable: ReadonlySet<HeardAddress>;
  /** Grows; a reader keeps its own place in it. */
  readonly firsts: readonly FirstStatement[];
  /** Addresses with those who speak for them, and with those who only want them. */
  readonly speakers: number;
  readonly probers: number;
  /** Frames of speakers for whom there was no room. */
  readonly leftOut: number;
}

export interface ObserverLimits {
  /** Pairs of address and MAC. */
  readonly speakers: number;
  readonly probers: number;
}

/** Some 70 MB at most. A sweep by probe, which wants nothing, must not use up the room of those who speak. */
const usualLimits: ObserverLimits = { speakers: 65_536, probers: 16_384 };

export function createObserver(limits: ObserverLimits = usualLimits): Observer {
  const addresses = new Map<number, HeardAddress>();
  const notable = new Set<HeardAddress>();
  const firsts: FirstStatement[] = [];
  const questions = createQuestions();
  let speakers = 0;
  let probers = 0;
  let leftOut = 0;

  const hear = (place: Place, { kind, mac, address: ip }: Statement, atMs: number): Speaker | null => {
    const key = keyOf(place, ip);
    const known = addresses.get(key);
    const speaker = known?.speakers.get(mac);
    const isProbe = kind === 'probe';
    if (speaker) {
      if (!isProbe && Number.isNaN(speaker.claimedFromMs)) {
        probers -= 1;
        speakers += 1;
      }
      return speaker;
    }
    if (isProbe ? probers >= limits.probers : speakers >= limits.speakers) {
      leftOut += 1;
      return null;
    }
    if (isProbe) probers += 1;
    else speakers += 1;
    const address = known ?? { place, ip, speakers: new Map(), turns: [], sameQuestion: null };
    const added = newSpeaker(address, mac, atMs);
    address.speakers.set(mac, added);
    if (!known) addresses.set(key, address);
    return added;
  };

  const noteStatement = (place: Place, statement: Statement, frame: HeardFrame): Speaker | null => {
    const { kind, mac } = statement;
    const { atMs, outgoing, source, destination } = frame;
    const speaker = hear(place, statement, atMs);
    if (speaker === null) return null;
    const { address, frames } = speaker;
    if (frames[kind] === 0) firsts.push({ speaker, kind, atMs });
    frames[kind] += 1;
    speaker.lastAtMs = atMs;
    if (!outgoing && source !== mac) speaker.foreignSource ??= source;
    if (kind !== 'probe') {
      if (Number.isNaN(speaker.claimedFromMs)) speaker.claimedFromMs = atMs;
      speaker.claimedUntilMs = atMs;
      // What one alone is told may differ from what another is, as bonds do it (balance-alb).
      const isForUs = outgoing || !isUnicast(destination) || destination === place.mac;
      if (isForUs && virtualMacProtocol(mac) === null) takeTurn(address.turns, mac, kind, atMs);
    }
    if (address.speakers.size > 1 || speaker.foreignSource !== null) notable.add(address);
    return speaker;
  };

  return {
    note(place, frame) {
      const { arp, atMs, outgoing, destination } = frame;
      if (arp === null) return;
      const statement = statementOf(arp);
      // A sweep from here probes for thousands of addresses, and wants none of them.
      const isOurProbe = outgoing && statement?.kind === 'probe';
      const speaker = statement && !isOurProbe ? noteStatement(place, statement, frame) : null;
      const answerers = followQuestion(questions, place, arp, destination, atMs);
      if (speaker && answerers.length > 1 && !isHandingOver(speaker.address.turns, atMs)) {
        speaker.address.sameQuestion = new Set([...(speaker.address.sameQuestion ?? []), ...answerers]);
      }
    },
    find: (place, ip) => addresses.get(keyOf(place, ip)),
    get addresses() {
      return addresses.values();
    },
    notable,
    firsts,
    get speakers() {
      return speakers;
    },
    get probers() {
      return probers;
    },
    get leftOut() {
      return leftOut;
    },
  };
}

const keyOf = ({ index }: Place, ip: number): number => index * 2 ** 32 + ip;

function newSpeaker(address: HeardAddress, mac: string, atMs: number): Speaker {
  return {
    address,
    mac,
    frames: { request: 0, probe: 0, announcement: 0, reply: 0 },
    firstAtMs: atMs,
    lastAtMs: atMs,
    claimedFromMs: Number.NaN,
    claimedUntilMs: Number.NaN,
    foreignSource: null,
  };
}

/** Who has answered the question that a frame answers, once they are several. */
function followQuestion(
  questions: ReturnType<typeof createQuestions>,
  place: Place,
  { operation, sha, spa, tha, tpa }: HeardArp,
  destination: string,
  atMs: number,
): readonly string[] {
  if (operation === arpOperation.request) {
    if (spa !== tpa) questions.ask(`${place.index} ${sha} ${tpa}`, atMs);
  } else if (operation === arpOperation.reply && spa !== tpa) {
    // Some reply with a THA of zero or of all ones, and are understood all the same.
    const asker = isUnicast(tha) ? tha : destination;
    return questions.answer(`${place.index} ${asker} ${spa}`, sha, atMs);
  }
  return [];
}
