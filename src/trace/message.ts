/** What a trace comes to, in one sentence for somebody who is in a hurry. */

import type { NativeLink } from '../native.js';
import { formatAddress } from '../targets/address.js';
import { list } from '../wording.js';
import { causeOf, type Gap, type Station } from './causes.js';
import { holds } from './places.js';
import { repliesOf, requestsMeantFor } from './sightings.js';
import { labelOf, type World } from './world.js';

export interface Findings {
  readonly world: World;
  readonly target: number;
  /** The link that asked; `way` begins with it where it is one of the hops. */
  readonly asker: Station;
  /** From the asker to the target. */
  readonly way: readonly Station[];
  /** By which the request left the last of them, where it cannot be told which one leads to the target. */
  readonly open: readonly Station[];
  /** Hardware addresses that answered the asker. */
  readonly repliers: readonly string[];
}

export function messageOf(findings: Findings): string {
  const { asker, way } = findings;
  const sentence =
    asker.sighting.requests === 0
      ? nothingSent(findings)
      : repliesOf(asker.sighting) > 0
        ? answered(findings)
        : way.some(({ sighting }) => repliesOf(sighting) > 0)
          ? replyLost(findings)
          : requestLost(findings);
  return `${sentence}.`;
}

const nothingSent = ({ asker, target }: Findings): string =>
  `No request for ${formatAddress(target)} was seen to leave ${asker.label}: look at its state and at its filters ` +
  `("ip -s link show dev ${asker.link.name}")`;

const stationsOf = ({ asker, way }: Findings): readonly Station[] =>
  way[0]?.label === asker.label ? way : [asker, ...way];

function answered(findings: Findings): string {
  const { target, repliers } = findings;
  const stations = stationsOf(findings);
  const who = `${formatAddress(target)} is answered by ${list(repliers)}`;
  const farthest = stations.findLastIndex(({ sighting }) => repliesOf(sighting) > 0);
  const last = stations[farthest];
  const next = stations[farthest + 1];
  if (last && next) {
    return (
      `${who}, but the reply came by ${last.label} and not by ${next.label}: look who has that address there, and ` +
      `whether neighbour suppression, proxy ARP or another port answers in its place`
    );
  }
  const partial = firstShortfall(stations) ?? (last ? unansweredAt(last) : null);
  if (partial) return `${who}, but ${partial}`;
  if (last && answersForOthers(findings, last)) {
    return (
      `${who}, and the reply comes from ${last.label}, where no link holds that address: most likely an ARP proxy ` +
      `stands in for it (net.ipv4.conf.*.proxy_arp), unless a local route or a container on that link has it`
    );
  }
  const first = stations[0];
  const passed =
    stations.length > 1 ? `, and nothing is lost between ${first?.label} and ${last?.label}` : '';
  return `${who}${passed}`;
}

/** Where some of the frames were lost, though others passed. */
function firstShortfall(stations: readonly Station[]): string | null {
  for (const [i, to] of stations.entries()) {
    const from = stations[i - 1];
    if (!from) continue;
    // Where several machines answer, each is asked alone as well, and not all of them are behind this link.
    const { repliers } = to.sighting;
    const sent = requestsMeantFor(from.sighting, repliers);
    const came = requestsMeantFor(to.sighting, repliers);
    // A link that saw none at all was passed unseen.
    if (came > 0 && came < sent) {
      return `only ${came} of ${sent} requests came from ${from.label} to ${to.label}: look for loss between them`;
    }
    const [replied, returned] = [repliesOf(to.sighting), repliesOf(from.sighting)];
    if (returned > 0 && returned < replied) {
      return `only ${returned} of ${replied} replies came from ${to.label} back to ${from.label}: look for loss between them`;
    }
  }
  return null;
}

/** Where all came by the last link that was looked at, but some stayed without an answer. */
function unansweredAt({ label, sighting }: Station): string | null {
  const [asked, replied] = [requestsMeantFor(sighting, sighting.repliers), repliesOf(sighting)];
  if (replied >= asked) return null;
  return `only ${replied} of the ${asked} requests that came by ${label} were answered: look behind it for loss, for a limit of answers, or for a machine that is too busy`;
}

/** Whether the kernel behind a link replied itself, for an address that none of its links has. */
function answersForOthers({ world, target }: Findings, { where, link, sighting }: Station): boolean {
  const links = world.links(where);
  const isEnd = link.masterIndex === 0 && sighting.requestsIn > 0 && sighting.repliesOut > 0;
  if (!isEnd || links.length === 0) return false;
  return !links.some((link) => holds({ link }, target));
}

function replyLost(findings: Findings): string {
  const { target } = findings;
  const stations = stationsOf(findings);
  const at = stations.findIndex(({ sighting }) => repliesOf(sighting) > 0);
  const from = stations[at];
  const to = stations[at - 1];
  if (!from || !to) return '';
  const macs = list([...from.sighting.repliers]);
  return `The reply of ${macs} for ${formatAddress(target)} is lost between ${from.label} and ${to.label}${reason(
    findings,
    { what: 'reply', from, to, before: stations[at + 1] ?? null },
  )}`;
}

function requestLost(findings: Findings): string {
  const { target } = findings;
  const stations = stationsOf(findings);
  const at = stations.findLastIndex(({ sighting }) => sighting.requests > 0);
  const from = stations[at];
  const to = stations[at + 1];
  if (!from) return '';
  if (!to) return beyond(findings, from);
  return `The request for ${formatAddress(target)} is lost between ${from.label} and ${to.label}${reason(
    findings,
    {
      what: 'request',
      from,
      to,
      before: stations[at - 1] ?? null,
    },
  )}`;
}

function reason({ world, asker }: Findings, gap: Omit<Gap, 'askerMac'>): string {
  const { why, look } = causeOf(world, { ...gap, askerMac: asker.link.mac ?? '' });
  return why === null ? `: look at ${look}` : `: ${why}; look at ${look}`;
}

/** The request passed every link that was looked at, and no reply came. */
function beyond(findings: Findings, last: Station): string {
  const { world, target, open } = findings;
  const ip = formatAddress(target);
  const own = heldHere(world, target);
  const self =
    own === null ? '' : `, and this machine itself holds ${ip} on ${own}, so its own traffic never leaves it`;
  if (open.length > 0) {
    const seen = open.filter(({ sighting }) => sighting.requests > 0).map(({ label }) => label);
    const left =
      seen.length > 0 ? `left ${last.label} by ${list(seen)}` : `was seen by no port of ${last.label}`;
    return `The request for ${ip} ${left} and no reply came${self}: name the links that should lead to it with --at`;
  }
  if (last.sighting.requestsIn > 0) return `The request for ${ip} ${cameIn(world, last, target)}`;
  const where = isGuestEnd(last.link)
    ? `inside the guest behind it, whether its interface is up and holds ${ip}`
    : `on its other side: the VLAN and the MAC table of the port there, and whether ${ip} is up`;
  return `The request for ${ip} left by ${last.label}, the last link to be looked at, and no reply came back${self}: look ${where}`;
}

/** The request came in by the last link, so that this machine's own kernel had it, and nobody replied. */
function cameIn(world: World, { label, where, link }: Station, target: number): string {
  const links = world.links(where);
  const master = links.find(({ index }) => index === link.masterIndex);
  if (master)
    return `came in by ${label} and no reply came back: look at ${labelOf(where, master.name)} and its ports as well, with --at`;
  const holder = links.find((one) => holds({ link: one }, target));
  if (holder === undefined) {
    return `came in by ${label}, where no link holds that address: look whether it is the right machine, and what became of the address`;
  }
  return (
    `came in by ${label}, and is not answered though ${labelOf(where, holder.name)} holds that address: look there at ` +
    `arp_ignore, arp_filter, rp_filter, the flag NOARP and "nft list ruleset"`
  );
}

/** A tap, whose other end is a program such as a hypervisor. */
const isGuestEnd = ({ kind }: NativeLink): boolean => kind === 'tun' || kind === 'macvtap';

/** The link of this machine that holds an address, or null. */
function heldHere(world: World, target: number): string | null {
  const link = world.links(null).find((one) => holds({ link: one }, target));
  return link ? labelOf(null, link.name) : null;
}
