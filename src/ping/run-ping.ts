/** Conducts a ping: options, targets and links in, replies as they come and a report out. */

import { arpOperation } from '../listen/heard-frame.js';
import type { NativeAddon } from '../native.js';
import { timestamp } from '../report/timestamp.js';
import { type AskedAddress, addressesToAsk, isReplyTo } from '../talk/asking.js';
import { endingOf } from '../talk/ending.js';
import { byPlace, chooseAskers } from '../talk/endpoints.js';
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
  onReply(reply: PingReply): void;
  onRefusal(refusal: PingRefusal): void;
}

/** Whoever else has an address answers as soon as the first one, but for a machine that is busy. In ms. */
const othersMs = 350;
const lookMs = 20;

/** An address that is pinged on a link. */
interface Subject extends AskedAddress {
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
  const subjects = addressesToAsk(chooseAskers(addon, ranges, checked)).map(subjectOf);
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

function subjectOf(asked: AskedAddress): Subject {
  return { ...asked, tally: createTally(), attempts: 0, refusals: new Map(), firstMac: null };
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
  if (!isReplyTo(subject, heard)) return null;
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
