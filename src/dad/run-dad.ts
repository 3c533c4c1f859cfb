/** Conducts duplicate address detection: probes for many addresses at once, each in its own time. */

import { hardwareAddresses } from '../links/machine-state.js';
import { arpOperation } from '../listen/heard-frame.js';
import type { NativeAddon } from '../native.js';
import { type Claims, claimantsOf, claimOf, noteClaim } from '../talk/claims.js';
import { endingOf } from '../talk/ending.js';
import { type AddressOnLink, byPlace, placeTargets } from '../talk/endpoints.js';
import { type Exchange, type Heard, openExchange } from '../talk/exchange.js';
import { requestFor } from '../talk/frames.js';
import { pause } from '../talk/metronome.js';
import { checkWhere } from '../talk/options.js';
import { checkCount } from '../talk/target-count.js';
import { formatAddress } from '../targets/address.js';
import { countAddresses } from '../targets/ranges.js';
import { readTargets, type Targets } from '../targets/resolve.js';
import { type VendorOf, vendorOf } from '../vendors.js';
import type { DadOptions, DadResult, Doubt } from './dad-api.js';
import { fastTiming, firstProbeMs, nextProbeMs, rfcTiming, type Timing } from './timing.js';

/** A thousand probes a second at the most, once they have drifted apart. */
const mostAddresses = 1024;
/** Once somebody claims an address, so long for others to do so as well. In ms. */
const othersMs = 300;

/** An address that is looked for on a link. */
interface Subject extends AddressOnLink {
  readonly claims: Claims;
  /** Aborted by the first claim, and when all is to end. */
  readonly over: AbortController;
  probesSent: number;
  refusal: string | null;
  isInterrupted: boolean;
  trouble: ReturnType<Exchange['trouble']>;
}

/**
 * Looks whether addresses are free.
 * @returns a result for each address and link, by address
 * @throws TargetSyntaxError, OptionError, InterfaceError, PermissionError, SystemError
 */
export async function runDad(
  load: () => NativeAddon,
  targets: Targets,
  options: DadOptions,
  vendors: VendorOf = vendorOf,
  onOpen?: () => void,
): Promise<DadResult[]> {
  const wanted = checkWhere(options);
  const { ranges } = await readTargets(targets);
  checkCount(countAddresses(ranges), { option: 'targets', most: mostAddresses, verb: 'Look for' });
  const addon = load();
  const subjects = placeTargets(addon, ranges, wanted).map(subjectOf);
  subjects.sort((a, b) => a.ip - b.ip);
  const endpoints = [...new Set(subjects.map(({ endpoint }) => endpoint))];
  const machine = endpoints.flatMap(({ allLinks }) => allLinks);
  const ourMacs = hardwareAddresses({ links: machine, neighbours: [] });
  const find = byPlace(subjects);
  const timing = options.fast ? fastTiming : rfcTiming;
  const end = endingOf(options.signal);
  const exchange = openExchange(addon, endpoints, false, (heard) => hear(find, heard, ourMacs));
  try {
    exchange.done.catch(end.now);
    onOpen?.();
    await Promise.all(subjects.map((subject) => probe(subject, exchange, timing, end.signal)));
    // Only now is everything heard that the kernel received in time.
    await exchange.finish();
    return subjects.map((subject) => resultOf(subject, exchange.lost(), timing, vendors));
  } finally {
    end.release();
    exchange.close();
  }
}

function subjectOf(place: AddressOnLink): Subject {
  return {
    ...place,
    claims: new Map(),
    over: new AbortController(),
    probesSent: 0,
    refusal: null,
    isInterrupted: false,
    trouble: null,
  };
}

function hear(
  find: ReturnType<typeof byPlace<Subject>>,
  { arp, atMs, outgoing, endpoint, ours }: Heard,
  ourMacs: ReadonlySet<string>,
): void {
  const probed = ours && arp.operation === arpOperation.request ? find(endpoint, arp.tpa) : undefined;
  if (probed) probed.probesSent += 1;
  const claim = outgoing ? null : claimOf(arp, ourMacs);
  const subject = claim && find(endpoint, claim.ip);
  if (!subject) return;
  noteClaim(subject.claims, claim, atMs);
  subject.over.abort();
}

/** Probes for one address, until somebody claims it or the time is over. */
async function probe(
  subject: Subject,
  exchange: Exchange,
  timing: Timing,
  ended: AbortSignal,
): Promise<void> {
  const { endpoint, ip, over } = subject;
  const interrupt = (): void => over.abort();
  if (ended.aborted) interrupt();
  ended.addEventListener('abort', interrupt, { once: true });

  const frame = requestFor(ip, { mac: endpoint.mac, ip: 0, tags: endpoint.tags });
  await pause(firstProbeMs(timing, Math.random()), over.signal);
  for (let probes = 1; probes <= timing.probes && !over.signal.aborted; probes++) {
    subject.refusal = exchange.send(endpoint, frame) ?? subject.refusal;
    subject.trouble ??= exchange.trouble(endpoint);
    const isLast = probes === timing.probes;
    await pause(isLast ? timing.announceWaitMs : nextProbeMs(timing, Math.random()), over.signal);
  }
  subject.trouble ??= exchange.trouble(endpoint);
  subject.isInterrupted = ended.aborted;
  ended.removeEventListener('abort', interrupt);
  if (subject.claims.size > 0) await pause(othersMs, ended);
}

function resultOf(subject: Subject, lost: number, { probes }: Timing, vendors: VendorOf): DadResult {
  const { endpoint, ip, claims, probesSent, refusal } = subject;
  const holders = endpoint.allLinks.filter(({ addresses }) => addresses.some((held) => held.ip === ip));
  const isTaken = claims.size > 0;
  const doubt = isTaken ? null : doubtOf(subject, lost, probes);
  const clear = holders.length > 0 ? 'own' : 'free';
  return {
    ip: formatAddress(ip),
    ...endpoint.place,
    verdict: isTaken ? 'taken' : doubt === null ? clear : 'unknown',
    claimants: claimantsOf(claims, vendors),
    heldOn: holders.map(({ name }) => name),
    probesSent,
    probes,
    doubt,
    refusal,
  };
}

/** Why nobody's claim does not mean that there is none. */
function doubtOf(subject: Subject, lost: number, probes: number): Doubt | null {
  if (subject.isInterrupted) return 'interrupted';
  if (subject.trouble === 'gone') return 'link-gone';
  if (subject.trouble !== null) return 'link-down';
  if (subject.refusal !== null) return 'send-refused';
  if (subject.probesSent < probes) return 'not-sent';
  return lost > 0 ? 'frames-lost' : null;
}
