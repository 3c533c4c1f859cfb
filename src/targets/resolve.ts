/** Host names among targets, turned into the addresses that they have. */

import { promises as dns } from 'node:dns';
import { TargetSyntaxError } from '../errors.js';
import { parseAddress } from './address.js';
import { type HostName, parseTargets, sortUnique, type TargetSet } from './parse.js';
import { normalize } from './ranges.js';

/** Asks for all addresses of one family; `dns.promises.lookup` is one, and obeys nsswitch.conf(5). */
export type Lookup = (
  name: string,
  options: { readonly family: 4 | 6; readonly all: true },
) => Promise<readonly { readonly address: string }[]>;

/** Targets as a program gives them: in the forms of the command line, or parsed. */
export type Targets = string | readonly string[] | TargetSet;

/**
 * Reads targets and resolves what of them are host names.
 * @throws TargetSyntaxError
 */
export function readTargets(targets: Targets): Promise<TargetSet> {
  const isText = typeof targets === 'string' || Array.isArray(targets);
  const parsed = isText ? parseTargets(targets as string | readonly string[]) : (targets as TargetSet);
  return resolveTargets(parsed);
}

/** Why a name has no address here. */
type Failure = { readonly problem: string; readonly remedy: string };

const unknownRemedy = 'Check the spelling and the resolver, or give the IPv4 address.';

/**
 * Resolves every host name of a set: all IPv4 addresses of a name become named addresses. Each name is asked
 * once, all at the same time.
 * @returns a set without host names
 * @throws TargetSyntaxError for the first name given that does not resolve, or has no IPv4 address
 */
export async function resolveTargets(set: TargetSet, lookup: Lookup = dns.lookup): Promise<TargetSet> {
  if (set.hostNames.length === 0) return set;
  const names = [...new Set(set.hostNames.map(({ name }) => name))];
  const answers = await Promise.all(names.map((name) => addressesOf(name, lookup)));
  const byName = new Map(names.map((name, index) => [name, answers[index]]));

  const resolved: number[] = [];
  for (const hostName of set.hostNames) {
    const answer = byName.get(hostName.name) ?? [];
    if ('problem' in answer) throw unresolved(hostName, answer);
    resolved.push(...answer);
  }
  return {
    ranges: normalize([...set.ranges, ...resolved.map((address) => ({ first: address, last: address }))]),
    named: sortUnique([...set.named, ...resolved]),
    hostNames: [],
  };
}

/** Never rejects, so that which error is thrown depends on the order of targets and not on that of answers. */
async function addressesOf(name: string, lookup: Lookup): Promise<readonly number[] | Failure> {
  try {
    const answers = await lookup(name, { family: 4, all: true });
    const addresses = answers
      .map(({ address }) => parseAddress(address))
      .filter((address) => address !== null);
    return addresses.length > 0 ? addresses : withoutIPv4(name);
  } catch (error) {
    const code = codeOf(error);
    // getaddrinfo(3) has one answer for a name that is unknown and for one that has other addresses only.
    if (code === 'ENOTFOUND' && (await hasIPv6(name, lookup))) return withoutIPv4(name);
    return {
      problem: `The host name ${JSON.stringify(name)} does not resolve (${code})`,
      remedy: unknownRemedy,
    };
  }
}

async function hasIPv6(name: string, lookup: Lookup): Promise<boolean> {
  try {
    return (await lookup(name, { family: 6, all: true })).length > 0;
  } catch {
    return false;
  }
}

function withoutIPv4(name: string): Failure {
  return {
    problem: `The host name ${JSON.stringify(name)} has no IPv4 address`,
    remedy: 'ARP serves IPv4 only: give a name or an address of IPv4.',
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}

function unresolved({ input, offset, origin }: HostName, { problem, remedy }: Failure): TargetSyntaxError {
  return new TargetSyntaxError(input, offset, problem, remedy, origin);
}
