/** Asks those who answered once more, oddly, and notes in a report what they made of it. */

import type { Report } from '../generated/report-types.js';
import type { FrameFields } from '../sweep/frame-fields.js';
import { oddities } from './oddities.js';

/** Sweeps addresses with frames of other fields, and reports who answered. */
export type AskOddly = (targets: readonly string[], frame: FrameFields) => Promise<Report>;

/**
 * Gives each responder of a report its fingerprint: a digit for each oddity, 1 where it answered. An interrupted run
 * gives none, for half of one would look like another.
 */
export async function addFingerprints(report: Report, ask: AskOddly): Promise<void> {
  const asked = report.hosts.filter(({ self, responders }) => !self && responders.length > 0);
  if (asked.length === 0) return;
  const targets = [...new Set(asked.map(({ ip }) => ip))];
  const answers: ReadonlySet<string>[] = [];
  for (const oddity of oddities) {
    const odd = await ask(targets, oddity);
    if (odd.outcome === 'interrupted') return;
    answers.push(answerers(odd));
  }
  for (const { ip, link, responders } of asked) {
    const place = placeIn(report, link);
    for (const responder of responders) {
      const key = `${place} ${ip} ${responder.mac}`;
      responder.fingerprint = answers.map((who) => Number(who.has(key))).join('');
    }
  }
}

function answerers(report: Report): Set<string> {
  return new Set(
    report.hosts.flatMap(({ ip, link, responders }) =>
      responders.map(({ mac }) => `${placeIn(report, link)} ${ip} ${mac}`),
    ),
  );
}

/** Both sweeps need not number their links alike. */
function placeIn({ links }: Report, index: number): string {
  const { interface: name = '', netns, vlan, innerVlan } = links[index] ?? {};
  return [netns, name, vlan, innerVlan].join('/');
}
