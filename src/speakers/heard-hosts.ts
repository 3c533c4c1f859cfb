/** Those who spoke for an address, in the form in which the diagnoses of a sweep take those who answered for it. */

import type { NotedHost, NotedResponder } from '../findings/context.js';
import type { Roster } from '../names/roster.js';
import { timestamp } from '../report/timestamp.js';
import { formatAddress } from '../targets/address.js';
import type { HeardAddress, Speaker } from './observer.js';

/** Those of the speakers that have spoken for the address, not just wanted it. */
export function claimantsOf({ speakers }: HeardAddress): Speaker[] {
  return [...speakers.values()].filter(({ claimedFromMs }) => !Number.isNaN(claimedFromMs));
}

/** @param speakers those of the address that it is about */
export function heardHost(
  { ip, place }: HeardAddress,
  speakers: readonly Speaker[],
  roster: Roster,
  more: Partial<NotedHost> = {},
): NotedHost {
  const address = formatAddress(ip);
  return {
    ip: address,
    link: place.index,
    self: false,
    asked: 0,
    responders: speakers.map((speaker) => responderOf(speaker, roster.nameOf(speaker.mac, address))),
    probes: 0,
    sameRequest: false,
    alternated: false,
    answeredOwnProbe: [],
    ...more,
  };
}

function responderOf(speaker: Speaker, name: string | null): NotedResponder {
  const { mac, frames, claimedFromMs, claimedUntilMs, foreignSource } = speaker;
  return {
    mac,
    rttMs: null,
    replies: frames.request + frames.announcement + frames.reply,
    firstAt: timestamp(claimedFromMs),
    confirmed: null,
    vendor: null,
    name,
    probeReplies: 0,
    unicasts: 0,
    laterBroadcasts: 0,
    lastAtMs: claimedUntilMs,
    ethernetSource: foreignSource ?? mac,
  };
}
