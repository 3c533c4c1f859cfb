/** `arpsweep check`: expectations to exit code, for scripts, probes and init containers. */
import { chooseControls } from '../check/controls.js';
import type { Look, LookPlan } from '../check/look.js';
import { lookUntilWell } from '../check/look-until-well.js';
import { addressOf, type Expectation, expectedHosts } from '../expect/expectation.js';
import type { Finding } from '../generated/report-types.js';
import { readIn } from '../links/machine-state.js';
import { subnetsOf } from '../links/subnets.js';
import { native } from '../native.js';
import { keepOnly, namesNamespaces } from '../privileges/keep-only.js';
import { parseDuration } from '../sweep/options.js';
import { linksOf } from '../sweep/preparation.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { namedTargets } from '../targets/parse.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption } from './interruption.js';
import { expectationIn, knowledgeOf, targetsAmongNames } from './knowledge-flags.js';
import { type AskingFlags, failOnOf, sweepOptionsOf } from './sweep-flags.js';
import { readTargets } from './targets-input.js';
import { recordedBy } from './write-flag.js';

export interface CheckFlags extends AskingFlags {
  readonly expect: string;
  readonly wait?: string;
  readonly write?: string;
  readonly failOn?: string;
}

/**
 * Prints nothing where all is well, and a line for each thing that is not.
 * @returns the exit code
 * @throws ArpsweepError where nothing could be checked
 */
export async function runCheckCommand(words: readonly string[], flags: CheckFlags): Promise<number> {
  const checked = sweepOptionsOf(flags);
  const failOn = flags.failOn === undefined ? null : await failOnOf(flags);
  const waitMs = flags.wait === undefined ? 0 : parseDuration(flags.wait, 'wait');
  const named = await readTargets([...words, ...targetsAmongNames(flags)], flags.targetsFile);
  const { names } = await knowledgeOf({ names: flags.names ?? [] });
  const expectation = await expectationIn(flags.expect);
  const targets = named ?? namedTargets(expectedHosts(expectation).map(addressOf));
  const interruption = catchInterruption();
  const { signal } = interruption;
  const options = { ...checked, ...(names && { names }), expect: expectation, signal };
  const plan = (): LookPlan => ({
    targets,
    options,
    expectation,
    controls: controlsFor(options, expectation),
  });
  const exact = flags.passes !== undefined || flags.cooldown !== undefined;
  try {
    return await recordedBy(flags.write, options, async () => {
      // Each look opens its own sockets.
      const files = flags.write !== undefined;
      keepOnly({ rawSockets: true, namespaces: namesNamespaces(options), files });
      const seen = await lookUntilWell(plan, { waitMs, exact, signal });
      if (!seen.isWell || seen.unjudged.unswept.length > 0) await say(seen);
      return { exitCode: interruption.exitCode() ?? exitCodeOf(seen, failOn), report: seen.report };
    });
  } catch (error) {
    const signalExit = interruption.exitCode();
    if (signalExit === null) throw error;
    return signalExit;
  } finally {
    interruption.release();
  }
}

/** Controls on the links that will be swept. */
function controlsFor(options: SweepOptions, expectation: Expectation): number[] {
  const addon = native();
  const chosen = linksOf(addon, options);
  const places = new Map(chosen.map(({ namespace }) => [namespace?.path, namespace]));
  const links = [...places.values()].flatMap((where) => readIn(where, (path) => addon.listLinks(path)));
  const own = links.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
  const subnets = chosen.flatMap(({ holder }) => subnetsOf(holder));
  return chooseControls(subnets, expectedHosts(expectation).map(addressOf), own);
}

async function say(seen: Look): Promise<void> {
  const [{ complaintLines, unsweptLines }, { print }] = await Promise.all([
    import('../reporters/complaints.js'),
    import('./print.js'),
  ]);
  for (const line of unsweptLines(seen)) process.stderr.write(`${line}\n`);
  const lines = [...complaintLines(seen)].map((line) => `${line}\n`);
  if (lines.length > 0) await print(lines.join(''));
}

function exitCodeOf({ report, unjudged, doubts }: Look, failOn: ReadonlySet<string> | null): number {
  const fails = ({ kind, severity }: Finding) => (failOn === null ? severity === 'error' : failOn.has(kind));
  if (report.findings.some(fails)) return 1;
  const isConclusive =
    report.outcome === 'complete' && unjudged.undecided.length === 0 && doubts.length === 0;
  return isConclusive ? 0 : couldNotRunExit;
}
