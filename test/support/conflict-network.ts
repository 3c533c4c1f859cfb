/** A small network with one mistake in it: what most tests of the command line sweep. */
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';

export const OWN = '10.66.0.1';
export const OWN_MAC = '02:66:00:00:00:01';
/** One machine of a vendor whose name holds a comma. */
export const LONE = '10.66.0.10';
export const LONE_MAC = '00:50:56:66:00:10';
/** Claimed by three machines. */
export const CONTESTED = '10.66.0.20';
export const CLAIMANTS = ['02:66:00:00:00:21', '02:66:00:00:00:22', '02:66:00:00:00:23'] as const;
/** Thirty addresses that hold all of the above and 28 silent ones. */
export const RANGE = '10.66.0.1-30';

export interface ConflictNetwork {
  readonly lab: Lab;
  /** `sw0`, with OWN/24. */
  readonly link: Link;
  /** With the address LONE. */
  readonly lone: Host;
}

export async function buildConflictNetwork(): Promise<ConflictNetwork> {
  const lab = await createLab();
  const on = await lab.switch('switch');
  const [link, lone] = await Promise.all([
    lab.link('sw0', { on, mac: OWN_MAC, address: `${OWN}/24` }),
    lab.host('lone', { on, mac: LONE_MAC, addresses: [`${LONE}/24`] }),
    ...CLAIMANTS.map((mac, i) => lab.host(`claimant${i}`, { on, mac, addresses: [`${CONTESTED}/24`] })),
  ]);
  return { lab, link, lone };
}
