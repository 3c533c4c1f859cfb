/** Tells which frames of a recording made a finding. */

import type { Finding } from '../generated/report-types.js';
import type { ArpNumbers } from '../listen/heard-frame.js';
import { parseAddress } from '../targets/address.js';

export interface Marks {
  readonly size: number;
  /** Comments on a frame: the finding, and the address that it is about. */
  commentsOn(frame: ArpNumbers): readonly string[];
}

const none: readonly string[] = [];

/**
 * A frame makes a finding where its sender, by both of its addresses, is one of those that the finding names; or, where
 * it names hardware addresses alone, where it came in from one of these.
 * @param linkOf place among the recorded interfaces of the report's link; null for all of them
 */
export function marksOf(findings: readonly Finding[], linkOf: (link: number | null) => number | null): Marks {
  const comments = new Map<string, string[]>();
  const note = (key: string, comment: string): void => {
    const known = comments.get(key) ?? [];
    if (!known.includes(comment)) comments.set(key, [...known, comment]);
  };
  // Nearly every frame is from an address that no finding names.
  const addresses = new Set<number>();
  const senders = new Set<number>();
  for (const { kind, link, ips, macs } of findings) {
    const at = linkOf(link);
    for (const mac of macs) {
      const sha = Number.parseInt(mac.replaceAll(':', ''), 16);
      if (ips.length === 0) {
        senders.add(sha);
        note(received(at, sha), kind);
      }
      for (const ip of ips) {
        const spa = parseAddress(ip);
        if (spa === null) continue;
        addresses.add(spa);
        note(sentBy(at, sha, spa), `${kind}: ${ip}`);
      }
    }
  }

  return {
    size: comments.size,
    commentsOn({ link, sent, sha, spa }) {
      if (!addresses.has(spa) && !senders.has(sha)) return none;
      return [link, null].flatMap((at) => [
        ...(comments.get(sentBy(at, sha, spa)) ?? none),
        ...(sent ? none : (comments.get(received(at, sha)) ?? none)),
      ]);
    },
  };
}

const received = (link: number | null, sha: number): string => `${link} ${sha}`;
const sentBy = (link: number | null, sha: number, spa: number): string => `${link} ${sha} ${spa}`;
