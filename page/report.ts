/**
 * What only the latest report has: names and vendors of MACs, and what it says of a conflict. It is fetched when somebody asks,
 * for it may be 20 MB.
 */

import type { Report } from '../src/generated/report-types.js';
import { refusal } from './inbox.js';

export interface ReportFacts {
  /** Name and vendor of a MAC, or null. */
  nameOf(mac: string): string | null;
  /** Its sentences about an address that one of these MACs has part in. */
  messagesOf(ip: string, macs: readonly string[]): string[];
}

export const noReport: ReportFacts = { nameOf: () => null, messagesOf: () => [] };

/** @throws Error where there is no report yet */
export async function fetchReport(): Promise<ReportFacts> {
  const response = await fetch('/report', { cache: 'no-store' });
  if (!response.ok) throw await refusal(response);
  return factsOfReport((await response.json()) as Report);
}

export function factsOfReport(report: Pick<Report, 'hosts' | 'findings'>): ReportFacts {
  const names = new Map<string, string>();
  for (const { responders } of report.hosts) {
    for (const { mac, name, vendor } of responders) {
      const text = [name, vendor].filter((part) => part !== null && part !== undefined).join(', ');
      if (text !== '') names.set(mac, text);
    }
  }
  return {
    nameOf: (mac) => names.get(mac) ?? null,
    messagesOf: (ip, macs) =>
      report.findings
        .filter((finding) => finding.ips.includes(ip) && finding.macs.some((mac) => macs.includes(mac)))
        .map(({ message }) => message),
  };
}
