import { addressOf, hostLabel } from '../expect/expectation.js';
import type { Answer, Fate, GroupFates } from '../expect/fates.js';
import type { Finding, Host } from '../generated/report-types.js';
import { list } from '../wording.js';

/** What the judgement of expectations looks at. */
export interface ExpectationFacts {
  readonly groups: readonly GroupFates[];
  /** Interface names by the index of the report's links. */
  readonly interfaces: readonly string[];
  /** Every host of the report. */
  readonly hosts: readonly Host[];
}

/**
 * What differs from what is expected: a finding for each group and kind, in the order of the groups, then the addresses
 * that answer and are in none.
 */
export function diagnoseExpectations(facts: ExpectationFacts): Finding[] {
  const place = placeNamer(facts.interfaces);
  const ofGroups = facts.groups.flatMap((group) => [
    ...groupEmpty(group, place),
    ...missing(group, place),
    ...wrongMac(group, place),
  ]);
  return [...ofGroups, ...unexpected(facts)];
}

/** The link that addresses were asked on, and its interface in words; null and nothing where there are several. */
type Place = (fates: readonly Fate[]) => { readonly link: number | null; readonly on: string };

function placeNamer(interfaces: readonly string[]): Place {
  return (fates) => {
    const links = [...new Set(fates.flatMap((fate) => fate.links))];
    const names = [...new Set(links.map((link) => interfaces[link]))];
    const [link = null] = links;
    return { link: links.length > 1 ? null : link, on: names.length === 1 ? ` on ${names[0]}` : '' };
  };
}

const ofGroup = (name: string | null): string => (name === null ? '' : ` of ${name}`);

const ipsOf = (fates: readonly Fate[]): string[] =>
  fates.toSorted((a, b) => addressOf(a.host) - addressOf(b.host)).map(({ host }) => host.ip);

const withState = ({ fates }: GroupFates, state: Fate['state']): Fate[] =>
  fates.filter((fate) => fate.state === state);

/** Too few of a group answer, however the undecided ones may turn out. */
function groupEmpty(group: GroupFates, place: Place): Finding[] {
  const { name, min, fates } = group;
  const silent = withState(group, 'silent');
  const answered = withState(group, 'answered').length;
  // Addresses without a heading are no group of anybody's.
  if (name === null || fates.length - silent.length >= min) return [];
  const { link, on } = place(silent);
  const needs = min > 1 ? `, and at least ${min} must` : '';
  return [
    {
      kind: 'group-empty',
      severity: 'error',
      link,
      ips: ipsOf(silent),
      macs: [],
      message:
        `${name} has too few instances: ${howMany(answered, fates.length)}${on}${needs}. ` +
        'Look for what these machines have in common: a hypervisor, a rack, a VLAN, a deployment.',
      evidence: {
        group: name,
        min,
        answered,
        addresses: fates.map(({ host, state, requests }) => ({
          ip: host.ip,
          name: host.name,
          state,
          requests,
        })),
      },
    },
  ];
}

function howMany(answered: number, expected: number): string {
  if (expected === 1) return 'its only address does not answer';
  if (answered === 0) return `none of its ${expected} addresses answers`;
  return `only ${answered} of its ${expected} addresses ${answered > 1 ? 'answer' : 'answers'}`;
}

const allOf = (count: number): string => (count === 2 ? 'Both' : `All ${count}`);

function missing(group: GroupFates, place: Place): Finding[] {
  const { name, fates } = group;
  const silent = withState(group, 'silent');
  if (silent.length === 0) return [];
  const { link, on } = place(silent);
  const who = list(silent.map(({ host }) => hostLabel(host)));
  const requests = Math.min(...silent.map((fate) => fate.requests));
  const many = silent.length < fates.length ? `${silent.length} of the ${fates.length}` : allOf(fates.length);
  const subject =
    silent.length === 1
      ? `${who}${ofGroup(name)} is missing${on}`
      : `${many} addresses${ofGroup(name)} are missing${on}: ${who}`;
  const [each, them] = silent.length === 1 ? ['', 'the machine is'] : [' each', 'the machines are'];
  return [
    {
      kind: 'missing',
      severity: 'error',
      link,
      ips: ipsOf(silent),
      macs: [],
      message:
        `${subject}. Asked ${requests} times${each}, and nobody answered. ` +
        `See whether ${them} up, and plugged into this network: port, VLAN, switch.`,
      evidence: {
        group: name,
        addresses: silent.map((fate) => ({
          ip: fate.host.ip,
          name: fate.host.name,
          expected: fate.host.macs,
          requests: fate.requests,
        })),
      },
    },
  ];
}

/** Those who answer for an address and are not expected to. */
function strangers({ host, answers }: Fate): Answer[] {
  return host.macs.length === 0 ? [] : answers.filter(({ mac }) => !host.macs.includes(mac));
}

const answerLabel = ({ mac, name }: Answer): string => (name === null ? mac : `${name} (${mac})`);

function wrongMac({ name, fates }: GroupFates, place: Place): Finding[] {
  const wrong = fates.filter((fate) => strangers(fate).length > 0);
  if (wrong.length === 0) return [];
  const { link, on } = place(wrong);
  const cases = wrong.map((fate) => {
    const by = list(strangers(fate).map(answerLabel));
    return `${hostLabel(fate.host)} by ${by} instead of ${list(fate.host.macs)}`;
  });
  const subject =
    wrong.length === 1
      ? `An address${ofGroup(name)} is answered${on} by another MAC than expected`
      : `${wrong.length} addresses${ofGroup(name)} are answered${on} by other MACs than expected`;
  return [
    {
      kind: 'wrong-mac',
      severity: 'error',
      link,
      ips: ipsOf(wrong),
      macs: [...new Set(wrong.flatMap((fate) => strangers(fate).map(({ mac }) => mac)))].sort(),
      message:
        `${subject}: ${list(cases)}. ` +
        'Where the machine or its network card was replaced, correct the expectation; otherwise find that MAC in the switch and take the address from it.',
      evidence: {
        group: name,
        addresses: wrong.map((fate) => ({
          ip: fate.host.ip,
          name: fate.host.name,
          expected: fate.host.macs,
          answeredBy: fate.answers,
        })),
      },
    },
  ];
}

/** Addresses that answer and that nobody expects, on each link. This machine is no stranger to itself. */
function unexpected({ groups, hosts, interfaces }: ExpectationFacts): Finding[] {
  const known = new Set(groups.flatMap(({ fates }) => fates.map(({ host }) => host.ip)));
  const strange = hosts.filter(({ ip, self }) => !self && !known.has(ip));
  return interfaces.flatMap((name, link) => {
    const here = strange.filter((host) => host.link === link);
    return here.length === 0 ? [] : [describeUnexpected(here, link, name)];
  });
}

function describeUnexpected(hosts: readonly Host[], link: number, name: string): Finding {
  const ips = hosts.map(({ ip }) => ip);
  const subject =
    ips.length === 1
      ? `${ips[0]} answers on ${name} and is`
      : `${ips.length} addresses answer on ${name} and are`;
  const who = ips.length === 1 ? '' : `: ${list(ips)}`;
  return {
    kind: 'unexpected',
    severity: 'warning',
    link,
    ips,
    macs: [...new Set(hosts.flatMap(({ responders }) => responders.map(({ mac }) => mac)))].sort(),
    message: `${subject} not expected${who}. Find out whose ${ips.length === 1 ? 'it is' : 'they are'}, or add ${ips.length === 1 ? 'it' : 'them'} to what is expected.`,
    evidence: {
      addresses: hosts.map(({ ip, responders }) => ({
        ip,
        responders: responders.map(({ mac, name: who }) => ({ mac, name: who })),
      })),
    },
  };
}
