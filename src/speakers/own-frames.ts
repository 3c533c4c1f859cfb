/** What becomes of this machine's own questions on one link: they come back, they are answered in another VLAN, or its MAC speaks from elsewhere. */

import { arpOperation, type HeardFrame } from '../listen/heard-frame.js';
import { timestamp } from '../report/timestamp.js';
import type { Stray } from '../sweep/stray.js';
import { formatAddress } from '../targets/address.js';

export interface OwnFrames {
  note(frame: HeardFrame): void;
  /** What was seen, and the VLAN that the question went out in, or that of the frame where there was none; null is untagged. */
  strays(): readonly { readonly askedIn: number | null; readonly stray: Stray }[];
}

/** What comes beyond these is not kept: each is a finding long before. */
const mostStrays = 4096;
const mostQuestions = 4096;

/** Within so long a reply is one to a question. */
const openMs = 1000;

interface Seen {
  readonly kind: Stray['kind'];
  readonly address: number;
  readonly mac: string;
  readonly askedIn: number | null;
  readonly vlan: number | null;
  count: number;
  readonly firstAtMs: number;
  lastAtMs: number;
}

/** @param mac hardware address of the link */
export function createOwnFrames(mac: string): OwnFrames {
  const questions = new Map<string, { count: number; atMs: number }>();
  /** VLANs that questions went out in. */
  const vlans = new Set<number | null>();
  const seen = new Map<string, Seen>();

  const questionIn = (vlan: number | null, address: number) => questions.get(`${vlan} ${address}`);
  /** The VLAN that a question for an address went out in, of several that of the frame that speaks of it. */
  const askedIn = (vlan: number | null, address: number): number | null | undefined =>
    questionIn(vlan, address) ? vlan : [...vlans].find((other) => questionIn(other, address));

  const keep = (
    frame: HeardFrame,
    kind: Stray['kind'],
    address: number,
    sha: string,
    from: number | null,
  ) => {
    const { atMs, vlan } = frame;
    const key = `${kind} ${address} ${sha} ${from} ${vlan}`;
    const known = seen.get(key);
    if (known) {
      known.count += 1;
      known.lastAtMs = atMs;
    } else if (seen.size < mostStrays) {
      seen.set(key, {
        kind,
        address,
        mac: sha,
        askedIn: from,
        vlan,
        count: 1,
        firstAtMs: atMs,
        lastAtMs: atMs,
      });
    }
  };

  return {
    note(frame) {
      const { arp, outgoing, source, vlan, atMs } = frame;
      if (arp === null) return;
      const isRequest = arp.operation === arpOperation.request;
      if (outgoing) {
        if (!isRequest || source !== mac) return;
        vlans.add(vlan);
        const question = questionIn(vlan, arp.tpa);
        if (question) {
          question.count += 1;
          question.atMs = atMs;
        } else if (questions.size < mostQuestions) {
          questions.set(`${vlan} ${arp.tpa}`, { count: 1, atMs });
        }
      } else if (source === mac) {
        const from = isRequest && arp.sha === mac ? askedIn(vlan, arp.tpa) : undefined;
        if (from !== undefined) keep(frame, 'returned', arp.tpa, arp.sha, from);
        else keep(frame, 'our-mac', arp.spa, arp.sha, vlan);
      } else if (arp.operation === arpOperation.reply && arp.tha === mac) {
        const from = askedIn(vlan, arp.spa);
        const question = from === undefined || from === vlan ? undefined : questionIn(from, arp.spa);
        if (question && atMs - question.atMs <= openMs)
          keep(frame, 'other-vlan', arp.spa, arp.sha, from ?? null);
      }
    },
    strays: () =>
      [...seen.values()].map(
        ({ kind, address, mac: sha, askedIn: from, vlan, count, firstAtMs, lastAtMs }) => ({
          askedIn: from,
          stray: {
            kind,
            ip: formatAddress(address),
            mac: sha,
            vlan,
            innerVlan: null,
            count,
            asked: kind === 'returned' ? (questionIn(from, address)?.count ?? 0) : 0,
            firstAt: timestamp(firstAtMs),
            lastAt: timestamp(lastAtMs),
          },
        }),
      ),
  };
}
