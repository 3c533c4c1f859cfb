/** Which severities a finding of each kind may have. */

import type { Finding, FindingKind } from '../generated/report-types.js';

export const severitiesOf: Readonly<Record<FindingKind, readonly Finding['severity'][]>> = {
  'duplicate-address': ['error'],
  'claims-our-address': ['error'],
  'shadowed-address': ['warning', 'error'],
  'answers-only-probes': ['warning'],
  'arp-flux': ['warning'],
  'unconfigured-interface': ['warning'],
  'proxy-arp': ['warning'],
  'answered-by-fabric': ['info'],
  'sender-mismatch': ['info', 'warning'],
  'own-mac-on-wire': ['warning', 'error'],
  'mac-on-wrong-port': ['error'],
  'other-vlan': ['warning'],
  'vlan-wrong-parent': ['error'],
  'address-moved': ['info', 'warning'],
  flapping: ['error'],
  missing: ['error'],
  'wrong-mac': ['error'],
  'group-empty': ['error'],
  unexpected: ['warning'],
  loss: ['warning'],
};
