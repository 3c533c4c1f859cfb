/** What is known of one address: who has it, and who else has lately spoken for it. There may be 65,536 of them. */

import { type Turn, takeTurn } from '../../speakers/turns.js';
import type { Spoken } from '../observation.js';

/** Times are in ms since the epoch. */
export interface Holder {
  readonly mac: string;
  readonly firstMs: number;
  lastMs: number;
  /** It has answered when asked; one that only speaks of itself is not proved gone by silence. */
  answers: boolean;
}

/** What is not decided yet, or was so lately that it bears on what comes next. */
export interface Unsettled {
  /** They have spoken for the address beside those who have it. */
  claims: Holder[];
  /** Who spoke in turn: changes that were announced, and those that asking has shown. */
  readonly turns: Turn[];
  /** By MAC, how often a claim turned out not to be answered for. */
  readonly vain: Map<string, number>;
}

export interface AddressRecord {
  readonly link: string;
  /** Host byte order. */
  readonly ip: number;
  state: 'up' | 'conflict' | 'flapping' | 'gone';
  /** When it came into this state, or to the one who has it. */
  sinceMs: number;
  /** By first appearance; of one that is gone, who had it last. */
  holders: Holder[];
  unsettled: Unsettled | null;
  /** Known by an earlier watch, and not heard of since. */
  restored: boolean;
  /** It went by silence and came back speaking of itself: silence proves nothing of it. */
  mute: boolean;
}

/** What comes beyond these is a flood of invented MACs, and a conflict long before. */
const mostMacs = 128;

export function newRecord(spoken: Pick<Spoken, 'link' | 'ip' | 'mac' | 'atMs' | 'kind'>): AddressRecord {
  const { link, ip, atMs } = spoken;
  return {
    link,
    ip,
    state: 'up',
    sinceMs: atMs,
    holders: [newHolder(spoken)],
    unsettled: null,
    restored: false,
    mute: false,
  };
}

export function newHolder({ mac, atMs, kind }: Pick<Spoken, 'mac' | 'atMs' | 'kind'>): Holder {
  return { mac, firstMs: atMs, lastMs: atMs, answers: kind === 'reply' };
}

/** Notes that a holder has spoken once more. */
export function hearAgain(holder: Holder, { atMs, kind }: Pick<Spoken, 'atMs' | 'kind'>): void {
  if (atMs > holder.lastMs) holder.lastMs = atMs;
  if (kind === 'reply') holder.answers = true;
}

/** Adds somebody to those who speak for an address, if there is room. */
export function join(holders: Holder[], spoken: Pick<Spoken, 'mac' | 'atMs' | 'kind'>): void {
  if (holders.length < mostMacs) holders.push(newHolder(spoken));
}

export const lastHeard = (holders: readonly Holder[]): number =>
  holders.reduce((latest, { lastMs }) => Math.max(latest, lastMs), Number.NEGATIVE_INFINITY);

/** What is unsettled of an address, from now on. */
export function unsettle(record: AddressRecord): Unsettled {
  record.unsettled ??= { claims: [], turns: turnsSoFar(record.holders), vain: new Map() };
  return record.unsettled;
}

function turnsSoFar(holders: readonly Holder[]): Turn[] {
  const [holder] = holders;
  return holder === undefined
    ? []
    : [{ mac: holder.mac, fromMs: holder.firstMs, untilMs: lastHeard(holders), announced: false }];
}

/** Notes a change of hands that is certain. */
export function pass({ turns }: Unsettled, { mac, firstMs, lastMs }: Holder): void {
  if (turns.at(-1)?.mac === mac) return;
  takeTurn(turns, mac, 'announcement', firstMs);
  const last = turns.at(-1);
  if (last) last.untilMs = Math.max(last.untilMs, lastMs);
}
