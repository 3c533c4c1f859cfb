import { mustRun } from '../../src/lab/command.js';
import type { Host, Switch } from '../../src/lab/lab.js';
import { waitFor } from './wait-for.js';

/** Plugs a further interface of a machine, up and without an address, into a switch. */
export async function plugSecondNic(host: Host, on: Switch, name: string, mac: string): Promise<void> {
  const port = `${host.name}-${name}`;
  const ip = (namespace: string, ...words: string[]) => mustRun(['ip', '-n', namespace, ...words]);
  const peer = ['peer', 'name', port, 'netns', on.namespace];
  await ip(host.namespace, 'link', 'add', name, 'address', mac, 'type', 'veth', ...peer);
  await ip(on.namespace, 'link', 'set', port, 'master', 'br0', 'up');
  await ip(host.namespace, 'link', 'set', name, 'up');
  const state = async () => JSON.parse(await ip(on.namespace, '-json', '-details', 'link', 'show', port));
  await waitFor(async () => (await state())[0]?.linkinfo?.info_slave_data?.state === 'forwarding', {
    what: `${port} to forward frames`,
  });
}
