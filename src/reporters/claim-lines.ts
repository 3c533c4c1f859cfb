/** Who claims an address, in lines for people: what came of looking whether it is free, and of announcing it. */

import type { AnnounceResult } from '../announce/announce-api.js';
import type { DadResult } from '../dad/dad-api.js';
import type { Claimant } from '../talk/claims.js';
import { list } from '../wording.js';
import { linkName } from './link-name.js';
import { counted, printable, times } from './text.js';

/** A sentence for each address. */
export function dadLine(result: DadResult): string {
  const { ip, heldOn, claimants } = result;
  const where = `${ip} on ${linkName(result)}`;
  const own = heldOn.length > 0 ? `held by this machine (${list(heldOn)})` : null;
  switch (result.verdict) {
    case 'free':
      return `${where} is free`;
    case 'own':
      return `${where} is ${own}, and nobody else claims it`;
    case 'taken':
      return `${where} is ${own === null ? '' : `${own}, and `}taken: ${claims(claimants)}`;
    case 'unknown':
      return `${where} is ${own === null ? 'not known to be free' : `${own}, and whether by others is not known`}: ${whyUnknown(result)}`;
  }
}

function claims(claimants: readonly Claimant[]): string {
  return list(
    claimants.map(({ mac, vendor, kind }) => {
      const who = vendor === null ? mac : `${mac} (${printable(vendor)})`;
      return kind === 'holder' ? `${who} has it` : `${who} is about to take it`;
    }),
  );
}

function whyUnknown({ doubt, refusal, probesSent, probes }: DadResult): string {
  const sent = `${probesSent} of ${counted(probes, 'probe')} left`;
  switch (doubt) {
    case 'send-refused':
      return `a probe was refused with ${refusal}, ${sent}`;
    case 'not-sent':
      return `only ${sent}`;
    case 'link-down':
      return 'the link was down';
    case 'link-gone':
      return 'the interface is gone';
    case 'frames-lost':
      return 'frames came faster than they could be read here';
    default:
      return 'interrupted';
  }
}

/** What was announced, and who objects. */
export function announceLines(result: AnnounceResult): string[] {
  const { ip, mac, sent, count, refusal, claimants } = result;
  const refused = refusal === null ? '' : ` (${refusal})`;
  const short = sent < count ? ` of ${count}, the others did not leave${refused}` : '';
  return [
    `${ip} is at ${mac}: announced on ${linkName(result)} ${times(sent)}${short}`,
    ...(claimants.length > 0 ? [`  but ${claims(claimants)}`] : []),
  ];
}
