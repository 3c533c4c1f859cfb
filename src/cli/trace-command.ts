/** `arpsweep trace`: at which link a request or its reply is lost. */

import { OptionError } from '../errors.js';
import type { LinkSpec } from '../links/link-spec.js';
import { parseLinkSpec } from '../links/link-spec.js';
import { isPattern } from '../links/pattern.js';
import { native } from '../native.js';
import { keepOnly } from '../privileges/keep-only.js';
import { wrapped } from '../reporters/text.js';
import { parseCooldown, parsePasses } from '../sweep/options.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { parseTargets } from '../targets/parse.js';
import { countAddresses } from '../targets/ranges.js';
import { resolveTargets } from '../targets/resolve.js';
import { diagramLines } from '../trace/diagram.js';
import { traceRemarks } from '../trace/remarks.js';
import { type TraceRequest, type TraceResult, traceTarget } from '../trace/trace.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption } from './interruption.js';
import { standardOutput } from './standard-output.js';
import { columnsOf, wantsColour } from './terminal.js';
import type { Reported } from './write-flag.js';

/** As commander hands them over. */
export interface TraceFlags {
  readonly at?: string;
  readonly interface?: string;
  readonly passes?: string;
  readonly cooldown?: string;
  readonly sourceIp?: string;
  readonly offLink?: true;
  readonly write?: string;
  readonly format?: 'table' | 'json';
  /** False with `--no-color`. */
  readonly color: boolean;
}

/** Enough to tell what is always lost from what is lost now and then. */
const defaultPasses = 3;

/**
 * Traces and prints.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runTraceCommand(word: string, flags: TraceFlags): Promise<number> {
  const asking = askingOptions(flags);
  const at = flags.at === undefined ? null : linksAt(flags.at);
  const target = await singleTarget(word);
  const interruption = catchInterruption();
  const request: TraceRequest = {
    target,
    at,
    link: flags.interface ?? null,
    asking: { ...asking, signal: interruption.signal },
    onOpen: () => keepOnly({ namespaces: true, files: flags.write !== undefined }),
  };
  const run = async (more: Partial<TraceRequest>): Promise<Reported> => {
    const result = await traceTarget(native(), { ...request, ...more });
    await print(result, flags);
    const exitCode = interruption.exitCode() ?? (isConclusive(result) ? 0 : couldNotRunExit);
    return { exitCode, report: result.report };
  };
  try {
    if (flags.write === undefined) return (await run({})).exitCode;
    const { recordTrace } = await import('./recorded-run.js');
    return await recordTrace(flags.write, (onLinks) => run({ onLinks }));
  } finally {
    interruption.release();
  }
}

function askingOptions({ passes, cooldown, sourceIp, offLink }: TraceFlags): SweepOptions {
  return {
    passes: passes === undefined ? defaultPasses : parsePasses(passes),
    ...(cooldown !== undefined && { cooldownMs: parseCooldown(cooldown) }),
    ...(sourceIp !== undefined && { sourceIp }),
    ...(offLink && { offLink }),
  };
}

function linksAt(text: string): LinkSpec[] {
  return text.split(',').map((part) => {
    const link = parseLinkSpec(part.trim(), 'at');
    const [tag, inner] = link.tags ?? [];
    if (!inner && !tag?.priority && !isPattern(link.interface)) return link;
    throw new OptionError(
      'at',
      `The link ${JSON.stringify(part.trim())} cannot be looked at.`,
      'Give [NETNS:]IFACE[@VID]: one interface, and one tag without a priority.',
    );
  });
}

async function singleTarget(word: string): Promise<number> {
  const { ranges } = await resolveTargets(parseTargets(word));
  const [range] = ranges;
  if (range && countAddresses(ranges) === 1) return range.first;
  throw new OptionError(
    'TARGET',
    `A trace follows one address, and ${JSON.stringify(word)} stands for ${countAddresses(ranges)}.`,
    'Give a single address.',
  );
}

function isConclusive({ report, lostHere, asker }: TraceResult): boolean {
  return report.outcome === 'complete' && lostHere === 0 && asker.sighting.requests > 0;
}

async function print(result: TraceResult, flags: TraceFlags): Promise<void> {
  const { stdout, stderr } = process;
  const output = standardOutput({ beforeWrite: () => {}, onReaderGone: () => {} });
  if (flags.format === 'json') {
    output.write(`${JSON.stringify(result.trace, null, 2)}\n`);
  } else {
    const lines = diagramLines(result, wantsColour(stdout, flags.color), columnsOf(stdout));
    output.write(`${lines.join('\n')}\n`);
  }
  await output.finish();
  for (const remark of traceRemarks(result, wantsColour(stderr, flags.color))) {
    for (const line of wrapped(remark, columnsOf(stderr))) stderr.write(`${line}\n`);
  }
}
