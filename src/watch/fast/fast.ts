/** Asks for a few addresses many times a second, and hears who has them: times a failover. */

import type { WatchEvent } from '../../generated/watch-event-types.js';
import { arpOperation } from '../../listen/heard-frame.js';
import { isUnicast } from '../../mac-address.js';
import type { NativeAddon } from '../../native.js';
import { statementOf } from '../../speakers/statement.js';
import { type AskedAddress, addressesToAsk, isReplyTo } from '../../talk/asking.js';
import { endingOf } from '../../talk/ending.js';
import { type Asker, byPlace, type Endpoint } from '../../talk/endpoints.js';
import { type Exchange, type Heard, openExchange } from '../../talk/exchange.js';
import { requestFor } from '../../talk/frames.js';
import { keepTime } from '../../talk/metronome.js';
import { formatAddress } from '../../targets/address.js';
import type { Asked, Spoken } from '../observation.js';
import type { SteadyClock } from '../steady-clock.js';
import { type Facts, withFacts } from './fast-facts.js';
import { type HeldBack, holdBack } from './held-back.js';
import { ownAddresses } from './own-addresses.js';
import { createQuestioning, type Questioning, type QuestionKind } from './question.js';
import { createRounds, fewestQuestions, type Outcome, type Rounds, shortestMs } from './rounds.js';
import { createSilences, type Silences } from './silences.js';

export interface FastOptions {
  /** Questions for each address. */
  readonly perSecond: number;
  /** Others have asked before on these links, and there was a time in which nobody could. */
  readonly isResumed: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The times of what is spoken and asked are its steady ones. */
  readonly clock: SteadyClock;
  onSpoken(spoken: Spoken): void;
  onAsked(asked: Asked): void;
  /** Nothing can be said or heard on a link any more, for this reason, or (null) again. */
  onTrouble(link: string, trouble: LinkTrouble | null): void;
  /** An event that was taken is to be told, with all that is known of it. */
  onEvent(event: WatchEvent): void;
}

export type LinkTrouble = NonNullable<ReturnType<Exchange['trouble']>> | 'send-blocked';

export interface FastAsker {
  /**
   * Adds to an event what only somebody knows who asks all the time, and tells it a moment later: whoever takes an address
   * over may announce it after its first answers.
   */
  take(event: WatchEvent): void;
  /**
   * Resolves once it was ended, or none of its links is there any more.
   * @throws SystemError where the kernel ended the hearing
   */
  readonly done: Promise<void>;
}

type FastAddon = Pick<NativeAddon, 'Listener' | 'Speaker' | 'requestFrame' | 'listLinks'>;

interface Subject extends AskedAddress {
  readonly rounds: Rounds;
  readonly silences: Silences;
  readonly events: HeldBack;
  readonly questioning: Questioning;
  /** The link itself held the address when that was last of interest. */
  isOwn: boolean;
}

/** A link, and how it stands. */
interface Port {
  trouble: LinkTrouble | null;
  /** Questions handed to the kernel since one was last seen leaving, and when the first of them was. */
  stuck: number;
  stuckSinceMs: number;
}

/**
 * Opens the sockets and begins to ask.
 * @throws PermissionError, SystemError
 */
export function createFastAsker(addon: FastAddon, askers: readonly Asker[], options: FastOptions): FastAsker {
  const { perSecond, signal, clock } = options;
  const awayMs = Math.max(shortestMs, (fewestQuestions * 1000) / perSecond);
  const subjects = addressesToAsk(askers).map(subjectOf);
  const endpoints = [...new Set(subjects.map(({ endpoint }) => endpoint))];
  const ports = new Map(endpoints.map((endpoint) => [endpoint, newPort()]));
  const find = byPlace(subjects);
  const holdsItself = ownAddresses(addon);
  const end = endingOf(signal);
  const foreignMac = subjects.some(({ sourceMac, endpoint }) => sourceMac !== endpoint.mac);
  const exchange = openExchange(addon, endpoints, foreignMac, hear);

  function subjectOf(asked: AskedAddress): Subject {
    const silences = createSilences(awayMs);
    if (options.isResumed) silences.cut();
    const facts: Facts = {
      silences,
      periodMs: 1000 / perSecond,
      silenceNow: () => silences.open(clock.now(), exchange.lost()),
      clock,
    };
    return {
      ...asked,
      rounds: createRounds(),
      silences,
      events: holdBack((event) => withFacts(event, facts), options.onEvent),
      questioning: createQuestioning(),
      isOwn: asked.self,
    };
  }

  function hear(heard: Heard): void {
    const { endpoint, arp, ours } = heard;
    const atMs = clock.steadyMs(heard.atMs);
    if (ours) {
      const subject = find(endpoint, arp.tpa);
      if (subject) leave(subject, atMs);
      return;
    }
    const statement = statementOf(arp);
    if (statement === null) return;
    const { address: ip, mac, kind } = statement;
    const subject = find(endpoint, ip);
    if (!subject || !isForUs(subject, heard)) return;
    if (kind === 'probe') {
      subject.questioning.hearProbe(atMs);
      return;
    }
    const operation = arp.operation === arpOperation.request ? 'request' : 'reply';
    note(subject, { link: endpoint.name, ip, mac, kind, operation, atMs }, answeredQuestion(subject, heard));
  }

  /** A question of ours has left: those before it have had their time. */
  function leave(subject: Subject, atMs: number): void {
    const { endpoint, ip, rounds, silences, questioning } = subject;
    const port = ports.get(endpoint);
    if (port) port.stuck = 0;
    const outcome = rounds.ask(atMs);
    if (outcome) options.onAsked({ ...withOurselves(subject, outcome), link: endpoint.name, ip });
    silences.ask(atMs);
    questioning.ask();
  }

  /** This machine does not hear itself answer. */
  function withOurselves(subject: Subject, outcome: Outcome): Outcome {
    const { macs } = outcome;
    if (macs.length === 0 || subject.isOwn) subject.isOwn = holdsItself(subject, clock.now());
    if (!subject.isOwn) return outcome;
    const { mac } = subject.endpoint;
    const sign = { mac, atMs: outcome.untilMs, isAnswer: true, announces: null, lost: exchange.lost() };
    subject.silences.hear(sign);
    const all = [mac, ...macs];
    return { ...outcome, macs: all, unanswered: 0, ...(all.length > 1 && { contested: 'same-request' }) };
  }

  function note(subject: Subject, spoken: Spoken, question: QuestionKind | null): void {
    const { mac, kind, operation, atMs } = spoken;
    subject.questioning.hear(mac, question, atMs);
    if (question !== null) subject.rounds.answer(mac);
    const announces = kind === 'announcement' ? operation : null;
    subject.silences.hear({ mac, atMs, isAnswer: question !== null, announces, lost: exchange.lost() });
    options.onSpoken(spoken);
  }

  /** @returns whether anything can be said there */
  function look(endpoint: Endpoint, port: Port): boolean {
    const isStuck = port.stuck >= fewestQuestions && performance.now() - port.stuckSinceMs >= shortestMs;
    const trouble = exchange.trouble(endpoint) ?? (isStuck ? 'send-blocked' : null);
    if (trouble !== port.trouble) {
      port.trouble = trouble;
      for (const subject of subjects) if (trouble && subject.endpoint === endpoint) cut(subject);
      options.onTrouble(endpoint.name, trouble);
    }
    return trouble === null || trouble === 'send-blocked';
  }

  function take(event: WatchEvent): void {
    const { link, ip: address } = event;
    const isSubject = ({ endpoint, ip }: Subject) => endpoint.name === link && formatAddress(ip) === address;
    const subject = subjects.find(isSubject);
    if (subject) subject.events.take(event);
    else options.onEvent(event);
  }

  let beats = 0;
  function beat(): boolean {
    const subject = subjects[beats % subjects.length] as Subject;
    const { endpoint } = subject;
    const port = ports.get(endpoint) as Port;
    beats += 1;
    if (look(endpoint, port)) {
      if (port.stuck === 0) port.stuckSinceMs = performance.now();
      port.stuck += 1;
      ask(subject, exchange, subject.questioning.next(clock.now()));
    }
    return [...ports.values()].some(({ trouble }) => trouble !== 'gone');
  }

  async function run(): Promise<void> {
    try {
      exchange.done.catch(end.now);
      await keepTime(1000 / perSecond / subjects.length, beat, end.signal);
      await exchange.finish();
      for (const { events } of subjects) events.flush();
    } finally {
      end.release();
      exchange.close();
    }
  }
  const done = run();
  // Whoever awaits it learns of it; until then it must not count as unhandled.
  done.catch(() => {});

  return { take, done };
}

function newPort(): Port {
  return { trouble: null, stuck: 0, stuckSinceMs: 0 };
}

function cut({ rounds, silences }: Subject): void {
  rounds.restart();
  silences.cut();
}

/**
 * What one alone is told may differ from what another is, as bonds do it (balance-alb). And our own questions may come back,
 * or somebody may have a copy of our MAC: that is no owner.
 */
function isForUs({ endpoint, sourceMac }: Subject, { arp, source, destination, outgoing }: Heard): boolean {
  if (outgoing) return true;
  const ours = [endpoint.mac, sourceMac];
  return (
    !ours.includes(arp.sha) &&
    !ours.includes(source) &&
    (!isUnicast(destination) || ours.includes(destination))
  );
}

/** Which kind of question of ours a frame answers, or null. */
function answeredQuestion({ sourceMac, sourceIp }: AskedAddress, heard: Heard): QuestionKind | null {
  if (isReplyTo({ sourceMac, sourceIp: 0 }, heard)) return 'probe';
  return isReplyTo({ sourceMac, sourceIp }, heard) ? 'request' : null;
}

/** By broadcast: a question must reach whoever takes over. */
function ask(
  { endpoint, ip, sourceMac, sourceIp }: AskedAddress,
  exchange: Exchange,
  kind: QuestionKind,
): void {
  const ipOfSender = kind === 'request' ? sourceIp : 0;
  // What the kernel refuses has not left, and counts for nothing.
  exchange.send(endpoint, requestFor(ip, { mac: sourceMac, ip: ipOfSender, tags: endpoint.tags }));
}
