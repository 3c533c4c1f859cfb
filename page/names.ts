/** Names and vendors of MACs, which only the report has: it is fetched when somebody asks, for it may be 20 MB. */

import type { Report } from '../src/generated/report-types.js';

export type NameOf = (mac: string) => string | null;

/** @throws where there is no report yet */
export async function fetchNames(): Promise<NameOf> {
  const response = await fetch('/report', { cache: 'no-store' });
  if (!response.ok) throw new Error(`/report is answered with ${response.status}`);
  const report = (await response.json()) as Report;
  const names = new Map<string, string>();
  for (const { responders } of report.hosts) {
    for (const { mac, name, vendor } of responders) {
      const text = [name, vendor].filter((part) => part !== null && part !== undefined).join(', ');
      if (text !== '') names.set(mac, text);
    }
  }
  return (mac) => names.get(mac) ?? null;
}
