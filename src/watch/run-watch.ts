/** Conducts a watch: options, targets and links in, changes and a state out. */

import type { WatchEvent } from '../generated/watch-event-types.js';
import type { WatchState } from '../generated/watch-state-types.js';
import type { NativeAddon } from '../native.js';
import type { Prepared } from '../sweep/preparation.js';
import { readTargets, type Targets } from '../targets/resolve.js';
import { version } from '../version.js';
import { createEventQueue } from './event-queue.js';
import { createFindingChanges } from './finding-changes.js';
import { createLedger } from './ledger.js';
import { createLinkBook } from './link-book.js';
import { mayShare } from './sharing.js';
import { createSteadyClock } from './steady-clock.js';
import { keepSweeping } from './sweeping.js';
import type { Watch, WatchOptions } from './watch-api.js';
import { type CheckedWatch, checkWatchOptions } from './watch-options.js';
import type { WatchWorld } from './watch-world.js';

/**
 * Starts a watch with the addon that `load` gives.
 *
 * One promise, `finished`, owns the end: it settles once everything is closed, and iteration and disposal wait for it.
 */
export function runWatch(
  load: () => NativeAddon,
  targets: Targets | undefined,
  options: WatchOptions = {},
): Watch {
  const queue = createEventQueue();
  const end = new AbortController();
  const stop = (): void => end.abort();
  let world: WatchWorld | null = null;

  const conduct = async (): Promise<WatchState> => {
    const { signal } = options;
    try {
      const checked = checkWatchOptions(options);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { once: true });
      const wanted = targets === undefined ? undefined : await readTargets(targets);
      const sweep = await readKnowledge(checked.sweep);
      world = createWorld(load, { ...checked, sweep }, options, queue.push, end);
      if (checked.fast === null) await keepSweeping(world, wanted);
      else await (await import('./fast-watch.js')).keepAskingFast(world, wanted);
      return stateOf(world, options.state);
    } finally {
      stop();
      queue.end();
      signal?.removeEventListener('abort', stop);
    }
  };

  const finished = conduct();
  const settled = finished.then(
    () => {},
    () => {},
  );
  const leave = (): Promise<void> => {
    stop();
    return settled;
  };
  return {
    [Symbol.asyncIterator]: () => queue.iterate(finished, leave),
    finished,
    state: () => stateOf(world, options.state),
    [Symbol.asyncDispose]: leave,
  };
}

/** Files are read once: what becomes of them later does not end the watch. */
async function readKnowledge(sweep: CheckedWatch['sweep']): Promise<CheckedWatch['sweep']> {
  const { names, expect } = sweep;
  const [{ readNames }, { readExpectation }] = await Promise.all([
    import('../names/names-input.js'),
    import('../expect/expectation-input.js'),
  ]);
  return {
    ...sweep,
    ...(names !== undefined && { names: await readNames(typeof names === 'string' ? [names] : names) }),
    ...(expect !== undefined && { expect: await readExpectation(expect) }),
  };
}

function createWorld(
  load: () => NativeAddon,
  checked: CheckedWatch,
  { state, onBegin, onSweep, onTrouble }: WatchOptions,
  tell: (events: readonly WatchEvent[]) => void,
  end: AbortController,
): WatchWorld {
  const addon = load();
  const clock = createSteadyClock();
  const links = createLinkBook(addon, state?.links ?? [], clock.wallMs);
  const findings = createFindingChanges(state?.findings ?? null);
  let known: Pick<Prepared, 'roster' | 'judge'> | null = null;
  const ledger = createLedger(state?.addresses ?? [], {
    wallMs: clock.wallMs,
    askedBefore: (link, ip) => links.askedBefore(link, ip),
    mayShare: (link, ip, one, other) =>
      known !== null && mayShare(known, links.find(link)?.proxies ?? new Set(), ip, one, other),
  });
  return {
    load,
    addon,
    checked,
    clock,
    links,
    findings,
    ledger,
    tell,
    signal: end.signal,
    stop: () => end.abort(),
    know: (prepared) => {
      known = prepared;
    },
    onBegin: onBegin ?? null,
    onSweep: onSweep ?? null,
    onTrouble: onTrouble ?? null,
  };
}

function stateOf(world: WatchWorld | null, before: WatchState | undefined): WatchState {
  return {
    schemaVersion: 1,
    command: 'watch',
    tool: { name: 'arpsweep', version },
    savedAt: new Date().toISOString(),
    links: world?.links.kept() ?? before?.links ?? [],
    addresses: world?.ledger.addresses() ?? before?.addresses ?? [],
    findings: world?.findings.all() ?? before?.findings ?? [],
  };
}
