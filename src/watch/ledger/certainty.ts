/** How often an address must be asked in vain before silence means that nobody has it. */

import { requestsBeforeMissing } from '../../expect/expectation.js';

/** Of so many silences one may be chance. */
const chance = 1e-3;

/** Where still more is lost, nothing is said any more. */
const mostRequests = 66;

/** @param loss share of requests that stay without an answer though somebody has the address */
export function requestsForSilence(loss: number): number {
  if (!(loss > 0)) return requestsBeforeMissing;
  if (loss >= 1) return Number.POSITIVE_INFINITY;
  const needed = Math.ceil(Math.log(chance) / Math.log(loss));
  return needed > mostRequests ? Number.POSITIVE_INFINITY : Math.max(requestsBeforeMissing, needed);
}
