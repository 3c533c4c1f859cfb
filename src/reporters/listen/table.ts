/** `table`: who speaks, for a person at a terminal: drawn anew while more is heard, and in full at the end. */
import type { ListenReport } from '../../generated/listen-types.js';
import type { StatementKind } from '../../speakers/statement.js';
import { type Emphasis, painter } from '../colour.js';
import { linkName, nameAndVendor } from '../link-name.js';
import { writeLines } from '../reporter.js';
import { emphases } from '../table.js';
import { cut, duration, grouped, wrapped } from '../text.js';
import { remarkLines, summaryLine } from './remarks.js';
import type { ListenOutput, MakeListenReporter } from './reporter.js';

/** One MAC that speaks for one address, or wants it. */
export interface SpeakerRow {
  readonly ip: string;
  readonly mac: string;
  readonly frames: number;
  /** Kinds of its frames, in short. */
  readonly said: string;
  /** How long ago it was last heard, in ms. */
  readonly agoMs: number;
  /** Name of its link. */
  readonly link: string;
  readonly who: string;
  readonly emphasis: Emphasis;
}

interface TableStyle {
  /** Width of the terminal, or null where it does not matter. */
  readonly columns: number | null;
  readonly colour: boolean;
  /** Cuts whole lines where they are still too wide, so that no line takes two. */
  readonly oneLineEach?: boolean;
}

const heading = {
  ip: 'IP',
  mac: 'MAC',
  frames: 'Frames',
  said: 'Said',
  ago: 'Ago',
  link: 'Link',
  who: 'Vendor',
};

/** The lines of a table, with its heading. The last column alone is cut to fit the width. */
export function* speakerLines(rows: readonly SpeakerRow[], style: TableStyle): Iterable<string> {
  const { columns, colour, oneLineEach = false } = style;
  const paint = painter(colour);
  const named = new Set(rows.map(({ link }) => link)).size > 1;
  const cells = rows.map(({ ip, mac, frames, said, agoMs, link, who, emphasis }) => {
    return { ip, mac, frames: grouped(frames), said, ago: duration(agoMs), link, who, emphasis };
  });
  const width = (of: (row: typeof heading) => string): number =>
    [heading, ...cells].reduce((most, row) => Math.max(most, of(row).length), 0);
  const widths = {
    ip: width(({ ip }) => ip),
    mac: width(({ mac }) => mac),
    frames: width(({ frames }) => frames),
    said: width(({ said }) => said),
    ago: width(({ ago }) => ago),
    link: width(({ link }) => link),
  };
  let previous = '';
  const lineOf = (row: typeof heading, emphasis: Emphasis): string => {
    const key = `${row.link} ${row.ip}`;
    // An address stands at its first MAC alone, so that several of them show.
    const ip = key === previous ? '' : row.ip;
    previous = key;
    const left = [
      ip.padEnd(widths.ip),
      row.mac.padEnd(widths.mac),
      row.frames.padStart(widths.frames),
      row.said.padEnd(widths.said),
      row.ago.padStart(widths.ago),
      ...(named ? [row.link.padEnd(widths.link)] : []),
    ].join('  ');
    const who = columns === null ? row.who : cut(row.who, columns - left.length - '  '.length);
    const line = `${left}  ${who}`.trimEnd();
    return paint(oneLineEach && columns !== null ? cut(line, columns) : line, emphasis);
  };
  yield lineOf(heading, 'strong');
  for (const row of cells) yield lineOf(row, row.emphasis);
}

/** Kinds of frames in short, in the order in which a machine that takes an address uses them. */
const kindsInShort: Readonly<Record<StatementKind, string>> = {
  probe: 'probe',
  announcement: 'ann',
  request: 'req',
  reply: 'rep',
};

/** What was said, by the number of frames of each kind. */
export function saidInShort(frames: Readonly<Record<StatementKind, number>>): string {
  const kinds = Object.keys(kindsInShort) as StatementKind[];
  return kinds
    .filter((kind) => frames[kind] > 0)
    .map((kind) => kindsInShort[kind])
    .join(' ');
}

function rowsOf(report: ListenReport): SpeakerRow[] {
  const worst = emphases(report);
  const links = report.links.map(linkName);
  const endMs = Date.parse(report.startedAt) + report.durationMs;
  return report.hosts.flatMap(({ ip, link, self, speakers }) =>
    speakers.map((speaker) => {
      const { mac, probes, announcements, requests, replies, lastAt } = speaker;
      const isThisMachine = self && mac === report.links[link]?.mac;
      return {
        ip,
        mac,
        frames: probes + announcements + requests + replies,
        said: saidInShort({ probe: probes, announcement: announcements, request: requests, reply: replies }),
        agoMs: Math.max(0, endMs - Date.parse(lastAt)),
        link: links[link] ?? '',
        who: isThisMachine ? 'this machine' : nameAndVendor(speaker),
        emphasis: isThisMachine ? 'faint' : (worst.get(`${link} ${ip}`) ?? 'none'),
      };
    }),
  );
}

/** Everything at the end; what is drawn until then is the command's. */
export const tableReporter: MakeListenReporter = (output) => ({
  report: (report) => writeLines(output.write, lines(report, output)),
});

function* lines(report: ListenReport, output: ListenOutput): Iterable<string> {
  const rows = rowsOf(report);
  if (rows.length > 0) yield* speakerLines(rows, output);
  const remarks = [...remarkLines(report, output.colour)];
  if (rows.length > 0 && (remarks.length > 0 || !output.quiet)) yield '';
  for (const remark of remarks) yield* wrapped(remark, output.columns);
  if (!output.quiet) yield* wrapped(summaryLine(report), output.columns);
}
