/** The sweeps of a watch: of everything at its interval, and of single addresses that are in doubt. */

import { requestsBeforeMissing } from '../../expect/expectation.js';
import type { Finding, Report } from '../../generated/report-types.js';
import type { LinkPlan } from '../../links/plan.js';
import type { NativeAddon } from '../../native.js';
import { linkName } from '../../reporters/link-name.js';
import type { Prepared } from '../../sweep/preparation.js';
import { runSweep } from '../../sweep/run-sweep.js';
import type { SweepOptions } from '../../sweep/sweep-api.js';
import { formatAddress, parseAddress } from '../../targets/address.js';
import { namedTargets, parseTargets } from '../../targets/parse.js';
import { type Ranges, subtract, union } from '../../targets/ranges.js';
import type { Targets } from '../../targets/resolve.js';
import type { Asked } from '../observation.js';
import type { Answers } from './inquiries.js';

/** One sweep of everything, by link. */
export interface Round {
  readonly report: Report;
  readonly links: readonly RoundLink[];
}

export interface RoundLink {
  readonly name: string;
  /** Addresses that were asked for. */
  readonly tested: Ranges;
  /** Share of what was lost; null where too little answered to tell. */
  readonly loss: number | null;
  /** Everybody who answered; there may be 65,536 of them. */
  readonly answers: () => Iterable<Answer>;
  readonly findings: readonly Finding[];
}

/** Somebody who answered. */
export interface Answer {
  readonly ip: number;
  readonly mac: string;
  /** By the clock on the wall, in ms since the epoch. */
  readonly atMs: number;
}

/** What a sweep takes. */
export interface AskingOptions {
  readonly load: () => NativeAddon;
  readonly options: SweepOptions;
}

/**
 * Sweeps everything once.
 * @param known who has an address by now, where the same was swept lately: then it asks no more than it must
 * @throws ArpsweepError where that could not begin
 */
export async function sweepRound(
  { load, options }: AskingOptions,
  targets: Targets | undefined,
  known: readonly number[] | null,
  onPrepared: (prepared: Prepared) => void,
): Promise<Round> {
  let plans: readonly LinkPlan[] = [];
  const report = await runSweep(load, targets, options, {
    ...(known && { known: { addresses: known, requests: requestsBeforeMissing } }),
    onPrepared(prepared) {
      plans = prepared.plans;
      onPrepared(prepared);
    },
  }).report();
  return { report, links: roundLinks(report, plans) };
}

function roundLinks(report: Report, plans: readonly LinkPlan[]): RoundLink[] {
  const links = new Map<string, RoundLink & { findings: Finding[] }>();
  const byIndex = plans.map(({ name, targets }, i) => {
    const untested = report.untested
      .filter(({ link }) => link === i)
      .reduce<Ranges>((sum, each) => union(sum, parseTargets(each.targets).ranges), []);
    const before = links.get(name);
    const link = {
      name,
      tested: union(before?.tested ?? [], subtract(targets, untested)),
      loss: worse(before?.loss ?? null, report.links[i]?.statistics.lossEstimate ?? null),
      answers: () => answersOn(report, plans, name),
      findings: before?.findings ?? [],
    };
    links.set(name, link);
    return link;
  });
  for (const finding of report.findings) byIndex[finding.link ?? 0]?.findings.push(finding);
  return [...links.values()];
}

function* answersOn({ hosts }: Report, plans: readonly LinkPlan[], name: string): Generator<Answer> {
  for (const { ip, link, responders } of hosts) {
    if (plans[link]?.name !== name) continue;
    const address = parseAddress(ip) ?? 0;
    for (const { mac, firstAt } of responders) yield { ip: address, mac, atMs: Date.parse(firstAt) };
  }
}

const worse = (one: number | null, other: number | null): number | null =>
  one === null ? other : Math.max(one, other ?? 0);

/** The same on some links only, by the names that they have in reports. */
export function onLinks({ netns, vlan, ...options }: SweepOptions, links: readonly string[]): SweepOptions {
  return { ...options, links };
}

/** Two requests and two probes for each address; with the inquiry's repetitions they are enough to tell. */
const fewPasses = 2;

/** Of what an address was asked, what only those heard who answered. */
const mostUnicasts = 2;

/**
 * Asks some addresses of a link.
 * @returns null where the link did not let it, so that silence would say nothing
 */
export async function askAgain(
  { load, options }: AskingOptions,
  link: string,
  ips: readonly number[],
): Promise<Answers | null> {
  const targets = namedTargets(ips);
  const { named } = targets;
  const requests = new Map<number, number>();
  try {
    const report = await runSweep(
      load,
      targets,
      { ...onLinks(options, [link]), exclude: [], passes: fewPasses },
      {
        onDone(runs) {
          for (const run of runs) {
            run.requestsTo(named).forEach((count, i) => {
              const ip = named[i] ?? 0;
              requests.set(ip, (requests.get(ip) ?? 0) + count);
            });
          }
        },
      },
    ).report();
    return report.outcome === 'complete' ? answersOf(report, requests) : null;
  } catch {
    // The link has gone meanwhile, which is told elsewhere.
    return null;
  }
}

function answersOf({ hosts, findings }: Report, requests: ReadonlyMap<number, number>): Answers {
  const answered = new Map(hosts.map((host) => [parseAddress(host.ip), host]));
  const contested = contestedIn(findings);
  return new Map(
    [...requests].map(([ip, count]) => {
      const { asked = 0, responders = [] } = answered.get(ip) ?? {};
      const how = contested.get(formatAddress(ip));
      return [
        ip,
        {
          macs: responders.map(({ mac }) => mac),
          requests: Math.max(count, asked - mostUnicasts * responders.length),
          ...(how && { contested: how }),
        },
      ];
    }),
  );
}

/** Addresses that several machines have at the same time, by what the sweep says of it. */
export function contestedIn(findings: readonly Finding[]): Map<string, NonNullable<Asked['contested']>> {
  const duplicates = findings.filter(({ kind }) => kind === 'duplicate-address');
  const addresses = duplicates.flatMap(({ evidence }) => {
    const { addresses: seen = [] } = evidence as {
      addresses?: { ip: string; answeredSameRequest: boolean }[];
    };
    return seen;
  });
  return new Map(
    addresses.map(({ ip, answeredSameRequest }) => [
      ip,
      answeredSameRequest ? 'same-request' : 'alternating',
    ]),
  );
}

/** Names the links of a report's findings. */
export function linkOfFinding({ links }: Report, { link }: Finding): string {
  if (link !== null) return linkName(links[link]);
  return [...new Set(links.map(linkName))].join(', ');
}
