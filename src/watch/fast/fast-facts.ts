/** What only the fast mode can say of a change: how often the address was asked for in vain, and who announced it. */

import type { WatchEvent } from '../../generated/watch-event-types.js';
import { timestamp } from '../../report/timestamp.js';
import { duration } from '../../reporters/text.js';
import type { SteadyClock } from '../steady-clock.js';
import { arrivals } from './held-back.js';
import { mostTold, type Presence, type Silence, type Silences } from './silences.js';

/** Without a question for so many times the usual, a silence says little. */
const mostPeriods = 3;

/** What is known of an address by one who asks for it. */
export interface Facts {
  readonly silences: Silences;
  /** Between two questions, in ms. */
  readonly periodMs: number;
  /** The silence that has lasted until now. */
  silenceNow(): Silence;
  /** By which the silences count time. */
  readonly clock: Pick<SteadyClock, 'steadyMs' | 'wallMs'>;
}

/** Adds to a change of an address what was found by asking for it. */
export function withFacts(event: WatchEvent, facts: Facts): WatchEvent {
  const { silences, periodMs, silenceNow, clock } = facts;
  const { type, at, gapMs, macs } = event;
  const newest = macs.at(-1);
  if (event.whileAway) return event;
  if (type === 'conflict-ends') return withOverlap(event, facts);
  if (type === 'gone') return withSilence(event, silenceNow(), periodMs);
  if (newest === undefined || !arrivals.has(type)) return event;
  const atMs = clock.steadyMs(Date.parse(at));
  const silence = gapMs === null ? null : silences.before(newest, atMs);
  const announcements = silences
    .announcementsSince(newest, atMs)
    .map(({ mac, atMs: ms, operation }) => ({ mac, at: timestamp(clock.wallMs(ms)), operation }));
  const told = silence ? withSilence(withOverlap(event, facts), silence, periodMs) : event;
  return { ...told, announcements, message: sentences(told.message, announced(announcements)) };
}

/** How long both had it, where somebody has left an address that another had already. */
function withOverlap(event: WatchEvent, { silences, clock }: Facts): WatchEvent {
  const { macs, previous, message } = event;
  const presences = (of: readonly string[]): Presence[] =>
    of.map((mac) => silences.presenceOf(mac)).filter((presence) => presence !== null);
  const left = previous?.macs.filter((mac) => !macs.includes(mac)) ?? [];
  const lastMs = Math.max(...presences(left).map((presence) => presence.lastMs));
  const overlapMs = lastMs - Math.max(...presences([...macs, ...left]).map(({ firstMs }) => firstMs));
  if (!previous || macs.length === 0 || !(overlapMs > 0)) return event;
  const lastAt = timestamp(clock.wallMs(lastMs));
  return {
    ...event,
    previous: { ...previous, lastAt },
    overlapMs: Math.round(overlapMs * 1000) / 1000,
    message: sentences(message, `Both had it for ${duration(overlapMs)}, until ${lastAt}.`),
  };
}

/** A gap of the link is none of the address. */
function withSilence(event: WatchEvent, silence: Silence, periodMs: number): WatchEvent {
  const { unanswered, isCut } = silence;
  const message = sentences(event.message, unanswered > 0 ? asked(unanswered) : '', doubt(silence, periodMs));
  return { ...event, unanswered, message, ...(isCut && { gapMs: null }) };
}

function asked(unanswered: number): string {
  return unanswered === 1
    ? 'One request stayed without an answer meanwhile.'
    : `${unanswered} requests stayed without an answer meanwhile.`;
}

function announced(announcements: NonNullable<WatchEvent['announcements']>): string {
  const [first] = announcements;
  if (first === undefined) return 'No announcement was heard.';
  const count = announcements.length;
  const by = `by ${first.mac} at ${first.at}`;
  if (count === 1) return `The address was announced ${by}.`;
  return `The address was announced ${count === mostTold ? `at least ${count}` : count} times, first ${by}.`;
}

/** What makes the times and the count inexact. */
function doubt({ isCut, lost, unaskedMs }: Silence, periodMs: number): string {
  if (isCut)
    return 'The link could not be used meanwhile, so that it is not known for how long nobody had it.';
  if (lost > 0)
    return `This machine was too busy to hear ${lost === 1 ? 'a frame' : `${lost} frames`}: there may have been answers.`;
  return unaskedMs > mostPeriods * periodMs ? `For ${duration(unaskedMs)} of it nothing was asked.` : '';
}

const sentences = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');
