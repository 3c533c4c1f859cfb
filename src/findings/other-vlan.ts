import type { Finding } from '../generated/report-types.js';
import type { Stray } from '../sweep/stray.js';
import { list } from '../wording.js';
import type { LinkFacts, SweepFacts } from './context.js';
import { inVlan, sameVlan } from './tags.js';

/** A question was answered with another tag than it had, or with none: somewhere two VLANs are joined in one direction. */
export function diagnoseOtherVlan(facts: SweepFacts): Finding[] {
  return facts.links.flatMap((own, link) => {
    const answers = own.strays.filter((stray) => stray.kind === 'other-vlan' && !sameVlan(stray, own));
    const vlans = [...new Set(answers.map(inVlan))];
    return vlans.map((vlan) =>
      describe(
        facts.interfaces[link] ?? '',
        link,
        own,
        answers.filter((answer) => inVlan(answer) === vlan),
      ),
    );
  });
}

function describe(name: string, link: number, own: LinkFacts, answers: readonly Stray[]): Finding {
  const ips = [...new Set(answers.map(({ ip }) => ip))];
  const macs = [...new Set(answers.map(({ mac }) => mac))].sort();
  const [{ vlan, innerVlan } = own] = answers;
  return {
    kind: 'other-vlan',
    severity: 'warning',
    link,
    ips,
    macs,
    message:
      `${list(ips)} (${list(macs)}) answered ${inVlan({ vlan, innerVlan })} what ${name} had asked ${inVlan(own)}, ` +
      `so that ${name} does not hear the answer. ` +
      `Compare the native (untagged) VLAN and the allowed VLANs of the switch ports on the way, and how that host tags.`,
    evidence: {
      vlan,
      ...(innerVlan !== null && { innerVlan }),
      ...(own.vlan !== null && { askedInVlan: own.vlan }),
      answers: answers.map(({ ip, mac, count, firstAt, lastAt }) => ({ ip, mac, count, firstAt, lastAt })),
    },
  };
}
