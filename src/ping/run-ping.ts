/** Conducts a ping: options, targets and links in, replies as they come and a report out. */

import type { LinkPlan } from '../links/plan.js';
import { arpOperation } from '../listen/heard-frame.js';
import { isUnicast } from '../mac-address.js';
import type { NativeAddon } from '../native.js';
import { timestamp } from '../report/timestamp.js';
import { endingOf } from '../talk/ending.js';
import { type AddressOnLink, addressesOf, byPlace, chooseAskers, type Endpoint } from '../talk/endpoints.js';
import { type Exchange, type Heard, openExchange } from '../talk/exchange.js';
import { broadcastMac, requestFor } from '../talk/frames.js';
import { keepTime, pause } from '../talk/metronome.js';
import { formatAddress } from '../targets/address.js';
import { countAddresses } from '../targets/ranges.js';
import { readTargets, type Targets } from '../targets/resolve.js';
import { type VendorOf, vendorOf } from '../vendors.js';
import { type CheckedPing, checkBurden, checkPing } from './options.js';
import type { PingedAddress, PingOptions, PingRefusal, PingReply, PingReport } from './ping-api.js';
import { createTally, latestAnswerMs, type Tally } from './tally.js';

/** What is told while the ping runs. */
export interface PingEvents {
  /** Every socket is open. */
  onOpen?(): void;
  onReply(reply: PingReply): void;
  onRefusal(refusal: PingRefusal): void;
}

/** Whoever else has an address answers as soon as the first one, but for a machine that is busy. In ms. */
const othersMs = 350;
const lookMs = 20;

/** An address that is pinged on a link. */
interface Subject extends AddressOnLink {
  /** SHA and SPA of the requests. */
  readonly sourceMac: string;
  readonly sourceIp: number;
  /** The link itself holds the address. */
  readonly self: boolean;
  readonly tally: Tally;
  /** Requests that were to be sent. */
  attempts: number;
  readonly refusals: Map<string, number>;
  firstMac: string | null;
}

/**
 * Pings until it has done what was asked for, or until the signal of the options.
 * @throws ArpsweepError where it could not start, or where the kernel ended it
 */
export async function runPing(
  load: () => NativeAddon,
  targets: Targets,
  options: PingOptions,
  events: PingEvents,
  vendors: VendorOf = vendorOf,
): Promise<Omit<PingReport, 'unread'>> {
  const checked = checkPing(options);
  const { ranges } = await readTargets(targets);
  checkBurden(countAddresses(ranges), checked.intervalMs);
  const addon = load();
  const askers = chooseAskers(addon, ranges, checked);
  const subjects = askers.flatMap(({ endpoint, plan }) =>
    addressesOf(plan.targets).map((ip) => subjectOf(endpoint, ip, plan)),
  );
  subjects.sort((a, b) => a.ip - b.ip);
  const find = byPlace(subjects);
  const endpoints = [...new Set(subjects.map(({ endpoint }) => endpoint))];
  const end = endingOf(options.signal, checked.deadlineMs);
  const isDone = () => checked.untilAnswer && subjects.every(({ firstMac }) => firstMac !== null);
  const onHeard = (heard: Heard): void => {
    const { outgoing, arp, endpoint } = heard;
    const subject = find(endpoint, outgoing ? arp.tpa : arp.spa);
    const reply = subject && hear(subject, heard);
    if (!reply) return;
    events.onReply(reply);
    if (isDone()) end.now();
  };
  const exchange = openExchange(addon, endpoints, checked.sourceMac !== null, onHeard);
  try {
    exchange.done.catch(end.now);
    events.onOpen?.();
    await askAll(subjects, exchange, checked, end.signal, events);
    await lastAnswers(subjects, end.signal);
    await exchange.finish();
    const unrecorded = subjects.reduce((sum, { tally }) => sum + tally.unrecorded(), 0);
    const isCutOff = endpoints.every((endpoint) => exchange.trouble(endpoint) === 'gone');
    return {
      outcome: options.signal?.aborted ? 'interrupted' : isCutOff ? 'inconclusive' : 'complete',
      addresses: subjects.map((subject) => accountOf(subject, vendors)),
      lost: exchange.lost() + unrecorded,
    };
  } finally {
    end.release();
    exchange.close();
  }
}

function subjectOf(
  endpoint: Endpoint,
  ip: number,
  plan: Pick<LinkPlan, 'sourceMac' | 'sourceIp' | 'own'>,
): Subject {
  return {
    endpoint,
    ip,
    sourceMac: plan.sourceMac,
    // To ask for an address with itself as sender would announce it.
    sourceIp: plan.sourceIp === ip ? 0 : plan.sourceIp,
    self: plan.own.includes(ip),
    tally: createTally(),
    attempts: 0,
    refusals: new Map(),
    firstMac: null,
  };
}

/** @returns the reply to us, where the frame is one */
function hear(subject: Subject, heard: Heard): PingReply | null {
  const { arp, atMs, clockSteps, outgoing, destination, ours } = heard;
  const { sourceMac, sourceIp, tally } = subject;
  if (outgoing) {
    const asks = arp.operation === arpOperation.request && arp.sha === sourceMac && arp.spa === sourceIp;
    if (asks) tally.ask({ atMs, clockSteps, destination, ours });
    return null;
  }
  // Some reply with a THA of zero or of all ones, and are understood all the same.
  const isToUs = arp.tha === sourceMac || destination === sourceMac || destination === broadcastMac;
  const answers = arp.operation === arpOperation.reply && arp.tpa === sourceIp && isToUs;
  if (!answers || arp.sha === sourceMac || !isUnicast(arp.sha)) return null;
  const told = tally.take({ mac: arp.sha, atMs, clockSteps });
  if (!told) return null;
  subject.firstMac ??= arp.sha;
  return {
    ip: formatAddress(subject.ip),
    mac: arp.sha,
    ...told,
    at: timestamp(atMs),
    ...subject.endpoint.place,
  };
}

/** Asks for one address after the other, spread evenly over the interval. */
async function askAll(
  subjects: readonly Subject[],
  exchange: Exchange,
  options: CheckedPing,
  signal: AbortSignal,
  events: PingEvents,
): Promise<void> {
  const { count, intervalMs, untilAnswer } = options;
  let beats = 0;
  // An interface that comes back by the same name is another one.
  const isCutOff = () => subjects.every(({ endpoint }) => exchange.trouble(endpoint) === 'gone');
  const beat = (): boolean => {
    const subject = subjects[beats % subjects.length];
    beats += 1;
    const isSkipped = !subject || (untilAnswer && subject.firstMac !== null);
    if (!isSkipped && !ask(subject, exchange, options, events) && isCutOff()) return false;
    return beats < count * subjects.length;
  };
  await keepTime(intervalMs / subjects.length, beat, signal);
}

/** @returns whether the kernel took it */
function ask(subject: Subject, exchange: Exchange, { unicast }: CheckedPing, events: PingEvents): boolean {
  const { endpoint, ip, sourceMac, sourceIp, firstMac, refusals } = subject;
  const sender = { mac: sourceMac, ip: sourceIp, tags: endpoint.tags };
  const known = unicast === true ? firstMac : unicast || null;
  subject.attempts += 1;
  const code = exchange.send(endpoint, requestFor(ip, sender, known ?? broadcastMac));
  if (code === null) return true;
  refusals.set(code, (refusals.get(code) ?? 0) + 1);
  events.onRefusal({ ip: formatAddress(ip), code, ...endpoint.place });
  return false;
}

/** Waits for the answers to the last requests. */
async function lastAnswers(subjects: readonly Subject[], signal: AbortSignal): Promise<void> {
  const since = performance.now();
  await pause(othersMs, signal);
  const isOpen = () => subjects.some(({ tally }) => !tally.isSettled());
  while (!signal.aborted && performance.now() - since < latestAnswerMs && isOpen())
    await pause(lookMs, signal);
}

function accountOf(subject: Subject, vendors: VendorOf): PingedAddress {
  const { endpoint, ip, sourceIp, self, tally, attempts, refusals } = subject;
  const sent = tally.sent();
  return {
    ip: formatAddress(ip),
    ...endpoint.place,
    sourceIp: sourceIp === 0 ? null : formatAddress(sourceIp),
    self,
    sent,
    unsent: attempts - sent,
    refusals: Object.fromEntries(refusals),
    answered: tally.answered(),
    responders: tally
      .responders()
      .map(({ mac, replies, rttMs }) => ({ mac, vendor: vendors(mac), replies, rttMs })),
  };
}
