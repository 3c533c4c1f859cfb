/** A run and the recording of it. */

import { hostname } from 'node:os';
import { LINKTYPE_ETHERNET, type RecordedName } from '../capture/recorded.js';
import type { LinkToRecord } from '../capture/recorder.js';
import { startRecording } from '../capture/recording.js';
import { interfaceOfMachine } from '../capture/self-description.js';
import { chooseLinks, type EthernetLink } from '../links/links.js';
import { isUnicast } from '../mac-address.js';
import { type NativeLink, native } from '../native.js';
import { explainNativeError } from '../system-error.js';
import { couldNotRunExit } from './failure.js';
import { printWarnings } from './warnings.js';
import type { Reported } from './write-flag.js';

/** As `recordedBy` of write-flag.ts says. `names` are those of `-I`, or null. */
export async function recordWhile(
  path: string,
  names: readonly string[] | null,
  run: () => Promise<Reported>,
): Promise<number> {
  const addon = native();
  const plan = explained(() => {
    const links = addon.listLinks();
    const chosen = chooseLinks(addon, links, names && [...new Set(names)]);
    return { links: chosen.map(linkToRecord), names: namesOf(links) };
  });
  const recording = await startRecording(addon, path, plan);
  let reported: Reported;
  try {
    reported = await run();
  } catch (error) {
    await recording.abandon();
    throw error;
  }
  const { isWhole, warnings } = await recording.finish(reported.report);
  printWarnings(warnings);
  return reported.exitCode === 0 && !isWhole ? couldNotRunExit : reported.exitCode;
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

function linkToRecord({ name, mac, kind, driver, addresses }: EthernetLink): LinkToRecord {
  return {
    label: name,
    interface: name,
    netns: null,
    namespacePath: null,
    promiscuous: false,
    outgoing: true,
    recorded: {
      name,
      description: null,
      hardware: kind ?? driver,
      linkType: LINKTYPE_ETHERNET,
      mac,
      addresses: addresses.map(({ ip, prefixLength }) => ({ ip, prefixLength })),
    },
  };
}
