/** `arpsweep ping`: arping's job, for any number of addresses. */

import { OptionError } from '../errors.js';
import { native } from '../native.js';
import { checkPing } from '../ping/options.js';
import type { PingOptions, PingRefusal, PingReply } from '../ping/ping-api.js';
import { type PingEvents, runPing } from '../ping/run-ping.js';
import { keepOnly, namesNamespaces } from '../privileges/keep-only.js';
import { linkName } from '../reporters/link-name.js';
import { type Pinged, pingLines, replyLine } from '../reporters/ping-lines.js';
import { counted } from '../reporters/text.js';
import { parseDuration } from '../sweep/options.js';
import { parseCount } from '../talk/options.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption } from './interruption.js';
import { vendorsIn } from './knowledge-flags.js';
import { standardOutput } from './standard-output.js';
import { readTargets } from './targets-input.js';
import { type WhereFlags, whereOptionsOf } from './where-flags.js';

/** As commander hands them over. */
export interface PingFlags extends WhereFlags {
  readonly count?: string;
  readonly interval?: string;
  readonly deadline?: string;
  readonly unicast?: true;
  readonly to?: string;
  readonly broadcast?: true;
  readonly untilAnswer?: true;
  readonly audible?: true;
  readonly sourceIp?: string;
  readonly sourceMac?: string;
  readonly offLink?: true;
  readonly targetsFile?: string;
  readonly format?: FormatName;
  readonly vendors?: readonly string[];
  readonly quiet?: true;
}

type FormatName = 'plain' | 'json' | 'ndjson';

/** What a format makes of a ping: text for each thing that happens, and for its end. */
interface Format {
  reply(reply: PingReply, severalLinks: boolean): string;
  refusal(refusal: PingRefusal): string;
  end(report: Pinged): string;
}

const bell = '\x07';

/** Text that waits for a reader who is slower than the replies. */
const mostWaiting = 1 << 20;

const formats: Readonly<Record<FormatName, Format>> = {
  plain: {
    reply: (reply, severalLinks) => `${replyLine(reply, severalLinks)}\n`,
    refusal: () => '',
    end: (report) => `${pingLines(report).join('\n')}\n`,
  },
  json: { reply: () => '', refusal: () => '', end: (report) => `${JSON.stringify(report, null, 2)}\n` },
  ndjson: {
    reply: (reply) => `${JSON.stringify({ type: 'reply', ...reply })}\n`,
    refusal: (refusal) => `${JSON.stringify({ type: 'refusal', ...refusal })}\n`,
    end: (report) => `${JSON.stringify({ type: 'summary', ...report })}\n`,
  },
};

/**
 * Pings and prints.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runPingCommand(words: readonly string[], flags: PingFlags): Promise<number> {
  const options = optionsOf(flags);
  const vendors = flags.vendors && (await vendorsIn(flags.vendors));
  const targets = (await readTargets(words, flags.targetsFile)) ?? [];
  const interruption = catchInterruption();
  let readerGone = false;
  const onReaderGone = (): void => {
    readerGone = true;
    interruption.stop();
  };
  const output = standardOutput({ beforeWrite: () => {}, onReaderGone });
  let unprinted = 0;
  const print = (text: string): void => {
    if (process.stdout.writableLength > mostWaiting) unprinted += 1;
    else if (text !== '') output.write(text);
  };
  try {
    const format = formats[flags.format ?? 'plain'];
    const onOpen = (): void => keepOnly({ namespaces: namesNamespaces(options) });
    const events = { ...eventsFor(format, flags, print), onOpen };
    const report = await runPing(
      native,
      targets,
      { ...options, signal: interruption.signal },
      events,
      vendors,
    );
    const isParted = format === formats.plain && hasAnswer(report) && !flags.quiet;
    output.write(`${isParted ? '\n' : ''}${format.end(report)}`);
    await output.finish();
    if (!readerGone) for (const remark of remarksOn(report, unprinted)) note(remark);
    return interruption.exitCode() ?? (readerGone ? 0 : exitCodeOf(report));
  } finally {
    interruption.release();
  }
}

function note(text: string): void {
  process.stderr.write(`warning: ${text}\n`);
}

function optionsOf(flags: PingFlags): PingOptions {
  const { count, interval, deadline, sourceIp, sourceMac, offLink, to } = flags;
  if (flags.broadcast && (flags.unicast || to !== undefined)) {
    throw new OptionError(
      'broadcast',
      'The options --broadcast and --unicast exclude each other.',
      'Leave one of them out.',
    );
  }
  const options: PingOptions = {
    ...whereOptionsOf(flags),
    ...(count !== undefined && { count: parseCount(count) }),
    ...(interval !== undefined && { intervalMs: parseDuration(interval, 'interval') }),
    ...(deadline !== undefined && { deadlineMs: parseDuration(deadline, 'deadline') }),
    ...(flags.unicast && { unicast: true }),
    ...(to !== undefined && { unicast: to }),
    ...(flags.untilAnswer && { untilAnswer: true }),
    ...(sourceIp !== undefined && { sourceIp }),
    ...(sourceMac !== undefined && { sourceMac }),
    ...(offLink && { offLink }),
  };
  // Before standard input is read for targets.
  checkPing(options);
  return options;
}

function eventsFor(format: Format, flags: PingFlags, print: (text: string) => void): PingEvents {
  const severalLinks = (flags.interface ?? []).length > 1;
  const said = new Set<string>();
  return {
    onReply(reply) {
      if (!flags.quiet) print(format.reply(reply, severalLinks));
      if (flags.audible) process.stderr.write(bell);
    },
    onRefusal(refusal) {
      if (!flags.quiet) print(format.refusal(refusal));
      // Once: the statistics say how often.
      const text = `requests on ${linkName(refusal)} cannot be sent: ${refusal.code}`;
      if (!said.has(text)) note(text);
      said.add(text);
    },
  };
}

const hasAnswer = ({ addresses }: Pinged): boolean =>
  addresses.some(({ responders }) => responders.length > 0);

function* remarksOn({ outcome, lost }: Pinged, unprinted: number): Iterable<string> {
  if (outcome === 'inconclusive') yield 'the interface is gone';
  if (lost > 0) yield `${counted(lost, 'frame')} came faster than they could be read here`;
  if (unprinted > 0) {
    yield `${counted(unprinted, 'line')} could not be printed: the reader of standard output was too slow`;
  }
}

function exitCodeOf(report: Pinged): number {
  if (report.outcome === 'inconclusive') return couldNotRunExit;
  if (hasAnswer(report)) return 0;
  const isProof = report.addresses.some(({ sent }) => sent > 0) && report.lost === 0;
  return isProof ? 1 : couldNotRunExit;
}
