import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { parseTargets } from '../../src/targets/parse.js';
import { countAddresses } from '../../src/targets/ranges.js';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile<Report>(
  JSON.parse(readFileSync(new URL('../../schema/report-v1.schema.json', import.meta.url), 'utf8')),
);

/** Asserts what holds of every report, however its sweep ended: it fits its schema and its numbers agree. */
export function expectSound(report: Report): void {
  validate(JSON.parse(JSON.stringify(report)));
  expect(validate.errors).toBeNull();

  const { counts, hosts, statistics, links, untested } = report;
  expect(counts.answered + counts.self + counts.silent + counts.untested).toBe(counts.targets);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(0);
  expect(untested.reduce((sum, { targets }) => sum + countAddresses(parseTargets(targets).ranges), 0)).toBe(
    counts.untested,
  );
  for (const counter of ['queued', 'transmitted', 'received', 'malformed', 'overruns'] as const) {
    expect(links.reduce((sum, link) => sum + link.statistics[counter], 0)).toBe(statistics[counter]);
  }
  expect(statistics.transmitted).toBeLessThanOrEqual(statistics.queued);
  expectSoundEstimates(report);
  for (const { responders, asked } of hosts) {
    const macs = responders.map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(macs.length);
    if (statistics.overruns === 0)
      for (const { replies } of responders) expect(replies).toBeLessThanOrEqual(asked);
  }
}

/** Loss and missed hosts are told together, and on the whole only where every link that was swept can tell. */
function expectSoundEstimates({ statistics, links }: Report): void {
  const swept = links.map((link) => link.statistics).filter(({ queued }) => queued > 0);
  for (const { lossEstimate, expectedMissedAtLeast } of [statistics, ...swept]) {
    expect(lossEstimate === null).toBe(expectedMissedAtLeast === null);
  }
  const told = swept.length > 0 && swept.every(({ lossEstimate }) => lossEstimate !== null);
  expect(statistics.lossEstimate !== null).toBe(told);
  const missed = swept.reduce((sum, { expectedMissedAtLeast }) => sum + (expectedMissedAtLeast ?? 0), 0);
  // Each is rounded to three digits.
  if (told)
    expect(Math.abs((statistics.expectedMissedAtLeast ?? 0) - missed)).toBeLessThanOrEqual(0.01 * missed);
}

/** Who answers for what: the part of a report that another program can confirm. */
export function respondersByIp({ hosts }: Report): Record<string, string[]> {
  return Object.fromEntries(
    hosts
      .filter(({ responders }) => responders.length > 0)
      .map(({ ip, responders }) => [ip, responders.map(({ mac }) => mac).sort()]),
  );
}
