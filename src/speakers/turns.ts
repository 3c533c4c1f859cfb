/** Who spoke for an address, one after the other: told apart are a hand-over, a fight, and two that do not know of each other. */

import type { StatementKind } from './statement.js';

/** A while in which nobody but one MAC spoke for the address. Times are in ms since the epoch. */
export interface Turn {
  readonly mac: string;
  readonly fromMs: number;
  untilMs: number;
  /** It announced itself as its turn began, as one does who takes an address over (RFC 5227 section 2.3). */
  announced: boolean;
}

/** An address went from one MAC to another. */
export interface Move {
  readonly from: string;
  readonly lastAtMs: number;
  readonly to: string;
  readonly firstAtMs: number;
}

/** Older turns are forgotten. */
const mostTurns = 16;

/** Around a hand-over, what the two say crosses: the one that leaves may still answer, the new one speak before it announces. */
const handOverMs = 1000;

/** Within this, who comes back has not been away (the rule for `flapping`). */
const returnMs = 60_000;

const fewestChanges = 3;

/**
 * Notes that a MAC spoke for the address.
 * @returns whether it is another than before
 */
export function takeTurn(
  turns: Turn[],
  mac: string,
  kind: Exclude<StatementKind, 'probe'>,
  atMs: number,
): boolean {
  const current = turns.at(-1);
  const announces = kind === 'announcement';
  if (current?.mac === mac) {
    current.untilMs = atMs;
    if (announces && atMs - current.fromMs <= handOverMs) current.announced = true;
    return false;
  }
  const before = turns.at(-2);
  if (before?.mac === mac && !announces && isHandingOver(turns, atMs)) {
    before.untilMs = atMs;
    return false;
  }
  turns.push({ mac, fromMs: atMs, untilMs: atMs, announced: announces });
  if (turns.length > mostTurns) turns.shift();
  return current !== undefined;
}

/** Whether somebody has only just announced that the address is now its own. */
export function isHandingOver(turns: readonly Turn[], atMs: number): boolean {
  const current = turns.at(-1);
  return current?.announced === true && atMs - current.fromMs <= handOverMs;
}

/**
 * MACs of which one spoke, then another, then the first again without having announced that it took the address back: they
 * have it at the same time.
 */
export function rivalsIn(turns: readonly Turn[], nowMs: number): Set<string> {
  const rivals = new Set<string>();
  for (const [i, turn] of turns.entries()) {
    const isSettled = i < turns.length - 1 || nowMs - turn.fromMs > handOverMs;
    const left = isSettled && !turn.announced ? lastTurnBefore(turns, i) : -1;
    if (left < 0) continue;
    for (const { mac } of turns.slice(left, i + 1)) rivals.add(mac);
  }
  return rivals;
}

/** Whether the address changed hands three times within a minute, and somebody got it back. */
export function isFlapping(turns: readonly Turn[]): boolean {
  return turns.some((last, i) => {
    // Each turn but the first of all came about by a change.
    const changes = [...turns.keys()].slice(1).slice(Math.max(0, i - fewestChanges), i);
    const first = turns[changes[0] ?? 0];
    if (changes.length < fewestChanges || first === undefined) return false;
    const isQuick = last.fromMs - first.fromMs <= returnMs;
    return isQuick && changes.some((change) => lastTurnBefore(turns, change) >= 0);
  });
}

export function movesIn(turns: readonly Turn[]): Move[] {
  return turns.slice(1).map(({ mac, fromMs }, i) => {
    const { mac: from, untilMs } = turns[i] as Turn;
    return { from, lastAtMs: untilMs, to: mac, firstAtMs: fromMs };
  });
}

/** Index of the turn that the MAC of a turn had before, less than a minute ago, or -1. */
function lastTurnBefore(turns: readonly Turn[], index: number): number {
  const turn = turns[index];
  if (turn === undefined) return -1;
  return turns.findLastIndex(
    ({ mac, untilMs }, i) => i < index && mac === turn.mac && turn.fromMs - untilMs <= returnMs,
  );
}
