/** What a network is expected to look like: groups of addresses, and who may answer for each. */

import { parseAddress } from '../targets/address.js';

/** An address that should answer. */
export interface ExpectedHost {
  readonly ip: string;
  /** Who may answer for it; left out or empty, anybody. */
  readonly macs?: readonly string[];
  readonly name?: string | null;
  /** Several machines may answer for it at the same time. Default false. */
  readonly several?: boolean;
}

export interface ExpectedGroup {
  readonly name?: string | null;
  /** How many of its addresses must answer at the least, lest the group count as empty. Default 1. */
  readonly min?: number;
  readonly hosts: readonly ExpectedHost[];
}

/** What an expectation file in JSON holds. */
export interface Expectations {
  readonly groups: readonly ExpectedGroup[];
}

/** An expected address that was read; MACs are in lower case with colons. */
export type KnownHost = Required<ExpectedHost>;

export interface KnownGroup extends Required<ExpectedGroup> {
  readonly hosts: readonly KnownHost[];
}

/** Expectations that were read and can be right: each address once, no group without one. */
export interface Expectation extends Expectations {
  readonly groups: readonly KnownGroup[];
}

/** A request or its answer may get lost: only after so many without an answer an expected address is missing. */
export const requestsBeforeMissing = 5;

/** Every expected address, in the order of the groups. */
export function expectedHosts({ groups }: Expectation): KnownHost[] {
  return groups.flatMap(({ hosts }) => hosts);
}

/** An expected address in host byte order. */
export function addressOf({ ip }: KnownHost): number {
  return parseAddress(ip) as number;
}

/** What an expected address is called: with its name, where it has one. */
export function hostLabel({ ip, name }: Pick<KnownHost, 'ip' | 'name'>): string {
  return name === null ? ip : `${ip} (${name})`;
}
