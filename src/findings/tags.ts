/** The VLANs of questions and of what came back. */

interface Tagged {
  /** VLAN ID, the outer of two, or null for untagged. */
  readonly vlan: number | null;
  readonly innerVlan: number | null;
}

export const sameVlan = (one: Tagged, other: Tagged): boolean =>
  one.vlan === other.vlan && one.innerVlan === other.innerVlan;

/** `without a tag`, `in VLAN 100`, `in VLAN 7 within 100` */
export function inVlan({ vlan, innerVlan }: Tagged): string {
  if (vlan === null) return 'without a tag';
  return innerVlan === null ? `in VLAN ${vlan}` : `in VLAN ${innerVlan} within ${vlan}`;
}
