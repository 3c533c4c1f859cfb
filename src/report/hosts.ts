/** Gathers the records of one engine into hosts, by address. */

import type { DiagnosisContext, NotedHost } from '../findings/context.js';
import type { Host, HostResponder } from '../generated/report-types.js';
import type { LinkPlan } from '../links/plan.js';
import type { Roster } from '../names/roster.js';
import { RECORD_BYTES } from '../native.js';
import { decodeRecord, type RecordBuffer, type ResponderRecord, recordAddress } from '../sweep/record.js';
import { formatAddress } from '../targets/address.js';
import { contains } from '../targets/ranges.js';
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
  /** How often each of our own addresses was probed. */
  readonly ownProbes: number;
  readonly roster: Roster;
}

/**
 * Hosts of one link by address: those that answered, and our own addresses. Of the latter, those outside the
 * targets are left out unless somebody answered for them.
 */
export function hostsOf(source: HostSource): AddressedHost[] {
  const { plan, link, records, ownProbes, roster } = source;
  const own = new Set(plan.own);
  const hosts: AddressedHost[] = [];
  for (const responders of byAddress(records)) {
    const [{ ip, asked }] = responders;
    const self = own.delete(ip);
    const others = self ? responders.filter((record) => !isEcho(record, plan)) : responders;
    if (self && others.length === 0 && !contains(plan.targets, ip)) continue;
    hosts.push(gather({ address: ip, link, self, asked }, others, roster));
  }
  const silent = [...own].filter((address) => contains(plan.targets, address));
  if (silent.length === 0) return hosts;
  for (const address of silent)
    hosts.push(gather({ address, link, self: true, asked: ownProbes }, [], roster));
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
): AddressedHost {
  const ip = formatAddress(address);
  const responders = records.map((record) => responderOf(record, roster.nameOf(record.mac, ip)));
  const host: Host = { ip, ...rest, responders };
  return { address, host, noted: records.some(isNotable) ? noteOf(host, records) : null };
}

function isNotable({ sameRequest, alternated, answersOwnProbe }: ResponderRecord): boolean {
  return sameRequest || alternated || answersOwnProbe;
}

function noteOf(host: Host, records: readonly ResponderRecord[]): NotedHost {
  return {
    ...host,
    sameRequest: records.some((record) => record.sameRequest),
    alternated: records.some((record) => record.alternated),
    answeredOwnProbe: records.filter((record) => record.answersOwnProbe).map(({ mac }) => mac),
  };
}

function responderOf(record: ResponderRecord, name: string | null): HostResponder {
  const { mac, rttMs, replies, firstAtMs, confirmed } = record;
  return { mac, rttMs, replies, firstAt: timestamp(firstAtMs), confirmed, vendor: null, name };
}

/** What the diagnoses look at, from hosts by IP, then link. */
export function diagnosisContext(
  plans: readonly LinkPlan[],
  hosts: readonly AddressedHost[],
  ourMacs: ReadonlySet<string>,
  roster: Roster,
  expected: DiagnosisContext['expected'],
): DiagnosisContext {
  return {
    interfaces: plans.map(({ link }) => link.name),
    noted: hosts.map(({ noted }) => noted).filter((noted) => noted !== null),
    ourMacs,
    roster,
    expected,
  };
}
