/** Puts a change of an address into the form in which it is told. */

import type { WatchEvent } from '../../generated/watch-event-types.js';
import { timestamp } from '../../report/timestamp.js';
import { duration } from '../../reporters/text.js';
import { formatAddress } from '../../targets/address.js';
import { list } from '../../wording.js';
import { type AddressRecord, type Holder, lastHeard } from './address-record.js';

export type ChangeType = Exclude<
  WatchEvent['type'],
  'finding-begins' | 'finding-ends' | 'link-down' | 'link-up'
>;

export interface Change {
  readonly type: ChangeType;
  readonly atMs: number;
  /** Who has it now, and who had it before. */
  readonly now: readonly Holder[];
  readonly before: readonly Holder[];
}

/** @param wallMs what the clock on the wall showed at a time of the ledger's */
export function describeChange(
  { link, ip, restored }: AddressRecord,
  { type, atMs, now, before }: Change,
  wallMs: (ms: number) => number,
): WatchEvent {
  const lastMs = lastHeard(before);
  const hasGap = (type === 'back' || type === 'moved') && before.length > 0;
  const gapMs = hasGap ? Math.max(0, Math.round((atMs - lastMs) * 1000) / 1000) : null;
  const words: Words = {
    address: formatAddress(ip),
    link,
    now: list(macsOf(now)),
    before: list(macsOf(before)),
    lastAt: before.length === 0 ? '' : timestamp(wallMs(lastMs)),
    at: timestamp(wallMs(atMs)),
    gap: gapMs === null ? '' : duration(gapMs),
  };
  return {
    schemaVersion: 1,
    type,
    at: words.at,
    link,
    ip: words.address,
    macs: macsOf(now),
    previous: before.length === 0 ? null : { macs: macsOf(before), lastAt: words.lastAt },
    gapMs,
    whileAway: restored,
    message: `${sentences[type](words)}${restored ? ' This came about while nobody watched.' : ''}`,
  };
}

const macsOf = (holders: readonly Holder[]): string[] => holders.map(({ mac }) => mac);

interface Words {
  readonly address: string;
  readonly link: string;
  readonly now: string;
  readonly before: string;
  readonly lastAt: string;
  readonly at: string;
  readonly gap: string;
}

const sentences: Readonly<Record<ChangeType, (words: Words) => string>> = {
  new: ({ address, link, now }) => `${address} is new on ${link}: ${now} has it.`,
  gone: ({ address, link, before, lastAt }) =>
    `Nobody answers for ${address} on ${link} any more: ${before} last spoke for it at ${lastAt}.`,
  back: ({ address, link, now, gap }) => `${address} is back on ${link}: ${now} has it again, after ${gap}.`,
  moved: ({ address, link, now, before, lastAt, at, gap }) =>
    `${address} moved from ${before} to ${now} on ${link}: ${before} last spoke for it at ${lastAt}, ${now} first at ${at}, ${gap} later.`,
  'conflict-begins': ({ address, link, now }) =>
    `Several machines have ${address} on ${link} at the same time: ${now}.`,
  'conflict-ends': ({ address, link, now }) =>
    now === ''
      ? `The conflict about ${address} on ${link} is over: none of its machines answers any more.`
      : `The conflict about ${address} on ${link} is over: ${now} has it alone.`,
  'flapping-begins': ({ address, link, now, before }) =>
    `${address} keeps going from one MAC to another and back on ${link}: now from ${before} to ${now}.`,
  'flapping-ends': ({ address, link, now }) =>
    `${address} has come to rest on ${link}: ${now} has had it for a minute.`,
};
