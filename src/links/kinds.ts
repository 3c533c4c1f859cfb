/** What kinds of links (IFLA_INFO_KIND) do with frames. native/core/netlink/interfaces.cc knows more of each. */

import type { NativeLink } from '../native.js';

const stacked = new Set(['vlan', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'macsec']);
const paired = new Set(['veth', 'netkit', 'vxcan']);
const bundles = new Set(['bond', 'team']);

type Kind = Pick<NativeLink, 'kind'>;

/** Another device carries its frames: `linked` is the one below. */
export const isStacked = ({ kind }: Kind): boolean => kind !== null && stacked.has(kind);

/** One end of a pair: `linked` is the other. */
export const isPaired = ({ kind }: Kind): boolean => kind !== null && paired.has(kind);

/** Makes one link of its members. */
export const isBundle = ({ kind }: Kind): boolean => kind !== null && bundles.has(kind);

export const isBridge = ({ kind }: Kind): boolean => kind === 'bridge';
