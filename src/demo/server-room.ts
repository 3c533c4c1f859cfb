/** What stands in a small server room, with one mistake in it. */
import type { Lab, Link } from '../lab/lab.js';

interface Machine {
  readonly name: string;
  readonly mac: string;
  /** Last byte of its address in 10.34.11.0/24. */
  readonly host: number;
}

/** The switch carries 10.34.11.0/24. From 63 on nothing is there but the console server at 250. */
const MACHINES: readonly Machine[] = [
  { name: 'gateway', mac: '00:1b:54:3e:a1:40', host: 1 },
  { name: 'core-switch', mac: '3c:61:04:7d:10:c0', host: 3 },
  { name: 'esx-1', mac: '18:66:da:4f:22:91', host: 10 },
  { name: 'esx-2', mac: '18:66:da:4f:25:0d', host: 11 },
  { name: 'db-1', mac: '94:18:82:0b:7e:34', host: 12 },
  { name: 'db-2', mac: '94:18:82:0b:91:a8', host: 13 },
  { name: 'storage', mac: 'ac:1f:6b:c2:5d:02', host: 14 },
  { name: 'backup', mac: '00:11:32:8e:40:17', host: 15 },
  { name: 'dns', mac: '00:50:56:ab:12:0c', host: 20 },
  { name: 'mail', mac: '00:50:56:ab:31:77', host: 21 },
  { name: 'wiki', mac: '00:50:56:ab:5f:e4', host: 22 },
  { name: 'build-1', mac: '52:54:00:8a:3c:11', host: 30 },
  { name: 'build-2', mac: '52:54:00:8a:3c:12', host: 31 },
  // The web server was restored from its backup on another hypervisor while the first one still ran; and somebody
  // gave the same address to a sensor.
  { name: 'web', mac: '00:50:56:ab:47:53', host: 50 },
  { name: 'web-restored', mac: '52:54:00:1f:6b:90', host: 50 },
  { name: 'sensor', mac: 'b8:27:eb:5c:e0:2a', host: 50 },
  { name: 'camera', mac: '00:40:8c:d1:9e:63', host: 60 },
  { name: 'wifi', mac: '24:a4:3c:66:f0:8b', host: 61 },
  { name: 'ups', mac: '00:c0:b7:2d:84:5f', host: 62 },
  { name: 'console', mac: 'dc:a6:32:07:bb:1d', host: 250 },
];

/** Machines on the switch besides our own. */
export const MACHINE_COUNT = MACHINES.length;

/** Builds the network and our own place on its switch, interface `eth0`. */
export async function buildServerRoom(lab: Lab): Promise<Link> {
  const lan = await lab.switch('switch');
  const address = (host: number) => `10.34.11.${host}/24`;
  const [link] = await Promise.all([
    lab.link('eth0', { on: lan, mac: 'a0:36:9f:51:c8:02', address: address(2) }),
    ...MACHINES.map(({ name, mac, host }) => lab.host(name, { on: lan, mac, addresses: [address(host)] })),
  ]);
  return link;
}
