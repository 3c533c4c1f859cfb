/** Announces addresses (RFC 5227, 2.3), and hears whether somebody else claims them. */

import { OptionError } from '../errors.js';
import { hardwareAddresses } from '../links/machine-state.js';
import type { NativeAddon } from '../native.js';
import { type Claims, claimantsOf, claimOf, noteClaim } from '../talk/claims.js';
import { endingOf } from '../talk/ending.js';
import { type AddressOnLink, addressesOf, byPlace } from '../talk/endpoints.js';
import { type Heard, openExchange } from '../talk/exchange.js';
import { type ArpFrame, announcementOf, gratuitousReplyOf } from '../talk/frames.js';
import { keepTime, pause } from '../talk/metronome.js';
import { checkTime, checkWhere, parseCount } from '../talk/options.js';
import { checkCount } from '../talk/target-count.js';
import { formatAddress } from '../targets/address.js';
import { countAddresses, type Ranges, subtract } from '../targets/ranges.js';
import { readTargets, type Targets } from '../targets/resolve.js';
import { type VendorOf, vendorOf } from '../vendors.js';
import { list } from '../wording.js';
import type { AnnounceOptions, AnnounceResult } from './announce-api.js';
import { announcePlaces } from './places.js';

/** RFC 5227, 1.1: ANNOUNCE_NUM and ANNOUNCE_INTERVAL. */
const announceNum = 2;
const announceIntervalMs = 2000;

const mostAddresses = 256;
/** After the last announcement, so long for others who have the address to defend it. In ms. */
const defenceMs = 100;

/** What a machine on a link can be called (RFC 1122, 3.2.1.3): not "this host", loopback, a group or everybody. */
const hostAddresses: Ranges = [
  { first: 0x0100_0000, last: 0x7eff_ffff },
  { first: 0x8000_0000, last: 0xdfff_ffff },
];

interface Subject extends AddressOnLink {
  readonly frame: ArpFrame;
  readonly claims: Claims;
  sent: number;
  refusal: string | null;
}

/**
 * Announces addresses.
 * @returns a result for each address and link, by address
 * @throws TargetSyntaxError; OptionError, also for an address that the link does not hold, unless it is forced
 * @throws InterfaceError, PermissionError, SystemError
 */
export async function runAnnounce(
  load: () => NativeAddon,
  addresses: Targets,
  options: AnnounceOptions,
  vendors: VendorOf = vendorOf,
  onOpen?: () => void,
): Promise<AnnounceResult[]> {
  const { force = false, reply = false } = options;
  const wanted = checkWhere(options);
  const count = parseCount(options.count ?? announceNum);
  const intervalMs = checkTime('intervalMs', 'interval', options.intervalMs ?? announceIntervalMs);
  const { ranges } = await readTargets(addresses);
  checkAddresses(ranges);
  const addon = load();
  const places = announcePlaces(addon, ranges, wanted, force);
  const subjects = places.map((place) => subjectOf(place, reply)).sort((a, b) => a.ip - b.ip);
  const endpoints = [...new Set(subjects.map(({ endpoint }) => endpoint))];
  const machine = endpoints.flatMap(({ allLinks }) => allLinks);
  const ourMacs = hardwareAddresses({ links: machine, neighbours: [] });
  const find = byPlace(subjects);
  const end = endingOf(options.signal);
  const exchange = openExchange(addon, endpoints, false, ({ arp, atMs, outgoing, endpoint, ours }: Heard) => {
    const announced = ours ? find(endpoint, arp.spa) : undefined;
    if (announced) announced.sent += 1;
    const claim = outgoing ? null : claimOf(arp, ourMacs);
    const claimed = claim && find(endpoint, claim.ip);
    if (claimed) noteClaim(claimed.claims, claim, atMs);
  });
  try {
    exchange.done.catch(end.now);
    onOpen?.();
    let rounds = 0;
    const round = (): boolean => {
      for (const subject of subjects) {
        subject.refusal = exchange.send(subject.endpoint, subject.frame) ?? subject.refusal;
      }
      rounds += 1;
      return rounds < count;
    };
    await keepTime(intervalMs, round, end.signal);
    await pause(defenceMs, end.signal);
    await exchange.finish();
    return subjects.map((subject) => resultOf(subject, count, vendors));
  } finally {
    end.release();
    exchange.close();
  }
}

function checkAddresses(addresses: Ranges): void {
  checkCount(countAddresses(addresses), { option: 'addresses', most: mostAddresses, verb: 'Announce' });
  const odd = addressesOf(subtract(addresses, hostAddresses));
  if (odd.length === 0) return;
  throw new OptionError(
    'addresses',
    `No machine on a link can have the address ${list(odd.map(formatAddress))}.`,
    'Announce one that a machine can have.',
  );
}

function subjectOf(place: AddressOnLink, reply: boolean): Subject {
  const { endpoint, ip } = place;
  const sender = { mac: endpoint.mac, ip, tags: endpoint.tags };
  const frame = reply ? gratuitousReplyOf(sender) : announcementOf(sender);
  return { ...place, frame, claims: new Map(), sent: 0, refusal: null };
}

function resultOf(subject: Subject, count: number, vendors: VendorOf): AnnounceResult {
  const { ip, endpoint, claims, sent, refusal } = subject;
  return {
    ip: formatAddress(ip),
    mac: endpoint.mac,
    ...endpoint.place,
    sent,
    count,
    refusal,
    claimants: claimantsOf(claims, vendors),
  };
}
