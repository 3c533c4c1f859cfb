/** What must be known beside the verdict of a trace: what else was found, and why it may be wrong. */

import { remarkLines } from '../reporters/remarks.js';
import { counted } from '../reporters/text.js';
import type { TraceResult } from './trace.js';

export function* traceRemarks(
  { report, lostHere, asker }: Pick<TraceResult, 'report' | 'lostHere' | 'asker'>,
  colour: boolean,
): Iterable<string> {
  const remarks = [...remarkLines(report, colour)];
  if (lostHere > 0) {
    remarks.push(`warning: ${counted(lostHere, 'frame')} came faster than they could be read here`);
  }
  yield* remarks;
  const cutShort = report.outcome === 'failed' || report.outcome === 'inconclusive';
  // An exit code alone would leave whoever reads the verdict in the belief that it stands.
  if (cutShort && report.untested.length === 0) {
    yield `inconclusive: asking on ${asker.label} did not come to its end, so that more may be lost than was seen; see whether ${asker.label} is up, and trace again`;
  }
}
