/** Deals what was asked in a recording out to those who are judged by it. */

import {
  contains,
  intersect,
  normalize,
  type Range,
  type Ranges,
  subtract,
  union,
} from '../targets/ranges.js';
import type { Questions } from './survey.js';

/** What the report is to be of. */
export interface ReplayTargets {
  /** Targets that were named; null takes what the recording is of. */
  readonly targets: Ranges | null;
  readonly exclude: Ranges;
}

/** The questions of one link and tag, by sender address, and whose they are. */
export interface Asked {
  readonly group: readonly Questions[];
  /** Addresses of the machine that asked. */
  readonly own: ReadonlySet<number>;
}

/** Questions from one sender address, and the addresses that are judged by them. */
export interface Share<A extends Asked = Asked> {
  readonly asked: A;
  readonly questions: Questions;
  readonly targets: Ranges;
}

export const single = (ip: number): Range => ({ first: ip, last: ip });

const fromAddress = ({ senderIp }: Questions): boolean => senderIp !== 0;

/**
 * @param swept what the recording says that its sweep was of; nothing where it does not say
 * @returns what is judged, in the order of `all`
 */
export function dealOut<A extends Asked>(
  all: readonly A[],
  swept: Ranges,
  { targets, exclude }: ReplayTargets,
): Share<A>[] {
  const stated = targets ?? (swept.length > 0 ? swept : null);
  const shares = all.flatMap((asked) => sharesOf(asked, stated ?? []));
  const covered = shares.reduce<Ranges>((sum, share) => union(sum, share.targets), []);
  // What nobody asked for is untested, once.
  const rest = stated === null ? [] : subtract(stated, covered);
  return shares
    .map((share, i) => {
      const judged = stated === null ? share.targets : intersect(share.targets, stated);
      return { ...share, targets: subtract(i === 0 ? union(judged, rest) : judged, exclude) };
    })
    .filter((share) => share.targets.length > 0);
}

/** Each address goes to whoever asked most; to those who asked by probe, only what else they asked for. */
function sharesOf<A extends Asked>(asked: A, stated: Ranges): Share<A>[] {
  const mostFirst = asked.group.toSorted((a, b) => b.count - a.count);
  const byRequest = mostFirst.filter(fromAddress);
  const byProbe = mostFirst.filter((questions) => !fromAddress(questions));
  const shares: Share<A>[] = [];
  let taken: Ranges = [];
  for (const questions of [...byRequest, ...byProbe]) {
    const addresses = questions.addresses.toRanges();
    const isAlone = byRequest.length === 0;
    const wanted = isAlone ? addresses : withOwn(addresses, questions, asked, stated);
    const targets = subtract(wanted, taken);
    taken = union(taken, targets);
    shares.push({ asked, questions, targets });
  }
  return shares;
}

/**
 * A sweep asks for its own addresses by probe alone, be they targets or not. Targets are those that are stated, and where
 * nothing is stated those between addresses that were asked for by request.
 */
function withOwn(addresses: Ranges, questions: Questions, { group, own }: Asked, stated: Ranges): Ranges {
  const others = subtract(addresses, normalize([...own].map(single)));
  if (!fromAddress(questions)) return others;
  const senders = new Set(group.map(({ senderIp }) => senderIp));
  const ours = [...own].filter((ip) => ip === questions.senderIp || !senders.has(ip));
  if (stated.length > 0) return union(others, intersect(normalize(ours.map(single)), stated));
  const probed = ours.filter((ip) => group.some((each) => !fromAddress(each) && each.addresses.has(ip)));
  const between = normalize(probed.map(single)).filter(
    ({ first, last }) => contains(others, first - 1) && contains(others, last + 1),
  );
  return union(others, between);
}
