/** Sweeps at an interval, listens meanwhile, and asks again where something seems to have changed. */

import { ArpsweepError, InterfaceError } from '../../errors.js';
import { linksOf } from '../../sweep/preparation.js';
import type { SweepOptions } from '../../sweep/sweep-api.js';
import { pause } from '../../talk/metronome.js';
import { parseAddress } from '../../targets/address.js';
import type { TargetSet } from '../../targets/parse.js';
import { contains, type Ranges, union } from '../../targets/ranges.js';
import type { Doubt } from '../ledger/ledger-api.js';
import type { LinkEntry } from '../link-book.js';
import type { WatchWorld } from '../watch-world.js';
import { watchedLinksOf } from '../watched-links.js';
import { type AskingOptions, askAgain, contestedIn, onLinks, type RoundLink, sweepRound } from './asking.js';
import { noteFindings, noteRound } from './digest.js';
import { createEars, type Ears } from './ears.js';
import { createInquiries } from './inquiries.js';
import { createThoroughness } from './thoroughness.js';

/** An address is left in peace for so long after a sweep, unless the interval that was given is shorter. */
const peaceMs = 30_000;
const lookMs = 1000;
/** What the kernel has received by the end of a sweep is handed over within this. */
const handOverMs = 50;
/** A port of a switch may take so long until it forwards (IEEE 802.1D: twice the forward delay), though it has a carrier. */
const learningMs = 60_000;

/**
 * Resolves when the signal of the world is aborted.
 * @throws ArpsweepError where the first sweep could not begin, and nobody takes the trouble
 */
export async function keepSweeping(world: WatchWorld, targets: TargetSet | undefined): Promise<void> {
  const { ledger, links, clock, signal } = world;
  const asking: AskingOptions = { load: world.load, options: { ...world.checked.sweep, signal } };
  const lastHeard = new Map<string, number>();
  const alarm = createAlarm(signal);
  const thoroughness = createThoroughness(world.checked.sweep);
  let isFull = false;

  const ears = createEars(
    world.addon,
    (spoken) => {
      const atMs = clock.steadyMs(spoken.atMs);
      lastHeard.set(spoken.link, atMs);
      world.tell(ledger.spoken({ ...spoken, atMs }));
      inquiries.add(ledger.takeDoubts());
    },
    (error) => world.onTrouble?.(error),
  );
  const isAskable = (name: string): boolean => links.find(name)?.fault === null;
  const inquiries = createInquiries({
    ask: async (link, ips) => {
      const faults = links.find(link)?.faults;
      const answers = await askAgain(asking, link, ips);
      await pause(handOverMs, signal);
      look();
      return isAskable(link) && links.find(link)?.faults === faults && !signal.aborted ? answers : null;
    },
    isAskable,
    tell(asked) {
      world.tell(ledger.asked({ ...asked, loss: links.find(asked.link)?.loss ?? 0 }));
      const doubts = ledger.takeDoubts();
      inquiries.add(doubts);
      return doubts.some(({ link, ip }) => link === asked.link && ip === asked.ip);
    },
    nowMs: clock.now,
    signal,
  });

  /** Looks how the links stand, and what the passing of time alone decides. */
  function look(): void {
    const nowMs = clock.now();
    const events = links.poll(nowMs);
    world.tell(events);
    if (links.all.length > 0) listen(ears, links.all);
    if (events.some(({ type }) => type === 'link-up')) {
      thoroughness.doubt();
      alarm.ring();
    }
    world.tell(ledger.tick(nowMs));
    if (ledger.leftOut > 0 && !isFull) world.onTrouble?.(tooMany());
    isFull = ledger.leftOut > 0;
  }

  const sweepOnce = async (): Promise<void> => {
    const fromMs = clock.now();
    const faults = new Map(links.all.map(({ link, faults: count }) => [link.name, count]));
    const lost = ears.lost();
    const part = partUp(links.all, asking.options, targets);
    const gently = thoroughness.next(fromMs);
    const round = await sweepRound(
      { ...asking, options: { ...part.options, ...gently } },
      part.targets,
      gently && ledger.held(),
      (prepared) => {
        world.know(prepared);
        world.tell(links.plan(watchedLinksOf(prepared.plans), clock.now()));
        listen(ears, links.all);
      },
    );
    if (signal.aborted) return;
    thoroughness.note(round.report, gently !== null, fromMs);
    await pause(handOverMs, signal);
    look();
    const isWhole = (name: string) => isAskable(name) && (faults.get(name) ?? 0) === links.find(name)?.faults;
    const hasLost = ears.lost() > lost || !Number.isFinite(lost);
    for (const link of round.links) noteRound(world, link, hasLost);
    inquiries.add([
      ...ledger.takeDoubts(),
      ...round.links.filter(({ name }) => isWhole(name)).flatMap((link) => doubtsOf(link, fromMs)),
    ]);
    noteFindings(world, round);
    world.onSweep?.(round.report);
  };

  /** Of what a link has answered, what there is to be asked about. */
  const doubtsOf = ({ name, tested, findings }: RoundLink, fromMs: number): Doubt[] => {
    const entry = links.find(name);
    if (entry === undefined) return [];
    const contested = [...contestedIn(findings).keys()].map((ip) => parseAddress(ip) ?? 0);
    const isLearning = clock.now() - entry.sinceMs < learningMs && entry.faults > 0;
    const isDeaf = isLearning && (lastHeard.get(name) ?? 0) < entry.sinceMs;
    return [
      ...contested.filter((ip) => ledger.stateOf(name, ip) !== 'conflict'),
      ...(isDeaf
        ? []
        : ledger.unheard(name, fromMs).filter((ip) => contains(tested, ip) && !entry.link.own.has(ip))),
    ].map((ip) => ({ link: name, ip }));
  };

  const timer = setInterval(look, lookMs);
  const asks = inquiries.run();
  try {
    await repeat(world, sweepOnce, alarm);
  } finally {
    clearInterval(timer);
    world.stop();
    // What is being asked looks at the links once more, and listens.
    await asks;
    ears.close();
  }
}

async function repeat(world: WatchWorld, sweepOnce: () => Promise<void>, alarm: Alarm): Promise<void> {
  const { signal, checked, onTrouble } = world;
  const { intervalMs } = checked;
  const leastPeaceMs = intervalMs < peaceMs ? 0 : peaceMs;
  let hasSwept = false;
  while (!signal.aborted) {
    const begun = performance.now();
    let failure: unknown = null;
    try {
      await sweepOnce();
      if (!hasSwept && !signal.aborted) world.onBegin?.();
      hasSwept = true;
    } catch (error) {
      if (signal.aborted) return;
      if (!hasSwept && onTrouble === null) throw error;
      onTrouble?.(error as Error);
      failure = error;
    }
    const end = performance.now();
    const rested = failure === null ? end + leastPeaceMs : end;
    await pause(rested - performance.now(), signal);
    const due = Math.max(begun + intervalMs, rested);
    if (failure instanceof InterfaceError && !hasSwept) await awaitLinks(world, due);
    else await alarm.wait(due);
  }
}

/** Waits for links that were never there, until it is time to try it in any case. */
async function awaitLinks({ addon, checked, signal }: WatchWorld, due: number): Promise<void> {
  while (!signal.aborted && performance.now() < due) {
    await pause(Math.min(lookMs, due - performance.now()), signal);
    try {
      linksOf(addon, checked.sweep);
      return;
    } catch {
      // Not yet.
    }
  }
}

/** Waiting that can be cut short. */
interface Alarm {
  /** Resolves at a time of the monotonic clock, at the end of the watch, or when it is rung, which lasts until then. */
  wait(due: number): Promise<void>;
  ring(): void;
}

function createAlarm(signal: AbortSignal): Alarm {
  let waiting: AbortController | null = null;
  let rung = false;
  signal.addEventListener('abort', () => waiting?.abort(), { once: true });
  return {
    async wait(due) {
      const cut = new AbortController();
      waiting = cut;
      if (!rung && !signal.aborted) await pause(due - performance.now(), cut.signal);
      waiting = null;
      rung = false;
    },
    ring() {
      rung = true;
      waiting?.abort();
    },
  };
}

/** Where some links are down, the others are swept all the same. */
function partUp(
  entries: readonly LinkEntry[],
  options: SweepOptions,
  targets: TargetSet | undefined,
): { readonly options: SweepOptions; readonly targets: TargetSet | undefined } {
  const up = entries.filter(({ fault }) => fault === null).map(({ link }) => link);
  if (up.length === 0 || up.length === entries.length) return { options, targets };
  const ranges = up.reduce<Ranges>((sum, link) => union(sum, link.targets), []);
  const named = (targets?.named ?? []).filter((ip) => contains(ranges, ip));
  return {
    options: onLinks(
      options,
      up.map(({ name }) => name),
    ),
    targets: { ranges, named, hostNames: [] },
  };
}

/** What cannot be heard any more is let go, lest a socket keep a deleted namespace alive. */
function listen(ears: Ears, entries: readonly LinkEntry[]): void {
  ears.listenOn(entries.filter(({ fault }) => fault !== 'gone').map(({ link }) => link));
}

const tooMany = (): ArpsweepError =>
  new ArpsweepError(
    'ENOSPC',
    'More addresses are spoken for than a watch keeps in mind, and of some nothing is told.',
    'Watch fewer targets, or divide them among several watches.',
  );
