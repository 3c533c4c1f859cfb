/** Builds the report on what was heard. */

import { getSystemErrorName } from 'node:util';
import type { ListenHost, ListenReport, ListenSpeaker } from '../generated/listen-types.js';
import type { Finding, Machine } from '../generated/report-types.js';
import type { Roster } from '../names/roster.js';
import type { ListenerStatus } from '../native.js';
import { timestamp } from '../report/timestamp.js';
import { formatAddress } from '../targets/address.js';
import { version } from '../version.js';
import type { Utterance } from './listen-api.js';
import type { FirstStatement, HeardAddress, Speaker } from './observer.js';
import type { Session } from './session.js';

export interface ListenResult {
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Stopped from outside. */
  readonly interrupted: boolean;
  readonly status: ListenerStatus;
  readonly findings: Finding[];
}

export function buildListenReport(session: Session, result: ListenResult): ListenReport {
  const { observer, places, machine, counts } = session;
  const { startedAt, durationMs, status, findings } = result;
  const hosts = hostsOf(session);
  const statistics = {
    ...counts,
    kernelDrops: status.links.reduce((sum, { kernelDrops }) => sum + kernelDrops, 0),
    overruns: status.overruns,
    leftOut: observer.leftOut,
  };
  return {
    schemaVersion: 1,
    command: 'listen',
    tool: { name: 'arpsweep', version },
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(durationMs * 10) / 10,
    outcome: outcomeOf(result, statistics),
    machine: machineOf(machine.machines()),
    links: places.map(({ interface: name, netns, vlan, mac, frames, listened }) => ({
      interface: name,
      netns,
      vlan,
      mac,
      state: status.links[listened]?.state ?? 'gone',
      frames,
    })),
    counts: { addresses: hosts.length, speakers: observer.speakers, probers: observer.probers },
    hosts,
    findings,
    ...(status.fault && { fault: { ...status.fault, code: getSystemErrorName(-status.fault.errno) } }),
    statistics,
  };
}

/** The interfaces of the present namespace, and of those that were listened in. */
function machineOf(machines: readonly Machine[]): Machine {
  const [here] = machines;
  return { name: here?.name ?? '', interfaces: machines.flatMap(({ interfaces }) => interfaces) };
}

function outcomeOf(
  { interrupted, status }: ListenResult,
  { kernelDrops, overruns, leftOut }: ListenReport['statistics'],
): ListenReport['outcome'] {
  if (interrupted) return 'interrupted';
  if (status.fault || status.links.every(({ state }) => state === 'gone')) return 'failed';
  const isClean = kernelDrops + overruns + leftOut === 0 && status.links.every(({ state }) => state === 'up');
  return isClean ? 'complete' : 'inconclusive';
}

function hostsOf(session: Session): ListenHost[] {
  const addresses = [...session.observer.addresses];
  addresses.sort((a, b) => a.ip - b.ip || a.place.index - b.place.index);
  return addresses.map((address) => hostOf(session, address));
}

function hostOf({ roster, isOwn }: Session, address: HeardAddress): ListenHost {
  const ip = formatAddress(address.ip);
  return {
    ip,
    link: address.place.index,
    self: isOwn(address),
    speakers: [...address.speakers.values()].map((speaker) => speakerOf(speaker, ip, roster)),
  };
}

function speakerOf({ mac, frames, firstAtMs, lastAtMs }: Speaker, ip: string, roster: Roster): ListenSpeaker {
  return {
    mac,
    requests: frames.request,
    probes: frames.probe,
    announcements: frames.announcement,
    replies: frames.reply,
    firstAt: timestamp(firstAtMs),
    lastAt: timestamp(lastAtMs),
    vendor: null,
    name: roster.nameOf(mac, ip),
  };
}

export function utteranceOf({ speaker, kind, atMs }: FirstStatement, { places, roster }: Session): Utterance {
  const { mac, address } = speaker;
  const ip = formatAddress(address.ip);
  const link = address.place.index;
  const { interface: name = '', netns = null, vlan = null } = places[link] ?? {};
  return {
    ip,
    mac,
    kind,
    at: timestamp(atMs),
    link,
    interface: name,
    netns,
    vlan,
    vendor: null,
    name: roster.nameOf(mac, ip),
  };
}
