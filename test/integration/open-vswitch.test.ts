/** A VLAN through Open vSwitch in user space, whose tags are another program's than ours and the kernel's. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { ipBatch, withoutIpv6 } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { startOpenVSwitch } from '../support/open-vswitch.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';

const TENANT = '10.61.0.9';

let lab: Lab;
let tenant: Host;
let stranger: Host;
let stopSwitch: () => Promise<void>;
beforeAll(async () => {
  lab = await createLab();
  // Both have the address, each in a VLAN of its own.
  [{ host: tenant }, { host: stranger }] = await Promise.all([
    lab.pair('acc100', {}, 'tenant', { addresses: [`${TENANT}/24`] }),
    lab.pair('acc200', {}, 'stranger', { addresses: [`${TENANT}/24`] }),
  ]);
  await ipBatch(null, [
    'link add name trunk0 type veth peer name trunk1',
    ...['trunk0', 'trunk1'].flatMap((name) => [...withoutIpv6(name), `link set dev ${name} up`]),
  ]);
  const vswitch = await startOpenVSwitch();
  stopSwitch = vswitch.stop;
  await vswitch.addBridge('ovs0', ['trunk1', 'acc100 tag=100', 'acc200 tag=200']);
}, 30_000);
afterAll(async () => {
  await stopSwitch?.();
  await mustRun(['ip', 'link', 'delete', 'dev', 'trunk0']);
  await lab.remove();
});

test.each([
  [100, () => tenant],
  [200, () => stranger],
])('VLAN %i is that of its access port, at the other end of a trunk', async (vlan, host) => {
  const report = await sweep('10.61.0.8/30', { links: [`trunk0@${vlan}`] }).report();
  expectSound(report);
  expect(respondersByIp(report)).toEqual({ [TENANT]: [host().mac] });
  expect(report.links).toMatchObject([{ interface: 'trunk0', vlan, ip: null }]);
  expect(report.findings).toEqual([]);
});

test('without a tag nobody is there', async () => {
  const report = await sweep('10.61.0.8/30', { links: ['trunk0'] }).report();
  expect(report.counts).toMatchObject({ answered: 0, silent: 4 });
});
