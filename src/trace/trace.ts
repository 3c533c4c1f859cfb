/** Asks for one address, and sees how far question and answer get. */

import { InterfaceError, OptionError } from '../errors.js';
import type { Report } from '../generated/report-types.js';
import { isBridge } from '../links/kinds.js';
import { formatLink, type LinkSpec } from '../links/link-spec.js';
import { checkLink, type EthernetLink } from '../links/links.js';
import { findNamespace } from '../links/namespaces.js';
import { linkOfRoute } from '../links/route.js';
import { type Listening, listenOn } from '../listen/listen.js';
import type { NativeAddon, NativeLink } from '../native.js';
import { runSweep } from '../sweep/run-sweep.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { explainNativeError } from '../system-error.js';
import { formatAddress } from '../targets/address.js';
import { list } from '../wording.js';
import type { Station } from './causes.js';
import { messageOf } from './message.js';
import { allPlaces, chooseWay, explorePlaces, holds, type Place } from './places.js';
import { repliesOf, type Sighting, watchFor } from './sightings.js';
import { type Hop, type LostAt, lostAt } from './verdict.js';
import { labelOf, leniently, lookAround, type Where, type World } from './world.js';

/** What a trace found out; the command line prints it as JSON. */
export interface Trace {
  readonly target: string;
  /** From the asker to the target. */
  readonly hops: readonly Hop[];
  readonly lostAt: LostAt;
  /** Where it was lost and what to look at next, in a sentence. */
  readonly message: string;
}

/** The same with what a person wants to see of it. */
export interface TraceResult {
  readonly trace: Trace;
  readonly asker: Station;
  readonly stations: readonly Station[];
  /** Of the asking. */
  readonly report: Report;
  /** Frames that were not seen because this machine was too slow for them. */
  readonly lostHere: number;
}

export interface TraceRequest {
  /** Host byte order. */
  readonly target: number;
  /** Where to look, from the asker to the target; null for the links that lead there. */
  readonly at: readonly LinkSpec[] | null;
  /** Interface to ask on; null for that of the route. */
  readonly link: string | null;
  readonly asking: Pick<SweepOptions, 'passes' | 'cooldownMs' | 'sourceIp' | 'offLink' | 'signal'>;
  /** Called with the links that are looked at, the asker's first, before anything is asked. */
  readonly onLinks?: (links: readonly Watched[]) => Promise<void>;
  /** Called when every socket is open; afterwards other network namespaces are looked at once more. */
  readonly onOpen?: () => void;
}

/** A link that is listened on. */
export interface Watched {
  readonly label: string;
  readonly where: Where;
  readonly link: NativeLink;
  readonly vlan: number | null;
}

/**
 * @throws OptionError, InterfaceError, PermissionError, SystemError
 */
export async function traceTarget(addon: NativeAddon, request: TraceRequest): Promise<TraceResult> {
  const { target } = request;
  const before = lookAround(addon);
  const asker = readable(() => askingLink(addon, before, request));
  const root = request.at === null ? explore(addon, before, asker, target) : null;
  const places = root ? allPlaces(root) : [];
  const named = (request.at ?? []).map((spec) => readable(() => linkAt(before, spec)));
  const watched = root ? places.map(watchedPlace) : [watchedAsker(asker), ...named];
  await request.onLinks?.(watched);

  const watch = watchFor({ target, askerMac: asker.mac }, watched);
  const listening = listenOn(
    addon,
    watched.map(({ label, where, link }) => ({
      label,
      interface: link.name,
      namespacePath: where?.path ?? null,
      promiscuous: true,
      outgoing: true,
    })),
    watch.note,
  );
  const report = await askWhile(listening, addon, asker, request);

  const world = leniently(lookAround(addon));
  const stations = watched.map((one, i) => stationOf(world, one, watch.sightings[i]));
  const [askerStation] = stations;
  if (!askerStation) throw new Error('nobody was asked');
  const way = root
    ? wayOf(world, root, places, stations, request)
    : { stations: stations.slice(1), open: [] };
  const hops = way.stations.map(hopOf);
  const ip = formatAddress(target);
  const answered = report.hosts.find((host) => host.ip === ip)?.responders.map(({ mac }) => mac);
  const trace: Trace = {
    target: ip,
    hops,
    lostAt: lostAt(hopOf(askerStation), hops),
    message: messageOf({
      world,
      target,
      asker: askerStation,
      way: way.stations,
      open: way.open,
      repliers: answered ?? [...askerStation.sighting.repliers],
    }),
  };
  return { trace, asker: askerStation, stations: way.stations, report, lostHere: framesLost(listening) };
}

/** What the addon throws, as the error that a user gets. */
function readable<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw explainNativeError(error, 'list the interfaces');
  }
}

function askingLink(addon: NativeAddon, world: World, { link, target }: TraceRequest): EthernetLink {
  const links = world.links(null);
  const name = link ?? linkOfRoute(addon.listRoutes(), links, target).name;
  const named = links.find((one) => one.name === name);
  if (!named) throw noInterface(name, null, links);
  const asker = checkLink(named);
  if (!holds({ link: asker }, target)) return asker;
  throw new OptionError(
    'TARGET',
    `${formatAddress(target)} is an address of ${asker.name} itself: nothing on the wire is asked for it.`,
    'Trace the address of another machine, or ask on another interface with -I.',
  );
}

function explore(addon: NativeAddon, world: World, asker: EthernetLink, target: number): Place {
  const neighbours = readable(() => addon.listNeighbours());
  const known = neighbours.find(
    ({ ip, interfaceIndex, mac }) => ip === target && interfaceIndex === asker.index && mac !== null,
  );
  // What may not be entered ends the view, and is no failure.
  return explorePlaces(leniently(world), asker, target, known?.mac ?? null);
}

function linkAt(world: World, spec: LinkSpec): Watched {
  const where = spec.netns === null ? null : findNamespace(spec.netns);
  const links = world.links(where);
  const link = links.find(({ name }) => name === spec.interface);
  const [tag] = spec.tags ?? [];
  const vlan = tag?.id ?? null;
  if (link) return { label: formatLink(spec.netns, spec.interface, [vlan]), where, link, vlan };
  throw noInterface(spec.interface, where, links);
}

function noInterface(name: string, where: Where, links: readonly NativeLink[]): InterfaceError {
  return new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `There is no interface ${JSON.stringify(name)} ${where === null ? 'here' : `in the network namespace ${where.name}`}.`,
    `There are: ${list(links.map((link) => link.name))}.`,
  );
}

const watchedAsker = (link: NativeLink): Watched => ({ label: link.name, where: null, link, vlan: null });

function watchedPlace({ where, link }: Place): Watched {
  return { label: labelOf(where, link.name), where, link, vlan: null };
}

/** Asks while others listen, and gives what is under way the time that the asking gives it. */
async function askWhile(
  listening: Listening,
  addon: NativeAddon,
  asker: EthernetLink,
  { target, asking, onOpen }: TraceRequest,
): Promise<Report> {
  try {
    const options: SweepOptions = { ...asking, links: [asker.name] };
    const hooks = onOpen ? { onOpen } : {};
    const report = await runSweep(() => addon, formatAddress(target), options, hooks).report();
    listening.finish();
    await listening.done;
    return report;
  } catch (error) {
    listening.close();
    throw error;
  }
}

function stationOf(world: World, { label, where, link }: Watched, sighting: Sighting | undefined): Station {
  if (!sighting) throw new Error(`${label} was not watched`);
  // As it is by now: it may have gone down meanwhile.
  const now = world.links(where).find(({ index }) => index === link.index);
  return { label, where, link: now ?? link, sighting };
}

function wayOf(
  world: World,
  root: Place,
  places: readonly Place[],
  stations: readonly Station[],
  { target }: TraceRequest,
): { readonly stations: readonly Station[]; readonly open: readonly Station[] } {
  const byPlace = new Map(places.map((place, i) => [place, stations[i]] as const));
  const stationsAt = (some: readonly Place[]) =>
    some.map((place) => byPlace.get(place)).filter((station) => station !== undefined);
  const replied = (place: Place): boolean => {
    const sighting = byPlace.get(place)?.sighting;
    if (!sighting) return false;
    if (isBridge(place.link)) return repliesOf(sighting) > 0;
    return (place.direction === 'out' ? sighting.repliesIn : sighting.repliesOut) > 0;
  };
  const [mac = null] = stations.flatMap(({ sighting }) => [...sighting.repliers]);
  const way = chooseWay(root, { world, target, mac, replied });
  return { stations: stationsAt(way.places), open: stationsAt(way.open) };
}

function hopOf({ label, sighting }: Station): Hop {
  return { link: label, request: sighting.requests > 0, reply: repliesOf(sighting) > 0 };
}

function framesLost(listening: Listening): number {
  const { overruns, links } = listening.status();
  return links.reduce((sum, { kernelDrops }) => sum + kernelDrops, overruns);
}
