/**
 * Networks of real kernels: machines are network namespaces, cables are veth pairs, switches are bridges.
 * Everything is made with iproute2 and nothing outside the lab's own namespaces is touched.
 */
import type { ChildProcess } from 'node:child_process';
import { mustRun, runCommand } from './command.js';
import { type Host, type HostOptions, hostHandle, hostSetup } from './host.js';
import {
  awaitForwarding,
  type Interface,
  type InterfaceRef,
  interfaceNames,
  ipBatch,
  namespaceNames,
  vethLine,
  withoutIpv6,
} from './iproute.js';
import { assertIsolated } from './isolation-guard.js';
import { type Link, linkHandle } from './link.js';
import { waitFor } from './wait-for.js';

export type { Host, HostOptions } from './host.js';
export type { Link } from './link.js';

/** A switch without spanning tree: a port forwards as soon as it is up. */
export interface Switch {
  readonly name: string;
  readonly namespace: string;
}

export interface LinkOptions {
  readonly mac?: string;
  /** Address with prefix length; without one the link is swept like a trunk. */
  readonly address?: string;
}

/** A network under construction. Methods may be called concurrently. */
export interface Lab {
  switch(name: string): Promise<Switch>;
  /** Adds a machine to a switch. */
  host(name: string, options: HostOptions & { readonly on: Switch }): Promise<Host>;
  /** Adds a machine with a macvlan on a host's interface, as containers and pods have: a MAC and addresses of its own. */
  tenant(name: string, options: HostOptions & { readonly of: Host }): Promise<Host>;
  /** Plugs a further interface of a machine into a switch: up, and without an address unless one is given. */
  nic(host: Host, name: string, options: LinkOptions & { readonly on: Switch }): Promise<void>;
  /** Joins two switches by a cable. */
  cable(a: Switch, b: Switch): Promise<void>;
  /** Adds an interface of the given name to the namespace that this process is in. */
  link(name: string, options: LinkOptions & { readonly on: Switch }): Promise<Link>;
  /** Joins such an interface and a new machine directly: the fast path, without a switch's share of the work. */
  pair(
    name: string,
    options: LinkOptions,
    hostName: string,
    hostOptions: HostOptions,
  ): Promise<{ readonly link: Link; readonly host: Host }>;
  /** Removes all that was made, also after a build that failed. Can be called again. */
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const HOST_INTERFACE = 'eth0';
let labsOfThisProcess = 0;

/** Starts an empty lab. Throws where a real network could be reached from here. */
export async function createLab(): Promise<Lab> {
  assertIsolated();
  labsOfThisProcess += 1;
  const prefix = `lab${process.pid}-${labsOfThisProcess}`;
  const namespaces = new Set<string>();
  const links = new Set<string>();
  const processes = new Set<ChildProcess>();
  const building = new Set<Promise<unknown>>();
  let removed = false;
  let ports = 0;

  /** Removal waits for what is being built, so that a failed `Promise.all` leaves no straggler behind. */
  function build<T>(work: () => Promise<T>): Promise<T> {
    if (removed) return Promise.reject(new Error(`the lab ${prefix} has been removed`));
    const promise = work().finally(() => building.delete(promise));
    building.add(promise);
    return promise;
  }

  function newPort({ namespace }: Switch): InterfaceRef {
    ports += 1;
    return { namespace, name: `port${ports}` };
  }

  /** Chooses a namespace's name; it counts as ours before it is there, so that no failure can leave it behind. */
  function ownNamespace(name: string): string {
    const namespace = `${prefix}-${name}`;
    namespaces.add(namespace);
    return namespace;
  }

  /** Makes a cable from an interface to a new port of a switch; `lines` prepare its namespace. */
  async function plugIn(end: Interface, on: Switch, lines: readonly string[] = []): Promise<InterfaceRef> {
    const port = newPort(on);
    await ipBatch(null, [...lines, vethLine(end, port)]);
    // Only now is it ours: the name may have been taken by an interface that is not.
    if (end.namespace === null) links.add(end.name);
    await ipBatch(port.namespace, portLines(port));
    return port;
  }

  /** Brings up a host whose cable is plugged in. */
  async function bringUpHost(name: string, namespace: string, options: HostOptions): Promise<Host> {
    const { addresses = [], answersFor = [] } = options;
    const lines = [
      'link set dev lo up',
      ...withoutIpv6(HOST_INTERFACE),
      ...addresses.map((address) => `address add ${address} dev ${HOST_INTERFACE}`),
      `link set dev ${HOST_INTERFACE} up`,
      ...answersFor.map((prefix) => `route add local ${prefix} dev lo`),
    ];
    const mac = (await mustRun(hostSetup(namespace), `${lines.join('\n')}\n`)).trim();
    return hostHandle({ name, namespace, interface: HOST_INTERFACE, mac }, processes);
  }

  async function bringUpLink(near: InterfaceRef, address: string | undefined): Promise<void> {
    await ipBatch(near.namespace, [
      ...withoutIpv6(near.name),
      ...(address === undefined ? [] : [`address add ${address} dev ${near.name}`]),
      `link set dev ${near.name} up`,
    ]);
  }

  async function finishLink(near: InterfaceRef, far: InterfaceRef): Promise<Link> {
    const [mac] = await Promise.all([awaitForwarding(near), awaitForwarding(far)]);
    return linkHandle(near, far, mac);
  }

  async function addSwitch(name: string): Promise<Switch> {
    const namespace = ownNamespace(name);
    await ipBatch(null, [`netns add ${namespace}`]);
    await ipBatch(namespace, [
      'link add name br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      ...withoutIpv6('br0'),
      'link set dev br0 up',
    ]);
    return { name, namespace };
  }

  async function addHost(name: string, options: HostOptions & { readonly on: Switch }): Promise<Host> {
    const end = { namespace: ownNamespace(name), name: HOST_INTERFACE, ...macOf(options) };
    const port = await plugIn(end, options.on, [`netns add ${end.namespace}`]);
    const host = await bringUpHost(name, end.namespace, options);
    await awaitForwarding(port);
    return host;
  }

  async function addTenant(name: string, options: HostOptions & { readonly of: Host }): Promise<Host> {
    const { of: owner, mac } = options;
    const namespace = ownNamespace(name);
    await ipBatch(null, [`netns add ${namespace}`]);
    const born = `name ${HOST_INTERFACE} netns ${namespace}${mac === undefined ? '' : ` address ${mac}`}`;
    await ipBatch(owner.namespace, [`link add link ${owner.interface} ${born} type macvlan mode bridge`]);
    return bringUpHost(name, namespace, options);
  }

  async function addNic(host: Host, name: string, options: LinkOptions & { readonly on: Switch }) {
    const near = { namespace: host.namespace, name, ...macOf(options) };
    const far = await plugIn(near, options.on);
    await bringUpLink(near, options.address);
    await awaitForwarding(far);
  }

  async function addCable(a: Switch, b: Switch): Promise<void> {
    const ends = [newPort(a), newPort(b)] as const;
    await ipBatch(null, [vethLine(...ends)]);
    await Promise.all(ends.map((end) => ipBatch(end.namespace, portLines(end))));
    await Promise.all(ends.map(awaitForwarding));
  }

  async function addLink(name: string, options: LinkOptions & { readonly on: Switch }): Promise<Link> {
    const near = { namespace: null, name, ...macOf(options) };
    const far = await plugIn(near, options.on);
    await bringUpLink(near, options.address);
    return finishLink(near, far);
  }

  async function addPair(name: string, options: LinkOptions, hostName: string, hostOptions: HostOptions) {
    const near = { namespace: null, name, ...macOf(options) };
    const far = { namespace: ownNamespace(hostName), name: HOST_INTERFACE, ...macOf(hostOptions) };
    await ipBatch(null, [`netns add ${far.namespace}`, vethLine(near, far)]);
    links.add(name);
    const [host] = await Promise.all([
      bringUpHost(hostName, far.namespace, hostOptions),
      bringUpLink(near, options.address),
    ]);
    return { link: await finishLink(near, far), host };
  }

  async function remove(): Promise<void> {
    removed = true;
    await Promise.allSettled(building);
    await Promise.all([...processes].map(killAndReap));
    await deleteAll(links, namespaces);
  }

  return {
    switch: (name) => build(() => addSwitch(name)),
    host: (name, options) => build(() => addHost(name, options)),
    tenant: (name, options) => build(() => addTenant(name, options)),
    nic: (...args) => build(() => addNic(...args)),
    cable: (...ends) => build(() => addCable(...ends)),
    link: (name, options) => build(() => addLink(name, options)),
    pair: (...args) => build(() => addPair(...args)),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** The batch lines that make an interface a port of its switch. */
function portLines({ name }: InterfaceRef): string[] {
  return [...withoutIpv6(name), `link set dev ${name} master br0 up`];
}

function macOf({ mac }: { mac?: string }): { mac?: string } {
  return mac === undefined ? {} : { mac };
}

async function killAndReap(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  if (child.kill('SIGKILL')) await exited;
}

/** Deletes what is still there: a test may have deleted a link itself, and a cable goes with either end. */
async function deleteAll(links: Set<string>, namespaces: Set<string>): Promise<void> {
  const leftLinks = async () => (await interfaceNames()).filter((name) => links.has(name));
  const leftNamespaces = async () => (await namespaceNames()).filter((name) => namespaces.has(name));
  const lines = [
    ...(await leftLinks()).map((name) => `link delete dev ${name}`),
    ...(await leftNamespaces()).map((name) => `netns delete ${name}`),
  ];
  // Forced, because a link may vanish of itself between the look and the deletion; what counts is what is left.
  await runCommand(['ip', '-force', '-batch', '-'], `${lines.join('\n')}\n`);
  await waitFor(async () => (await leftLinks()).length + (await leftNamespaces()).length === 0, {
    what: 'the links and namespaces of the lab to be gone',
  });
}
