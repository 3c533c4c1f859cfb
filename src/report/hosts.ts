/** Gathers the records of one engine into hosts, by address. */

import type { DiagnosisContext, NotedHost } from '../findings/context.js';
import type { Host, HostResponder } from '../generated/report-types.js';
import type { LinkPlan } from '../links/plan.js';
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
}

/**
 * Hosts of one link by address: those that answered, and our own addresses. Of the latter, those outside the
 * targets are left out unless somebody answered for them.
 */
export function hostsOf(source: HostSource): AddressedHost[] {
  const { plan, link, records, ownProbes } = source;
  const own = new Set(plan.own);
  const hosts: AddressedHost[] = [];
  for (const [address, responders] of byAddress(records)) {
    const self = own.delete(address);
    const others = self ? responders.filter((record) => !isEcho(record, plan)) : responders;
    if (self && others.length === 0 && !contains(plan.targets, address)) continue;
    hosts.push(gather(address, link, self, responders[0]?.asked ?? 0, others));
  }
  for (const address of own) {
    if (contains(plan.targets, address)) hosts.push(gather(address, link, true, ownProbes, []));
  }
  return hosts.sort((a, b) => a.address - b.address);
}

/** An answer in the name of the link's own hardware address comes from this machine. */
export function isEcho(record: ResponderRecord, plan: LinkPlan): boolean {
  return record.answersOwnProbe && (record.mac === plan.link.mac || record.mac === plan.sourceMac);
}

/** The engine keeps at most 2^21 responders, so that address and index fit a double together. */
const INDEX_SPAN = 2 ** 21;

function* byAddress({ bytes, view }: RecordBuffer): Generator<[number, ResponderRecord[]]> {
  const count = bytes.length / RECORD_BYTES;
  const order = Float64Array.from(
    { length: count },
    (_, i) => recordAddress(view, i) * INDEX_SPAN + i,
  ).sort();
  let address = -1;
  let responders: ResponderRecord[] = [];
  for (const key of order) {
    const record = decodeRecord(view, key % INDEX_SPAN);
    if (record.ip !== address) {
      if (responders.length > 0) yield [address, responders];
      address = record.ip;
      responders = [];
    }
    responders.push(record);
  }
  if (responders.length > 0) yield [address, responders];
}

function gather(
  address: number,
  link: number,
  self: boolean,
  asked: number,
  records: readonly ResponderRecord[],
): AddressedHost {
  const host: Host = { ip: formatAddress(address), link, self, asked, responders: records.map(responderOf) };
  const sameRequest = records.some((record) => record.sameRequest);
  const alternated = records.some((record) => record.alternated);
  const answeredOwnProbe = records.filter((record) => record.answersOwnProbe).map(({ mac }) => mac);
  const plain = !sameRequest && !alternated && answeredOwnProbe.length === 0;
  return { address, host, noted: plain ? null : { ...host, sameRequest, alternated, answeredOwnProbe } };
}

function responderOf({ mac, rttMs, replies, firstAtMs, confirmed }: ResponderRecord): HostResponder {
  const firstAt = timestamp(firstAtMs);
  return { mac, rttMs, replies, firstAt, confirmed, vendor: null, name: null };
}

/** What the diagnoses look at, from hosts by IP, then link. */
export function diagnosisContext(
  plans: readonly LinkPlan[],
  hosts: readonly AddressedHost[],
  ourMacs: ReadonlySet<string>,
): DiagnosisContext {
  return {
    interfaces: plans.map(({ link }) => link.name),
    noted: hosts.map(({ noted }) => noted).filter((noted) => noted !== null),
    ourMacs,
  };
}
