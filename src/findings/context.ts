/** What the diagnoses look at. */

import type { Finding, Host, HostResponder } from '../generated/report-types.js';

/** A host of which the engine noted more than plain answers. */
export interface NotedHost extends Host {
  /** Two MACs answered the same request. */
  readonly sameRequest: boolean;
  /** The answers went from one MAC to another and back. */
  readonly alternated: boolean;
  /** MACs that answered the probe for an address of ours. */
  readonly answeredOwnProbe: readonly string[];
}

export interface DiagnosisContext {
  /** Interface names by the index of the report's links. */
  readonly interfaces: readonly string[];
  /** By IP, then link; none on a healthy network. */
  readonly noted: readonly NotedHost[];
  /** Hardware addresses of all interfaces of this machine, permanent ones included. */
  readonly ourMacs: ReadonlySet<string>;
}

export type Diagnosis = (context: DiagnosisContext) => Finding[];

/** One address of a finding, and the responders that it is about. */
export interface Claim {
  readonly host: NotedHost;
  readonly responders: readonly HostResponder[];
}

/** Claims of one link that the same set of MACs makes: one cause, hence one finding. */
export interface ClaimGroup {
  readonly link: number;
  /** Sorted. */
  readonly macs: readonly string[];
  /** By IP. */
  readonly claims: readonly Claim[];
}

/** Groups claims by link and set of MACs; groups come in the order of their first addresses. */
export function groupClaims(claims: Iterable<Claim>): ClaimGroup[] {
  const groups = new Map<string, { link: number; macs: string[]; claims: Claim[] }>();
  for (const claim of claims) {
    const macs = claim.responders.map(({ mac }) => mac).sort();
    const key = `${claim.host.link} ${macs.join()}`;
    const group = groups.get(key);
    if (group) group.claims.push(claim);
    else groups.set(key, { link: claim.host.link, macs, claims: [claim] });
  }
  return [...groups.values()];
}
