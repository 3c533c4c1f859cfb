/** What a check has to complain of: a line for each thing that is not well, and nothing where all is. */
import type { Look } from '../check/look.js';
import type { Finding } from '../generated/report-types.js';
import { findingLines, remarkLines } from './remarks.js';
import { unjudgedLines } from './unjudged-lines.js';

export function* complaintLines({ report, unjudged, doubts }: Look): Iterable<string> {
  for (const finding of report.findings) if (finding.severity !== 'info') yield inOneLine(finding);
  const rest = [
    ...(report.outcome === 'complete' ? [] : remarkLines({ ...report, findings: [] }, false)),
    ...unjudgedLines({ ...unjudged, unswept: [] }),
    ...doubts.map((doubt) => `inconclusive: ${doubt}`),
  ];
  yield* rest;
  if (report.outcome !== 'complete' && rest.length === 0) {
    yield `inconclusive: the sweep did not come to its end (${report.outcome}).`;
  }
}

/** Expected addresses that nobody wanted to be looked at. */
export function unsweptLines({ unjudged }: Look): Iterable<string> {
  return unjudgedLines({ ...unjudged, undecided: [] });
}

function inOneLine(finding: Finding): string {
  const [message = '', ...addresses] = findingLines(finding, (text) => text);
  const named = addresses.map((line) => line.trim().replace(/^(IP|MAC) +/, '$1 '));
  return named.length > 0 ? `${message} (${named.join('; ')})` : message;
}
