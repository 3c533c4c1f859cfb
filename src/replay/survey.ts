/** Finds out who asked in a recording, and for what. */

import type { FrameBatch } from '../capture/frame-batches.js';
import { type ArpNumbers, arpNumbersAt, arpOperation, rawFrameAt } from '../listen/heard-frame.js';
import { type AddressSet, addressSet } from '../targets/address-set.js';

/** What one machine asked on one link, with one tag and one sender address. */
export interface Questions {
  readonly link: number;
  /** In lower case with colons. */
  readonly mac: string;
  /** VID of the tag, or 0. */
  readonly vlan: number;
  /** Host byte order; 0 where it asked by probe. */
  readonly senderIp: number;
  readonly addresses: AddressSet;
  /** How many there were, and how many of them the recording machine sent itself. */
  count: number;
  sent: number;
}

export interface Survey {
  note(batch: FrameBatch): void;
  /** Everything that was asked. */
  questions(): Questions[];
  /** Questions that were not looked at, because too many machines asked. */
  readonly ignored: number;
  /** Times of the first and of the last ARP frame in ms since the epoch; null where there was none. */
  readonly span: { readonly firstMs: number; readonly lastMs: number } | null;
}

/** Who forges senders must not fill the memory; what this machine sent has a count of its own. */
const mostQuestioners = 4096;
/** Pages of 256 addresses each: four times as many as a /8 takes. */
const mostPages = 1 << 18;

/** @param onlyMac looks at what this machine asked alone; null looks at all */
export function surveyor(onlyMac: string | null): Survey {
  const onlySha = onlyMac === null ? null : Number.parseInt(onlyMac.replaceAll(':', ''), 16);
  const all = new Map<string, Questions>();
  const counts = { sent: 0, received: 0 };
  let pages = 0;
  let ignored = 0;
  let span: { firstMs: number; lastMs: number } | null = null;
  let latest: { readonly arp: ArpNumbers; readonly questions: Questions } | null = null;

  /** Mostly the same machine goes on asking. */
  const questionsOf = (arp: ArpNumbers): Questions | null => {
    if (latest && isSameQuestioner(latest.arp, arp)) return latest.questions;
    const key = `${arp.link} ${arp.sha} ${arp.vlan} ${arp.spa}`;
    let questions = all.get(key);
    if (!questions) {
      const group = arp.sent ? 'sent' : 'received';
      if (counts[group] === mostQuestioners) return null;
      counts[group] += 1;
      const { link, vlan, spa: senderIp } = arp;
      questions = { link, mac: macText(arp.sha), vlan, senderIp, addresses: addressSet(), count: 0, sent: 0 };
      all.set(key, questions);
    }
    latest = { arp, questions };
    return questions;
  };

  const noteQuestion = (arp: ArpNumbers): void => {
    if (onlySha !== null && arp.sha !== onlySha) return;
    const questions = questionsOf(arp);
    if (questions === null || pages >= mostPages) {
      ignored += 1;
      return;
    }
    const before = questions.addresses.pages;
    questions.addresses.add(arp.tpa);
    pages += questions.addresses.pages - before;
    questions.count += 1;
    if (arp.sent) questions.sent += 1;
  };

  return {
    note({ view, count }) {
      for (let i = 0; i < count; i++) {
        const arp = arpNumbersAt(view, i);
        if (arp === null) continue;
        const atMs = Number(rawFrameAt(view, i).timeNs) / 1e6;
        // A frame need not have a time.
        if (span === null || span.lastMs === 0) span = { firstMs: atMs, lastMs: atMs };
        else if (atMs > span.lastMs) span.lastMs = atMs;
        else if (atMs < span.firstMs && atMs > 0) span.firstMs = atMs;
        // Whoever asks for its own address announces it.
        if (arp.operation === arpOperation.request && arp.spa !== arp.tpa) noteQuestion(arp);
      }
    },
    questions: () => [...all.values()].filter(({ count }) => count > 0),
    get ignored() {
      return ignored;
    },
    get span() {
      return span;
    },
  };
}

function isSameQuestioner(a: ArpNumbers, b: ArpNumbers): boolean {
  return a.sha === b.sha && a.spa === b.spa && a.link === b.link && a.vlan === b.vlan;
}

function macText(bytes: number): string {
  const digits = bytes.toString(16).padStart(12, '0');
  return (digits.match(/../g) ?? []).join(':');
}

/**
 * What the one who swept asked: on each link the machine that asked most of all that the recording machine sent; where
 * the recording does not say what was sent, or `chosen` names the machine, of all.
 */
export function askedBySweep(all: readonly Questions[], chosen: boolean): Questions[] {
  const anySent = !chosen && all.some(({ sent }) => sent > 0);
  const weight = ({ count, sent }: Questions) => (anySent ? sent : count);
  const totals = new Map<number, Map<string, number>>();
  for (const questions of all) {
    const byMac = totals.get(questions.link) ?? new Map<string, number>();
    totals.set(questions.link, byMac);
    byMac.set(questions.mac, (byMac.get(questions.mac) ?? 0) + weight(questions));
  }
  const most = new Map(
    [...totals].map(([link, byMac]) => [link, [...byMac].sort(([, a], [, b]) => b - a)[0]?.[0]]),
  );
  return all.filter((questions) => weight(questions) > 0 && most.get(questions.link) === questions.mac);
}
