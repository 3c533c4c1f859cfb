/** Gathers the records of one engine into hosts, by address. */

import type { NotedHost, NotedResponder } from '../findings/context.js';
import type { Host, HostResponder } from '../generated/report-types.js';
import type { LinkPlan } from '../links/plan.js';
import type { Roster } from '../names/roster.js';
import { RECORD_BYTES } from '../native.js';
import {
  decodeRecord,
  type RecordBuffer,
  type ResponderRecord,
  recordAddress,
  recordAnswersProbe,
} from '../sweep/record.js';
import { formatAddress } from '../targets/address.js';
import { timestamp } from './timestamp.js';

export interface AddressedHost {
  /** Host byte order, to sort by. */
  readonly address: number;
  readonly host: Host;
  /** The same host with what the engine noted, where it noted anything. */
  readonly noted: NotedHost | null;
}

export interface HostSource {
  readonly plan: LinkPlan;
  /** Index into the report's links. */
  readonly link: number;
  readonly records: RecordBuffer;
  /** Our own addresses among the targets. */
  readonly ownTargets: readonly number[];
  /** How often each of our own addresses was probed. */
  readonly ownProbes: number;
  readonly roster: Roster;
  /** What this machine holds on any interface. */
  readonly isHeld: (ip: string) => boolean;
}

/**
 * Hosts of one link by address: those that answered, and our own addresses. Of the latter, those outside the
 * targets are left out unless somebody answered for them.
 */
export function hostsOf(source: HostSource): AddressedHost[] {
  const { plan, link, records, ownTargets, ownProbes, roster, isHeld } = source;
  const own = new Set(plan.own);
  const hosts: AddressedHost[] = [];
  for (const responders of byAddress(records)) {
    const [{ ip, asked }] = responders;
    const self = own.delete(ip);
    const others = self ? responders.filter((record) => !isEcho(record, plan)) : responders;
    if (self && others.length === 0 && !ownTargets.includes(ip)) continue;
    const host = gather({ address: ip, link, self, asked }, others, roster);
    const notable = isNotable(others) || (!self && isHeld(host.ip));
    hosts.push({ address: ip, host, noted: notable ? noteOf(host, others) : null });
  }
  const silent = [...own].filter((address) => ownTargets.includes(address));
  if (silent.length === 0) return hosts;
  for (const address of silent) {
    hosts.push({
      address,
      host: gather({ address, link, self: true, asked: ownProbes }, [], roster),
      noted: null,
    });
  }
  return hosts.sort((a, b) => a.address - b.address);
}

/** An answer in the name of the link's own hardware address comes from this machine. */
export function isEcho(record: ResponderRecord, plan: LinkPlan): boolean {
  return record.answersOwnProbe && (record.mac === plan.link.mac || record.mac === plan.sourceMac);
}

/** The engine keeps at most 2^21 responders, so that address and index fit a double together. */
const INDEX_SPAN = 2 ** 21;

type Responders = [ResponderRecord, ...ResponderRecord[]];

/** The responders of each address, by first answer. */
function* byAddress({ bytes, view }: RecordBuffer): Generator<Responders> {
  const order = new Float64Array(bytes.length / RECORD_BYTES);
  for (let i = 0; i < order.length; i++) order[i] = recordAddress(view, i) * INDEX_SPAN + i;
  let responders: Responders | undefined;
  for (const key of order.sort()) {
    const record = decodeRecord(view, key % INDEX_SPAN);
    if (record.ip === responders?.[0].ip) {
      responders.push(record);
      continue;
    }
    if (responders) yield responders;
    responders = [record];
  }
  if (responders) yield responders;
}

function gather(
  { address, ...rest }: Pick<Host, 'link' | 'self' | 'asked'> & { readonly address: number },
  records: readonly ResponderRecord[],
  roster: Roster,
): Host {
  const ip = formatAddress(address);
  const responders = records.map((record) => responderOf(record, roster.nameOf(record.mac, ip)));
  return { ip, ...rest, responders };
}

/** Whether there is more to say than that one MAC answered whatever it was asked. */
function isNotable(records: readonly ResponderRecord[]): boolean {
  return records.length > 1 || records.some(standsOut);
}

function standsOut(record: ResponderRecord): boolean {
  const { replies, probes, probeReplies, laterBroadcasts, mac, ethernetSource, answersOwnProbe } = record;
  const ignoresProbes = probes > 0 && probeReplies === 0;
  const ignoresRequests = probeReplies === replies;
  const differs = ethernetSource !== mac;
  return ignoresProbes || ignoresRequests || laterBroadcasts > 0 || differs || answersOwnProbe;
}

/** Field by field: of an object that is spread V8 makes a table of its own, several times the size. */
function noteOf(host: Host, records: readonly ResponderRecord[]): NotedHost {
  const { ip, link, self, asked } = host;
  return {
    ip,
    link,
    self,
    asked,
    responders: records.map((record, i) => notedResponderOf(record, host.responders[i]?.name ?? null)),
    probes: records[0]?.probes ?? 0,
    sameRequest: records.some((record) => record.sameRequest),
    alternated: records.some((record) => record.alternated),
    answeredOwnProbe: records.filter((record) => record.answersOwnProbe).map(({ mac }) => mac),
  };
}

function notedResponderOf(record: ResponderRecord, name: string | null): NotedResponder {
  const { mac, rttMs, replies, firstAtMs, confirmed, ethernetSource } = record;
  const { probeReplies, unicasts, laterBroadcasts, lastAtMs } = record;
  return {
    mac,
    rttMs,
    replies,
    firstAt: timestamp(firstAtMs),
    confirmed,
    vendor: null,
    name,
    probeReplies,
    unicasts,
    laterBroadcasts,
    lastAtMs,
    ethernetSource,
  };
}

function responderOf(record: ResponderRecord, name: string | null): HostResponder {
  const { mac, rttMs, replies, firstAtMs, confirmed } = record;
  return { mac, rttMs, replies, firstAt: timestamp(firstAtMs), confirmed, vendor: null, name };
}

/** Responders of others' addresses that answered a probe. */
export function countProbeAnswers({ bytes, view }: RecordBuffer): number {
  let count = 0;
  for (let i = 0; i < bytes.length / RECORD_BYTES; i++) count += Number(recordAnswersProbe(view, i));
  return count;
}
