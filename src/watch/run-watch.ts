/** Conducts a watch: options, targets and links in, changes and a state out. */

import type { WatchEvent } from '../generated/watch-event-types.js';
import type { WatchState } from '../generated/watch-state-types.js';
import type { NativeAddon } from '../native.js';
import type { Prepared } from '../sweep/preparation.js';
import { readTargets, type Targets } from '../targets/resolve.js';
import { version } from '../version.js';
import { createEventQueue } from './event-queue.js';
import { createLedger } from './ledger/ledger.js';
import { mayShare } from './ledger/sharing.js';
import { createLinkBook } from './link-book.js';
import type { StateInParts } from './state/state-parts.js';
import { createSteadyClock } from './steady-clock.js';
import { createFindingChanges } from './sweeping/finding-changes.js';
import { keepSweeping } from './sweeping/sweeping.js';
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
  { state, ...options }: WatchOptions = {},
): Watch {
  /** What an earlier watch knew, until this one does: it may be large. */
  let before = state ?? null;
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
      const sweep = await readFiles(checked.sweep);
      world = createWorld(load, { ...checked, sweep }, { ...options, before }, queue.push, end);
      before = null;
      if (checked.fast === null) await keepSweeping(world, wanted);
      else await (await import('./fast/fast-watch.js')).keepAskingFast(world, wanted);
      return stateOf(world, before);
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
    state: () => stateOf(world, before),
    stateInParts: () => partsOf(world, before),
    [Symbol.asyncDispose]: leave,
  };
}

/** Files are read once: what becomes of them later does not end the watch. What reads them is loaded only where there are any. */
async function readFiles({ names, expect, ...sweep }: CheckedWatch['sweep']): Promise<CheckedWatch['sweep']> {
  const named =
    names === undefined
      ? null
      : await (await import('../names/names-input.js')).readNames(
          typeof names === 'string' ? [names] : names,
        );
  const expected =
    expect === undefined
      ? null
      : await (await import('../expect/expectation-input.js')).readExpectation(expect);
  return { ...sweep, ...(named && { names: named }), ...(expected && { expect: expected }) };
}

function createWorld(
  load: () => NativeAddon,
  checked: CheckedWatch,
  { before, onBegin, onSweep, onTrouble }: WatchOptions & { readonly before: WatchState | null },
  tell: (events: readonly WatchEvent[]) => void,
  end: AbortController,
): WatchWorld {
  const addon = load();
  const clock = createSteadyClock();
  const links = createLinkBook(addon, before?.links ?? [], clock.wallMs);
  const findings = createFindingChanges(before?.findings ?? null);
  let known: Pick<Prepared, 'roster' | 'judge'> | null = null;
  const ledger = createLedger(before?.addresses ?? [], {
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

function stateOf(world: WatchWorld | null, before: WatchState | null): WatchState {
  const { links, addresses, findings, ...head } = partsOf(world, before);
  return { ...head, links: [...links], addresses: [...addresses], findings: [...findings] };
}

function partsOf(world: WatchWorld | null, before: WatchState | null): StateInParts {
  return {
    schemaVersion: 1,
    command: 'watch',
    tool: { name: 'arpsweep', version },
    savedAt: new Date().toISOString(),
    links: world?.links.kept() ?? before?.links ?? [],
    addresses: world?.ledger.eachAddress() ?? before?.addresses ?? [],
    findings: world?.findings.all() ?? before?.findings ?? [],
  };
}
