/** A line for each event of a watch: for people, for a pipe, or as JSON. */
import type { WatchEvent } from '../../generated/watch-event-types.js';
import { type Emphasis, painter } from '../colour.js';
import { nameOrVendor } from '../link-name.js';
import { duration, printable, shortList } from '../text.js';

export const eventFormats = ['table', 'plain', 'ndjson'] as const;
export type EventFormat = (typeof eventFormats)[number];

export interface EventLineOptions {
  readonly colour: boolean;
  /** Machine and interface of a MAC, or null. */
  readonly nameOf: (mac: string, ip: string) => string | null;
  readonly vendorOf: (mac: string) => string | null;
}

/** @returns the line without its end */
export type EventLine = (event: WatchEvent) => string;

export function eventLines(format: EventFormat, options: EventLineOptions): EventLine {
  if (format === 'ndjson') return (event) => JSON.stringify(event);
  return format === 'plain' ? (event) => plainLine(event, options) : (event) => line(event, options);
}

/** The columns are documented in the help: none is ever empty. */
function plainLine(event: WatchEvent, options: EventLineOptions): string {
  const { at, type, link, ip, macs, previous, gapMs } = event;
  const columns = [
    at,
    type,
    link,
    ip ?? '-',
    macs.join(','),
    previous?.macs.join(',') ?? '',
    gapMs === null ? '' : String(gapMs),
    event.finding?.kind ?? who(event, options),
  ];
  return columns.map((column) => printable(column) || '-').join('\t');
}

const emphases: Readonly<Record<WatchEvent['type'], Emphasis>> = {
  new: 'strong',
  gone: 'warning',
  back: 'strong',
  moved: 'warning',
  'conflict-begins': 'error',
  'conflict-ends': 'strong',
  'flapping-begins': 'error',
  'flapping-ends': 'strong',
  'finding-begins': 'warning',
  'finding-ends': 'strong',
  'link-down': 'error',
  'link-up': 'strong',
};

const mostMacs = 5;

function line(event: WatchEvent, options: EventLineOptions): string {
  const { type, ip, link, finding, whileAway } = event;
  const paint = painter(options.colour);
  const emphasis = finding?.severity === 'error' && type === 'finding-begins' ? 'error' : emphases[type];
  const told =
    finding || ip === null
      ? event.message
      : [change(event), after(event), who(event, options), whileAway ? '(while nobody watched)' : '']
          .filter((part) => part !== '')
          .join('  ');
  const cells = [
    paint(clock(event.at), 'faint'),
    paint(type.padEnd(15), emphasis),
    (ip ?? link).padEnd(15),
    told,
  ];
  return cells.map(keepColour).join('  ');
}

/** Colour is ours; what comes from outside was made printable where it came in. */
const keepColour = (cell: string): string => cell;

function change({ type, macs, previous }: WatchEvent): string {
  const now = printable(shortList(macs, mostMacs));
  const before = printable(shortList(previous?.macs ?? [], mostMacs));
  if (type === 'gone') return `was ${before}`;
  const hasMoved = previous !== null && type !== 'back' && before !== now;
  return hasMoved ? `${before} → ${now || 'nobody'}` : now;
}

function after({ gapMs, unanswered, announcements, overlapMs }: WatchEvent): string {
  const parts = [
    gapMs === null ? '' : `after ${exact(gapMs)}`,
    unanswered === undefined ? '' : `${unanswered} unanswered`,
    announcements === undefined ? '' : announced(announcements.length),
    overlapMs === undefined ? '' : `both had it for ${exact(overlapMs)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const exact = (ms: number): string => (ms < 10_000 ? `${ms} ms` : duration(ms));

function announced(times: number): string {
  if (times === 0) return 'not announced';
  return times === 1 ? 'announced once' : `announced ${times} times`;
}

/** Who has it now, or had it last. */
function who({ ip, macs, previous }: WatchEvent, { nameOf, vendorOf }: EventLineOptions): string {
  const mac = macs.at(-1) ?? previous?.macs.at(-1);
  return mac === undefined ? '' : nameOrVendor({ mac, name: nameOf(mac, ip ?? ''), vendor: vendorOf(mac) });
}

/** Local time, for somebody who sits there, to the millisecond. */
function clock(at: string): string {
  const time = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const seconds = `${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
  return `${two(time.getHours())}:${two(time.getMinutes())}:${seconds}`;
}
