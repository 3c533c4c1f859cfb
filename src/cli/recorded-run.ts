/** A run and the recording of it. */

import { hostname } from 'node:os';
import { LINKTYPE_ETHERNET, type RecordedName } from '../capture/recorded.js';
import type { LinkToRecord } from '../capture/recorder.js';
import { type Recording, startRecording } from '../capture/recording.js';
import { interfaceOfMachine } from '../capture/self-description.js';
import type { Namespace } from '../links/namespaces.js';
import { isUnicast } from '../mac-address.js';
import { type NativeAddon, type NativeLink, native } from '../native.js';
import { linkName } from '../reporters/link-name.js';
import type { ListenOptions } from '../speakers/listen-api.js';
import { listenLinksOf } from '../speakers/run-listen.js';
import { linksOf } from '../sweep/preparation.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { explainNativeError } from '../system-error.js';
import type { TraceRequest } from '../trace/trace.js';
import { couldNotRunExit } from './failure.js';
import { printWarnings } from './warnings.js';
import type { Reported } from './write-flag.js';

/** Chooses what to record. */
type Choose = (addon: NativeAddon) => readonly LinkToRecord[];

/** As `recordedBy` of write-flag.ts says. */
export function recordWhile(
  path: string,
  options: SweepOptions,
  run: () => Promise<Reported>,
): Promise<number> {
  return recordOnce(path, async (start) => {
    await start((addon) =>
      once(linksOf(addon, options).map(({ device, namespace }) => linkToRecord(device, namespace))),
    );
    return run();
  });
}

/** The same of every link that a trace looks at. */
export function recordTrace(
  path: string,
  run: (onLinks: NonNullable<TraceRequest['onLinks']>) => Promise<Reported>,
): Promise<number> {
  return recordOnce(path, (start) =>
    run((watched) => {
      const links = watched.map(({ link, where }) => linkToRecord(link, where));
      return start(() => once(links));
    }),
  );
}

/** The same of every link that is listened on. */
export function recordListening(
  path: string,
  options: ListenOptions,
  run: () => Promise<Reported>,
): Promise<number> {
  return recordOnce(path, async (start) => {
    await start((addon) =>
      once(listenLinksOf(addon, options).map(({ device, namespace }) => linkToRecord(device, namespace))),
    );
    return run();
  });
}

/** What is looked at with several tags is one link. */
function once(links: readonly LinkToRecord[]): LinkToRecord[] {
  return [...new Map(links.map((each) => [each.label, each])).values()];
}

async function recordOnce(
  path: string,
  run: (start: (choose: Choose) => Promise<void>) => Promise<Reported>,
): Promise<number> {
  let recording: Recording | null = null;
  const start = async (choose: Choose): Promise<void> => {
    recording = await recordLinks(path, choose);
  };
  try {
    const { exitCode, report } = await run(start);
    return await concluded(recording, exitCode, report);
  } catch (error) {
    await (recording as Recording | null)?.abandon();
    throw error;
  }
}

async function recordLinks(path: string, choose: Choose): Promise<Recording> {
  const addon = native();
  const plan = explained(() => {
    const links = addon.listLinks();
    return { links: choose(addon), names: namesOf(links) };
  });
  return startRecording(addon, path, plan);
}

/** @returns the exit code: that of the run, unless it is clean and the recording is not */
async function concluded(
  recording: Recording | null,
  exitCode: number,
  report: Reported['report'],
): Promise<number> {
  if (recording === null) return exitCode;
  const { isWhole, warnings } = await recording.finish(report);
  printWarnings(warnings);
  return exitCode === 0 && !isWhole ? couldNotRunExit : exitCode;
}

function explained<T>(list: () => T): T {
  try {
    return list();
  } catch (error) {
    throw explainNativeError(error, 'list the interfaces');
  }
}

/** By hardware address, which several interfaces may share. */
function namesOf(links: readonly NativeLink[]): RecordedName[] {
  const names = new Map<string, string[]>();
  for (const { name, mac, permanentMac } of links) {
    for (const each of new Set([mac, permanentMac])) {
      if (each === null || !isUnicast(each)) continue;
      names.set(each, [...(names.get(each) ?? []), interfaceOfMachine(hostname(), name)]);
    }
  }
  return [...names].map(([mac, called]) => ({ mac, names: called }));
}

/** A link of a namespace, or of the present one where that is null. */
export function linkToRecord(link: NativeLink, where: Namespace | null): LinkToRecord {
  const { name, mac, kind, driver, addresses } = link;
  const netns = where?.name ?? null;
  const label = linkName({ interface: name, netns, vlan: null });
  return {
    label,
    interface: name,
    netns,
    namespacePath: where?.path ?? null,
    promiscuous: false,
    outgoing: true,
    recorded: {
      name,
      description: netns === null ? null : label,
      hardware: kind ?? driver,
      linkType: LINKTYPE_ETHERNET,
      mac,
      addresses: addresses.map(({ ip, prefixLength }) => ({ ip, prefixLength })),
    },
  };
}
