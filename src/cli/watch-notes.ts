/** What a watch says on standard error beside its events: what is watched, and what keeps it from its work. */
import type { Report } from '../generated/report-types.js';
import { linkName } from '../reporters/link-name.js';
import { counted, duration, wrapped } from '../reporters/text.js';
import type { TargetSet } from '../targets/parse.js';
import { formatRanges } from '../targets/ranges.js';
import { list } from '../wording.js';
import { describeError } from './failure.js';
import { columnsOf } from './terminal.js';
import type { WatchFlags } from './watch-command.js';

export interface WatchNotes {
  /** A sentence, in lower case and without the full stop. */
  readonly say: (sentence: string) => void;
  readonly swept: (report: Report) => void;
  readonly failed: (error: Error) => void;
  /** The fast mode has begun. */
  readonly asking: (targets: TargetSet | undefined, perSecond: number) => void;
  /** Whether a sweep came to its end. */
  readonly hasSucceeded: () => boolean;
}

export function createWatchNotes(flags: WatchFlags, intervalMs: number): WatchNotes {
  const { stderr } = process;
  let sweeps = 0;
  let successes = 0;
  let trouble = '';

  const note = (text: string): void => {
    for (const line of wrapped(text, columnsOf(stderr))) stderr.write(`${line}\n`);
  };
  const swept = (report: Report): void => {
    const { counts, outcome } = report;
    sweeps += 1;
    successes += Number(outcome === 'complete');
    if (trouble !== '' && !flags.quiet) note('sweeping again');
    trouble = '';
    const isFirst = sweeps === 1 && stderr.isTTY === true && !flags.quiet;
    if (isFirst) note(beginning(report, intervalMs));
    else if (flags.verbose) {
      note(
        `swept in ${duration(report.durationMs)}, ${outcome}: ${counted(counts.answered, 'address answers', 'addresses answer')}`,
      );
    }
    if (outcome === 'inconclusive' && flags.verbose) {
      note(`inconclusive: ${counted(counts.untested, 'address', 'addresses')} untested`);
    }
  };

  return {
    say: (sentence) => note(`arpsweep: ${sentence}.`),
    swept,
    failed(error) {
      const text = describeError(error, false, columnsOf(stderr));
      // The same again is no news.
      if (text !== trouble) stderr.write(text);
      trouble = text;
    },
    asking(targets, perSecond) {
      if (stderr.isTTY !== true || flags.quiet) return;
      const what = list(formatRanges(targets?.ranges ?? []));
      note(`asking for ${what} ${perSecond} times a second; Ctrl-C ends it`);
    },
    hasSucceeded: () => successes > 0,
  };
}

function beginning({ targets, links, counts }: Report, intervalMs: number): string {
  const where = list([...new Set(links.map(linkName))]);
  const who = counted(counts.answered, 'address answers', 'addresses answer');
  return `watching ${list(targets)} on ${where} every ${duration(intervalMs)}: ${who}; Ctrl-C ends it`;
}
