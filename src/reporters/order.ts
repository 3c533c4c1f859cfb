/** The lines of a report, one for each responder, and the orders in which they may stand. */
import type { Host, HostResponder, Report } from '../generated/report-types.js';

/** `ip` is the report's own order: by address, then link, then first answer. */
export const sortKeys = ['ip', 'mac', 'rtt', 'vendor', 'first'] as const;
export type SortKey = (typeof sortKeys)[number];

/** One line: a responder, or this machine itself. */
export interface Entry {
  readonly host: Host;
  readonly mac: string;
  /** Null for an address of this machine. */
  readonly responder: HostResponder | null;
}

/** Our own addresses first where others claim them, as they stand in the report. */
function* entriesOf({ hosts, links }: Report): Iterable<Entry> {
  for (const host of hosts) {
    if (host.self) yield { host, mac: links[host.link]?.mac ?? '', responder: null };
    for (const responder of host.responders) yield { host, mac: responder.mac, responder };
  }
}

type Sortable = string | number | null;

/** What is not known comes last: a host without a round trip is not the quickest. */
function compare(a: Sortable, b: Sortable): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

const sortedBy: Readonly<Record<Exclude<SortKey, 'ip'>, (entry: Entry) => Sortable>> = {
  mac: ({ mac }) => mac,
  rtt: ({ responder }) => responder?.rttMs ?? null,
  vendor: ({ responder }) => responder?.vendor?.toLowerCase() ?? null,
  first: ({ responder }) => responder?.firstAt ?? null,
};

/** Every line of a report. What is equal stays by address. Sorted lines are held together, those by address are not. */
export function orderedEntries(report: Report, sort: SortKey | null): Iterable<Entry> {
  if (sort === null || sort === 'ip') return entriesOf(report);
  const key = sortedBy[sort];
  return [...entriesOf(report)].sort((a, b) => compare(key(a), key(b)));
}
