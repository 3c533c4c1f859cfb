/** What a link heard beside its answers, without what it overheard of the other links of the same run. */

import type { LinkPlan } from '../links/plan.js';
import type { Stray } from '../sweep/stray.js';
import { parseAddress } from '../targets/address.js';
import { contains } from '../targets/ranges.js';

/**
 * A device hears what comes with any tag. So an answer that has other tags than the question is none to it where another
 * link of this run asked the same with just those tags, there or on a VLAN interface above.
 */
export function foreignStrays(
  strays: readonly Stray[],
  plan: LinkPlan,
  plans: readonly LinkPlan[],
): readonly Stray[] {
  const others = plans.filter((other) => other !== plan && carrierOf(other) === carrierOf(plan));
  if (others.length === 0) return strays;
  return strays.filter(
    ({ kind, ip, vlan, innerVlan }) =>
      kind !== 'other-vlan' ||
      !others.some(
        (other) =>
          idsOf(other) === `${vlan ?? ''} ${innerVlan ?? ''}` &&
          contains(other.targets, parseAddress(ip) ?? 0),
      ),
  );
}

/** The device whose wire a link shares. */
function carrierOf({ link, namespace }: LinkPlan): string {
  return `${link.vlan ? link.parentIndex : link.index} ${namespace?.path ?? ''}`;
}

/** The VLANs of a link's frames on that wire. */
function idsOf({ link, tags }: LinkPlan): string {
  const [outer = '', inner = ''] = [link.vlan?.id, ...tags.map(({ id }) => id)].filter((id) => id);
  return `${outer} ${inner}`;
}
