/** The columns of `plain` and `csv`: what each holds, and how it is headed. */
import { OptionError } from '../errors.js';
import type { LinkReport, Report } from '../generated/report-types.js';
import { type FieldName, fieldNames } from './field-names.js';
import { linkName, nameOrVendor } from './link-name.js';
import { orderedEntries, type SortKey } from './order.js';
import { roundTrip } from './text.js';

/** What a line is made of: a responder as it is heard, or as the report has it. */
export interface Heard {
  readonly ip: string;
  readonly mac: string;
  readonly rttMs: number | null;
  readonly interface: string;
  readonly netns: string | null;
  readonly vlan: number | null;
  readonly innerVlan?: number;
  readonly vendor: string | null;
  readonly name: string | null;
  /** ISO 8601. */
  readonly firstAt: string;
  /** These are known at the end only. */
  readonly replies?: number;
  readonly confirmed?: boolean | null;
  readonly fingerprint?: string;
}

interface Field {
  /** In the first line of csv, with its unit. */
  readonly heading: string;
  /** Null where it is not known. */
  readonly text: (heard: Heard) => string | null;
  /** Known only when the sweep has ended. */
  readonly final?: true;
}

const orNull = (value: string | number | boolean | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** Two tags are written as in a link: `100@7`. */
function tagsOf({ vlan, innerVlan }: Heard): string | null {
  return innerVlan === undefined ? orNull(vlan) : `${vlan}@${innerVlan}`;
}

const fields: Readonly<Record<FieldName, Field>> = {
  ip: { heading: 'ip', text: ({ ip }) => ip },
  mac: { heading: 'mac', text: ({ mac }) => mac },
  rtt: { heading: 'rtt_ms', text: ({ rttMs }) => (rttMs === null ? null : roundTrip(rttMs, '')) },
  link: { heading: 'link', text: linkName },
  who: { heading: 'who', text: nameOrVendor },
  replies: { heading: 'replies', text: ({ replies }) => orNull(replies), final: true },
  confirmed: { heading: 'confirmed', text: ({ confirmed }) => orNull(confirmed), final: true },
  interface: { heading: 'interface', text: (heard) => heard.interface },
  netns: { heading: 'netns', text: ({ netns }) => netns },
  vlan: { heading: 'vlan', text: tagsOf },
  vendor: { heading: 'vendor', text: ({ vendor }) => vendor },
  name: { heading: 'name', text: ({ name }) => name },
  first: { heading: 'first_at', text: ({ firstAt }) => firstAt },
  fingerprint: { heading: 'fingerprint', text: ({ fingerprint }) => fingerprint ?? null, final: true },
};

/** Columns by name. */
export function columnsOf(names: readonly FieldName[]): readonly Field[] {
  return names.map((name) => fields[name]);
}

/**
 * Reads the columns of `--fields`: names with commas between them.
 * @throws OptionError naming the first that is none
 */
export function parseFields(text: string): readonly FieldName[] {
  const names = text.split(',').map((name) => name.trim());
  const isField = (name: string): name is FieldName => (fieldNames as readonly string[]).includes(name);
  const wrong = names.find((name) => !isField(name));
  if (wrong === undefined) return names.filter(isField);
  throw new OptionError(
    'fields',
    `There is no field ${JSON.stringify(wrong)} in --fields ${JSON.stringify(text)}.`,
    `Give one or more of these, parted by commas: ${fieldNames.join(', ')}.`,
  );
}

/** Every responder of a report, this machine's own addresses left out. */
export function* heardOf(report: Report, sort: SortKey | null): Iterable<Heard> {
  const places = report.links.map(({ interface: name, netns, vlan, innerVlan }) => ({
    interface: name,
    netns,
    vlan,
    ...(innerVlan !== undefined && { innerVlan }),
  }));
  for (const { host, responder } of orderedEntries(report, sort)) {
    if (responder) yield { ip: host.ip, ...(places[host.link] ?? nowhere), ...responder };
  }
}

const nowhere: Pick<LinkReport, 'interface' | 'netns' | 'vlan' | 'innerVlan'> = {
  interface: '?',
  netns: null,
  vlan: null,
};
