/** Reads a recording twice: for who asked and what, and for the answers. */

import { type FrameBatch, frameBatches } from '../capture/frame-batches.js';
import { LINKTYPE_ETHERNET, type RecordedInterface } from '../capture/recorded.js';
import type { RecordingSource } from '../capture/recording-source.js';
import { targetsIn } from '../capture/self-description.js';
import { OptionError } from '../errors.js';
import { mostTargets } from '../links/plan.js';
import type { NamedMachine } from '../names/named-machine.js';
import type { NativeAddon, NativeReplay } from '../native.js';
import type { HeardRun } from '../report/report.js';
import { counted } from '../reporters/text.js';
import { countAddresses, type Ranges, union } from '../targets/ranges.js';
import { list } from '../wording.js';
import { machineReader } from './recorded-machine.js';
import { planReplay, type RecordedLink, type ReplayPlan } from './replay-plans.js';
import { replayedRun } from './replayed-run.js';
import type { ReplayTargets } from './shares.js';
import { askedBySweep, type Survey, surveyor } from './survey.js';

export interface ReadingRequest extends ReplayTargets {
  /** Who asked, in lower case with colons; null finds out. */
  readonly sourceMac: string | null;
  readonly signal: AbortSignal | null;
}

export interface Reading {
  readonly plans: readonly ReplayPlan[];
  /** By the same index. */
  readonly runs: readonly HeardRun[];
  readonly span: NonNullable<Survey['span']>;
  /** The one that recorded it, as far as it says; null where it does not. */
  readonly machine: NamedMachine | null;
  /** What of the recording was not read, in sentences. */
  readonly warnings: readonly string[];
}

type ReplayAddon = Pick<NativeAddon, 'Replay' | 'describeFrames'>;

/** What the first reading finds. */
interface Contents {
  readonly links: readonly RecordedLink[];
  readonly survey: Survey;
  /** Frames that the recording lost, by link. */
  readonly dropped: ReadonlyMap<number, number>;
  /** What the recording says that the sweep asked for. */
  readonly swept: Ranges;
  readonly machine: NamedMachine | null;
  /** Why it could not be read to its end, or null. */
  readonly problem: string | null;
  /** LINKTYPE_ numbers of interfaces other than Ethernet. */
  readonly otherTypes: ReadonlySet<number>;
}

/** Every frame is held against each sender address on its link; no sweep has so many. */
const mostSenders = 64;

/** @throws OptionError where nothing can be made of it */
export async function readRecording(
  addon: ReplayAddon,
  source: RecordingSource,
  request: ReadingRequest,
): Promise<Reading> {
  const { sourceMac, signal } = request;
  const contents = await survey(addon, source, request);
  const { links, span, dropped, problem } = { ...contents, span: contents.survey.span };
  const all = askedBySweep(contents.survey.questions(), sourceMac !== null);
  const asked =
    all.length > mostSenders ? all.toSorted((a, b) => b.count - a.count).slice(0, mostSenders) : all;
  if (span === null || asked.length === 0) throw nothingAsked(source, contents, sourceMac);
  // What the recording is of, another machine did not ask for.
  const swept = asked.some(({ sent }) => sent > 0) ? contents.swept : [];
  const plans = planReplay(links, asked, swept, request);
  checkSize(plans);

  const replays = plans.map(({ options }) => new addon.Replay(options));
  if (!signal?.aborted) await feed(addon, source, replays, signal);
  const first = plans.map(({ options }) => plans.findIndex((plan) => plan.options.link === options.link));
  const runs = plans.map((plan, i) =>
    replayedRun(plan, replays[i] as NativeReplay, {
      dropped: first[i] === i ? (dropped.get(plan.options.link) ?? 0) : 0,
      end: problem !== null,
      rest: signal?.aborted ?? false,
    }),
  );
  return {
    plans,
    runs,
    span,
    machine: contents.machine,
    warnings: warningsOf(source, contents, all.length - asked.length),
  };
}

async function survey(
  addon: ReplayAddon,
  source: RecordingSource,
  { sourceMac, signal }: ReadingRequest,
): Promise<Contents> {
  const interfaces: RecordedInterface[] = [];
  const dropped = new Map<number, number>();
  const machine = machineReader();
  let swept: Ranges = [];
  const survey = surveyor(sourceMac);
  const batches = frameBatches(addon, survey.note);
  const problem = await source.read(
    {
      section: machine.section,
      name: machine.name,
      interface: (recorded) => void interfaces.push(recorded),
      frame: (frame) => {
        if (interfaces[frame.link]?.linkType === LINKTYPE_ETHERNET) batches.add(frame);
      },
      statistics: ({ link, dropped: count, comment }) => {
        dropped.set(link, Math.max(dropped.get(link) ?? 0, count));
        swept = union(swept, targetsIn(comment));
      },
    },
    signal,
  );
  batches.flush();
  const types = interfaces.map(({ linkType }) => linkType);
  return {
    links: interfaces.map((recorded, i) => ({ recorded, name: nameOf(recorded, i, interfaces, source) })),
    survey,
    dropped,
    swept,
    machine: machine.known(),
    problem,
    otherTypes: new Set(types.filter((type) => type !== LINKTYPE_ETHERNET)),
  };
}

/** A recording need not name its interfaces. */
function nameOf(
  { name }: RecordedInterface,
  i: number,
  all: readonly unknown[],
  source: RecordingSource,
): string {
  return name ?? (all.length === 1 ? source.name : `${source.name}#${i}`);
}

async function feed(
  addon: ReplayAddon,
  source: RecordingSource,
  replays: readonly NativeReplay[],
  signal: AbortSignal | null,
): Promise<void> {
  const batches = frameBatches(addon, ({ bytes, count }: FrameBatch) => {
    for (const replay of replays) replay.feed(bytes, count);
  });
  // Frames of other kinds than Ethernet are of links that nobody asked on.
  await source.read({ frame: batches.add }, signal);
  batches.flush();
}

function nothingAsked(
  { name }: RecordingSource,
  { otherTypes, survey }: Contents,
  sourceMac: string | null,
): OptionError {
  const from = sourceMac === null ? '' : ` from ${sourceMac}`;
  const kinds = [...otherTypes].map((type) => `LINKTYPE ${type}`);
  const only = survey.span === null && kinds.length > 0 ? `, only frames of ${list(kinds)}` : '';
  return new OptionError(
    'read',
    `The recording ${JSON.stringify(name)} holds no ARP request${from} on Ethernet${only}.`,
    sourceMac === null
      ? 'Record the sweep where it is made or on a link that its broadcasts reach: arpsweep --write, or tcpdump with the filter arp.'
      : 'Name with --source-mac the machine that asked, or leave it out to take the one that asked most.',
  );
}

function checkSize(plans: readonly ReplayPlan[]): void {
  if (plans.length === 0) {
    throw new OptionError('targets', 'No target is left.', 'Name a target that is not excluded as well.');
  }
  const most = Math.max(...plans.map(({ plan }) => countAddresses(plan.targets)));
  if (most <= mostTargets) return;
  throw new OptionError(
    'targets',
    `The targets are ${most} addresses.`,
    `Name at most ${mostTargets} at a time (a /6).`,
  );
}

function warningsOf(
  { name }: RecordingSource,
  { problem, otherTypes, survey }: Contents,
  leftOut: number,
): readonly string[] {
  const recording = `the recording ${JSON.stringify(name)}`;
  const others = list([...otherTypes].map(String));
  return [
    ...(problem === null ? [] : [`${recording} ${problem}; what comes after is not in the report`]),
    ...(otherTypes.size === 0
      ? []
      : [`${recording} has interfaces other than Ethernet (LINKTYPE ${others}), which are not read`]),
    ...(leftOut === 0
      ? []
      : [`${recording} has more than ${mostSenders} sender addresses; those that asked least are left out`]),
    ...(survey.ignored === 0
      ? []
      : [
          `${counted(survey.ignored, 'request')} of ${recording} were not looked at: too many machines asked`,
        ]),
  ];
}
