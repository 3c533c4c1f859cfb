import type { Finding } from '../generated/report-types.js';
import type { Stray } from '../sweep/stray.js';
import { list } from '../wording.js';
import type { SweepFacts } from './context.js';

/** A question that went out without a tag was answered with one: somewhere two VLANs are joined in one direction. */
export function diagnoseOtherVlan(facts: SweepFacts): Finding[] {
  return facts.links.flatMap(({ strays }, link) => {
    const answers = strays.filter(({ kind, vlan }) => kind === 'other-vlan' && vlan !== null);
    const vlans = [...new Set(answers.map(({ vlan }) => vlan))];
    return vlans.map((vlan) =>
      describe(
        facts,
        link,
        vlan ?? 0,
        answers.filter((each) => each.vlan === vlan),
      ),
    );
  });
}

function describe(
  { interfaces }: SweepFacts,
  link: number,
  vlan: number,
  answers: readonly Stray[],
): Finding {
  const ips = [...new Set(answers.map(({ ip }) => ip))];
  const macs = [...new Set(answers.map(({ mac }) => mac))].sort();
  const name = interfaces[link];
  return {
    kind: 'other-vlan',
    severity: 'warning',
    link,
    ips,
    macs,
    message:
      `${list(ips)} (${list(macs)}) answered in VLAN ${vlan} what ${name} had asked without a tag, ` +
      `so that ${name} does not hear the answer. ` +
      `Compare the native (untagged) VLAN and the allowed VLANs of the switch ports on the way, and how that host tags.`,
    evidence: {
      vlan,
      answers: answers.map(({ ip, mac, count, firstAt, lastAt }) => ({ ip, mac, count, firstAt, lastAt })),
    },
  };
}
