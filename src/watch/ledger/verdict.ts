/** What the outcome of asking for an address says of who has it. */

import { isHandingOver } from '../../speakers/turns.js';
import type { Asked } from '../observation.js';
import type { AddressRecord, Holder } from './address-record.js';

/**
 * - `unchanged`: who answers has had it all along; claims of others were in vain;
 * - `moved`, `conflict`, `conflict-over`: to or between `holders`;
 * - `undecided`: it was not asked often enough, or changed hands meanwhile.
 */
export type Verdict =
  | { readonly kind: 'undecided' | 'gone' }
  | { readonly kind: 'unchanged'; readonly holders: readonly Holder[]; readonly vain: readonly string[] }
  | { readonly kind: 'moved' | 'conflict' | 'conflict-over'; readonly holders: readonly Holder[] };

type MayShare = (one: string, other: string) => boolean;

/** Who has spoken but never answered, its silence says nothing for so long. */
const heardOnlyMs = 60_000;

/** @param needed requests without an answer that prove silence */
export function verdictOf(record: AddressRecord, asked: Asked, needed: number, mayShare: MayShare): Verdict {
  const { macs, requests, unanswered, fromMs, untilMs } = asked;
  const spoke = ({ mac, lastMs }: Holder): boolean => lastMs >= fromMs || macs.includes(mac);
  const mayLinger = ({ answers, lastMs }: Holder): boolean =>
    record.state === 'conflict' && !answers && untilMs - lastMs < heardOnlyMs;
  const claims = record.unsettled?.claims ?? [];
  const claimants = claims.filter(spoke);
  const holders = record.holders.filter((holder) => spoke(holder) || mayLinger(holder));
  const everybody = [...holders, ...claimants];

  if (everybody.length === 0) {
    if (record.mute || record.state === 'flapping')
      return { kind: 'unchanged', holders: record.holders, vain: [] };
    return unanswered >= needed ? { kind: 'gone' } : { kind: 'undecided' };
  }
  const isContested = areRivals(everybody, mayShare);
  if (record.state === 'conflict') {
    const isKnown = holders.length === record.holders.length || requests >= needed;
    if (!isKnown) return { kind: 'undecided' };
    return { kind: isContested ? 'conflict' : 'conflict-over', holders: everybody };
  }
  if (isContested) {
    return atTheSameTime(record, asked) ? { kind: 'conflict', holders: everybody } : { kind: 'undecided' };
  }
  if (record.state === 'flapping') return { kind: 'unchanged', holders: record.holders, vain: [] };
  const isSure = requests >= needed;
  const left = record.holders.length - holders.length;
  if (!isSure) return left + claims.length > 0 ? { kind: 'undecided' } : unchanged(record.holders, []);
  if (holders.length === 0) return { kind: 'moved', holders: claimants };
  return unchanged(
    everybody,
    claims.filter((claim) => !spoke(claim)).map(({ mac }) => mac),
  );
}

const unchanged = (holders: readonly Holder[], vain: readonly string[]): Verdict => ({
  kind: 'unchanged',
  holders,
  vain,
});

const areRivals = (holders: readonly Holder[], mayShare: MayShare): boolean =>
  holders.some((one, i) => holders.slice(i + 1).some((other) => !mayShare(one.mac, other.mac)));

/** Answers in turn are those of a hand-over where one has announced itself meanwhile. */
function atTheSameTime({ unsettled }: AddressRecord, { contested, fromMs, untilMs }: Asked): boolean {
  const turns = unsettled?.turns ?? [];
  if (contested === 'same-request') return !isHandingOver(turns, untilMs);
  return (
    contested === 'alternating' &&
    !turns.some((turn) => turn.announced && turn.fromMs >= fromMs && turn.fromMs <= untilMs)
  );
}
