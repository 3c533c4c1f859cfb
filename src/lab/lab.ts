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

  /** Chooses a namespace's name; it counts as ours before it is there, so that no failure can leave it behind. */
  function ownNamespace(name: string): string {
    const namespace = `${prefix}-${name}`;
    namespaces.add(namespace);
    return namespace;
  }

  /** Makes a cable from an interface to a new port of a switch; `lines` prepare its namespace. */
  async function plugIn(end: Interface, on: Switch, lines: readonly string[] = []): Promise<InterfaceRef> {
    ports += 1;
    const port = { namespace: on.namespace, name: `port${ports}` };
    await ipBatch(null, [...lines, vethLine(end, port)]);
    // Only now is it ours: the name may have been taken by an interface that is not.
    if (end.namespace === null) links.add(end.name);
    await ipBatch(port.namespace, [...withoutIpv6(port.name), `link set dev ${port.name} master br0 up`]);
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
    await ipBatch(null, [
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
    link: (name, options) => build(() => addLink(name, options)),
    pair: (...args) => build(() => addPair(...args)),
    remove,
    [Symbol.asyncDispose]: remove,
  };
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
