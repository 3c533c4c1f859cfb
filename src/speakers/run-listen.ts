/** Conducts listening: options, links and a listener in, utterances and a report out. */

import type { ListenReport } from '../generated/listen-types.js';
import type { Finding } from '../generated/report-types.js';
import type { LinkSource } from '../links/choice.js';
import { machineStates, type StateOf } from '../links/machine-state.js';
import { type Listening, listenOn } from '../listen/listen.js';
import type { NamedMachine } from '../names/named-machine.js';
import type { ListenerStatus, NativeAddon } from '../native.js';
import { createBell } from '../sweep/bell.js';
import type { Listen, ListenOptions, Utterance } from './listen-api.js';
import { chooseListenLinks, deviceName, type ListenedLink, type ListenLinks } from './listen-links.js';
import { type CheckedListenOptions, checkListenOptions } from './listen-options.js';
import { buildListenReport, utteranceOf } from './listen-report.js';
import { framesLost, openSession, type Session } from './session.js';

/** Listening under way, as the command sees it. */
export interface ListenRun extends Listen {
  /** What is heard so far; null until the links are open. */
  session(): Session | null;
}

/** Bursts come at full rate: 65,536 frames are some tenths of a second of it, and 10 MB. */
const capacity = 65_536;

/** How often what was heard is judged. */
const judgeMs = 1000;

export interface ListenHooks {
  /** Called when the links are open, with those that were left out for their number. */
  readonly onOpen?: (links: ListenLinks) => void;
}

/**
 * Starts to listen with the addon that `load` gives.
 *
 * One promise, `finished`, owns the end: it settles once the listener is closed, and everything else (iteration,
 * disposal, `report()`) waits for it.
 */
export function runListen(
  load: () => NativeAddon,
  options: ListenOptions = {},
  { onOpen }: ListenHooks = {},
): ListenRun {
  const bell = createBell();
  let session: Session | null = null;
  let listening: Listening | null = null;
  let stopping = false;
  let ended = false;

  const stop = (): void => {
    stopping = true;
    listening?.finish();
  };

  const conduct = async (): Promise<ListenReport> => {
    const { signal, onFinding } = options;
    const timers: NodeJS.Timeout[] = [];
    // Whatever fails, an option that cannot be right included, ends the iteration as well.
    try {
      const checked = checkListenOptions(options);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { once: true });
      const named = await readNames(checked.names);
      const opened = open(load(), checked, named, bell.ring);
      session = opened.session;
      listening = opened.listening;
      onOpen?.(opened.links);
      const startedAt = new Date();
      const started = performance.now();
      const tell = teller(onFinding);
      if (checked.durationMs < Number.POSITIVE_INFINITY) {
        timers.push(setTimeout(listening.finish, checked.durationMs));
      }
      if (stopping) listening.finish();
      const failed = new Promise<never>((_, reject) => {
        timers.push(setInterval(() => judge(opened, tell, reject), judgeMs));
      });
      await Promise.race([opened.done, failed]);
      const durationMs = performance.now() - started;
      const findings = opened.session.diagnose(Date.now(), true);
      tell(findings);
      return buildListenReport(opened.session, {
        startedAt,
        durationMs,
        interrupted: stopping,
        status: opened.listening.status(),
        findings,
      });
    } finally {
      for (const timer of timers) clearInterval(timer);
      listening?.close();
      ended = true;
      bell.ring();
      signal?.removeEventListener('abort', stop);
    }
  };

  const finished = conduct();
  const settled = finished.then(
    () => {},
    () => {},
  );

  /** The observer's own list is the queue: nothing is kept twice, and a slow reader misses nothing. */
  const iterate = (): AsyncIterableIterator<Utterance> => {
    let position = 0;
    let left = false;
    return {
      next: async () => {
        while (!left) {
          const first = session?.observer.firsts[position];
          if (session && first) {
            position += 1;
            return { done: false, value: utteranceOf(first, session) };
          }
          const news = bell.next();
          if (ended) break;
          await news;
        }
        if (!left) await finished;
        return { done: true, value: undefined };
      },
      return: async () => {
        left = true;
        stop();
        await settled;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };

  return {
    [Symbol.asyncIterator]: iterate,
    report: () => finished,
    session: () => session,
    [Symbol.asyncDispose]: () => {
      stop();
      return settled;
    },
  };
}

/**
 * The links that options mean, without listening on them.
 * @throws OptionError, InterfaceError, PermissionError, SystemError
 */
export function listenLinksOf(addon: NativeAddon, options: ListenOptions): readonly ListenedLink[] {
  return chooseListenLinks(linkSource(machineStates(addon)), checkListenOptions(options).links).links;
}

const linkSource = (states: StateOf): LinkSource => ({
  links: (where) => states(where).links,
  // None is chosen by its route.
  routes: () => [],
});

interface Opened {
  readonly links: ListenLinks;
  readonly session: Session;
  readonly listening: Listening;
  /** Resolves when the listener has ended, also where the kernel ended it: the report says so then. */
  readonly done: Promise<void>;
}

function open(
  addon: NativeAddon,
  { links: wanted, frames }: CheckedListenOptions,
  named: readonly NamedMachine[],
  onNews: () => void,
): Opened {
  let status = (): ListenerStatus | null => null;
  const lost = (): number => {
    const now = status();
    return now === null ? 0 : framesLost(now);
  };
  const before = machineStates(addon);
  const links = chooseListenLinks(linkSource(before), wanted);
  const session = openSession(addon, before, links.links, named, lost);
  let left = frames;
  const listening = listenOn(
    addon,
    links.links.map((link) => ({
      label: deviceName(link),
      interface: link.device.name,
      namespacePath: link.namespace?.path ?? null,
      promiscuous: true,
      outgoing: true,
    })),
    (heard) => {
      for (const frame of heard) if (left > 0 && session.note(frame)) left -= 1;
      if (left === 0) listening.finish();
      onNews();
    },
    capacity,
  );
  status = listening.status;
  return { links, session, listening, done: listening.done.catch(() => {}) };
}

/** Tells what is wrong by now, and ends a listening that can hear nothing any more. */
function judge(
  { session, listening }: Opened,
  tell: (findings: readonly Finding[]) => void,
  fail: (error: unknown) => void,
): void {
  try {
    tell(session.diagnose(Date.now(), false));
    if (listening.status().links.every(({ state }) => state === 'gone')) listening.finish();
  } catch (error) {
    fail(error);
  }
}

/** Passes on findings that were not passed on before, as they stand. */
function teller(onFinding: ((finding: Finding) => void) | undefined): (findings: readonly Finding[]) => void {
  const told = new Set<string>();
  return (findings) => {
    for (const finding of findings) {
      const { kind, severity, link, ips, macs } = finding;
      const key = JSON.stringify([kind, severity, link, ips, macs]);
      if (told.has(key)) continue;
      told.add(key);
      onFinding?.(finding);
    }
  };
}

/** What reads files is loaded only where there are any. */
async function readNames(names: CheckedListenOptions['names']): Promise<NamedMachine[]> {
  if (names.length === 0) return [];
  return (await import('../names/names-input.js')).readNames(names);
}
