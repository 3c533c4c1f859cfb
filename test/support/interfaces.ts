/** Interfaces as a report describes them: a card of a machine, and its loopback. */
import type { Interface } from '../../src/generated/report-types.js';

export const eth0: Interface = {
  name: 'eth0',
  index: 2,
  netns: null,
  mac: '02:00:00:00:00:02',
  permanentMac: null,
  type: 'ethernet',
  kind: null,
  driver: 'virtio_net',
  flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
  operState: 'up',
  carrier: true,
  wireless: false,
  mtu: 1500,
  parent: null,
  master: null,
  vlan: null,
  addresses: [{ ip: '10.0.0.2', prefixLength: 24, secondary: false, scope: 'global' }],
};
export const lo: Interface = {
  ...eth0,
  name: 'lo',
  type: 'loopback',
  mac: '00:00:00:00:00:00',
  driver: null,
  flags: ['UP', 'LOOPBACK', 'RUNNING'],
  addresses: [{ ip: '127.0.0.1', prefixLength: 8, secondary: false, scope: 'host' }],
};
