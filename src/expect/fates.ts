/** What became of the addresses that were expected. */

import type { Host } from '../generated/report-types.js';
import type { LinkResult } from '../report/report.js';
import { contains } from '../targets/ranges.js';
import { addressOf, type Expectation, type KnownHost, requestsBeforeMissing } from './expectation.js';

/**
 * - `answered`: somebody answers, or this machine has the address itself;
 * - `silent`: it was asked often enough, and nobody answers;
 * - `undecided`: nobody answered, but it was not asked or not listened to well enough to say so;
 * - `unswept`: it was not among the targets.
 */
export type FateState = 'answered' | 'silent' | 'undecided' | 'unswept';

export interface Fate {
  readonly host: KnownHost;
  readonly state: FateState;
  /** Indexes of the links that it was asked on. */
  readonly links: readonly number[];
  /** Who answers; this machine as well, where it has the address. */
  readonly answers: readonly Answer[];
  /** Requests that left, on the link that sent the fewest. */
  readonly requests: number;
}

export interface Answer {
  readonly mac: string;
  /** Of machine and interface, where it is known. */
  readonly name: string | null;
}

/** The fates of a group, in its order. */
export interface GroupFates {
  readonly name: string | null;
  readonly min: number;
  readonly fates: readonly Fate[];
}

/** `hosts` are those of the report that `results` come to. */
export function fatesOf(
  { groups }: Expectation,
  results: readonly LinkResult[],
  hosts: readonly Host[],
): GroupFates[] {
  const byIp = new Map<string, Host[]>();
  for (const host of hosts) byIp.set(host.ip, [...(byIp.get(host.ip) ?? []), host]);
  return groups.map(({ name, min, hosts: expected }) => ({
    name,
    min,
    fates: expected.map((host) => fateOf(host, results, byIp.get(host.ip) ?? [])),
  }));
}

function fateOf(host: KnownHost, results: readonly LinkResult[], hosts: readonly Host[]): Fate {
  const address = addressOf(host);
  const asking = [...results.entries()].filter(([, { plan }]) => contains(plan.targets, address));
  const links = asking.map(([link]) => link);
  const requests = Math.min(...asking.map(([, { requests }]) => requests.get(address) ?? 0));
  const answers = hosts.flatMap((found) => answersOf(found, results));
  const isSilent = ([, result]: (typeof asking)[number]) => isKnownSilent(address, result);
  const state = () => {
    if (links.length === 0) return 'unswept';
    if (answers.length > 0) return 'answered';
    return asking.every(isSilent) ? 'silent' : 'undecided';
  };
  return { host, state: state(), links, answers, requests: links.length === 0 ? 0 : requests };
}

function answersOf({ link, self, responders }: Host, results: readonly LinkResult[]): Answer[] {
  const own = self ? results[link]?.plan.link.mac : undefined;
  return [
    ...(own === undefined ? [] : [{ mac: own, name: 'this machine' }]),
    ...responders.map(({ mac, name }) => ({ mac, name })),
  ];
}

/** Whether silence means something: the address was asked often enough, and answers were listened for and recorded. */
function isKnownSilent(address: number, { status, requests, untested }: LinkResult): boolean {
  const heard = status.stopped === 'no' && status.overruns === 0 && !contains(untested, address);
  return heard && (requests.get(address) ?? 0) >= requestsBeforeMissing;
}
