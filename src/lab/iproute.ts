import { existsSync } from 'node:fs';
import { mustRun } from './command.js';
import { waitFor } from './wait-for.js';

/** A named network namespace (ip-netns(8)), or null for the one that this process is in. */
export type Namespace = string | null;

/** An interface where it lives. */
export interface InterfaceRef {
  readonly namespace: Namespace;
  readonly name: string;
}

function ip(namespace: Namespace): string[] {
  return namespace === null ? ['ip'] : ['ip', '-n', namespace];
}

/** Runs lines of `ip -batch` in a namespace: one process however many addresses or routes. */
export async function ipBatch(namespace: Namespace, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await mustRun([...ip(namespace), '-batch', '-'], `${lines.join('\n')}\n`);
}

/** An interface to be made, with its hardware address unless the kernel is to draw one. */
export interface Interface extends InterfaceRef {
  readonly mac?: string;
}

/**
 * The batch line that joins two interfaces like a patch cable. Each end is born in its own namespace, so its
 * name need only be free there.
 */
export function vethLine(near: Interface, far: Interface): string {
  const end = ({ namespace, name, mac }: Interface) =>
    `name ${name}${mac === undefined ? '' : ` address ${mac}`}${namespace === null ? '' : ` netns ${namespace}`}`;
  return `link add ${end(near)} type veth peer ${end(far)}`;
}

/**
 * The batch lines that keep IPv6 off an interface, so that a witness sees ARP and nothing else: without a
 * link-local address the kernel neither solicits routers nor reports groups. Needs no write to /proc/sys.
 */
export function withoutIpv6(name: string): string[] {
  return existsSync('/proc/sys/net/ipv6') ? [`link set dev ${name} addrgenmode none`] : [];
}

interface LinkState {
  readonly address: string;
  readonly operstate: string;
  readonly linkinfo?: {
    readonly info_slave_kind?: string;
    readonly info_slave_data?: { readonly state?: string };
  };
}

async function linkState({ namespace, name }: InterfaceRef): Promise<LinkState> {
  const stdout = await mustRun([...ip(namespace), '-json', '-details', 'link', 'show', 'dev', name]);
  const [state] = JSON.parse(stdout) as LinkState[];
  if (state === undefined) throw new Error(`ip says nothing about ${name}`);
  return state;
}

/** Waits until frames pass: carrier is there and, on the port of a bridge, it forwards. Resolves to its MAC. */
export async function awaitForwarding(link: InterfaceRef): Promise<string> {
  return waitFor(
    async () => {
      const { address, operstate, linkinfo } = await linkState(link);
      const forwards =
        linkinfo?.info_slave_kind !== 'bridge' || linkinfo.info_slave_data?.state === 'forwarding';
      return operstate === 'UP' && forwards ? address : undefined;
    },
    { what: `${link.name} to forward frames` },
  );
}

/** Waits until the interface has noticed that its peer is gone or down. */
export async function awaitNoCarrier(link: InterfaceRef): Promise<void> {
  await waitFor(async () => (await linkState(link)).operstate !== 'UP', {
    what: `${link.name} to lose its carrier`,
  });
}

/** Names of all interfaces of the namespace that this process is in. */
export async function interfaceNames(): Promise<string[]> {
  const links = JSON.parse(await mustRun(['ip', '-json', 'link', 'show'])) as { ifname: string }[];
  return links.map(({ ifname }) => ifname);
}

/** Names of all network namespaces that ip-netns(8) knows. */
export async function namespaceNames(): Promise<string[]> {
  const stdout = await mustRun(['ip', '-json', 'netns', 'list']);
  return stdout.trim() === '' ? [] : (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
}
