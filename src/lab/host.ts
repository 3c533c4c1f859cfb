import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { type CommandResult, mustRun, runCommand, toolEnvironment } from './command.js';
import { lateAnswers } from './late-answers.js';
import { type WireConditions, wireConditions } from './wire-conditions.js';

/** What a machine of the lab owns. */
export interface HostOptions {
  /** Hardware address of its interface; the kernel draws one where it is left out. */
  readonly mac?: string;
  /** Addresses with prefix length, such as `10.0.0.5/24`. */
  readonly addresses?: readonly string[];
  /**
   * Prefixes for which its kernel answers as for its own (`ip route add local PREFIX dev lo`). The address that
   * asks must lie outside of them: a kernel does not answer a request that seems to come from itself.
   */
  readonly answersFor?: readonly string[];
}

/** A machine of the lab: a network namespace with a kernel's own ARP, and one interface, `eth0`. */
export interface Host extends WireConditions {
  readonly name: string;
  /** Name for `ip netns exec`, and for `/run/netns`. */
  readonly namespace: string;
  readonly interface: string;
  readonly mac: string;
  /** Runs a program in the host's namespace to its end. */
  run(argv: readonly string[], input?: string): Promise<CommandResult>;
  /** Starts a program in the host's namespace; the lab kills it when it is removed. */
  spawn(argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /**
   * Makes the host answer late for these addresses and, until the next call, for no others: broadcast requests after a
   * random time of up to `maxMs`, unicast ones at once, and RFC 5227 probes never, as a Linux proxy does.
   */
  answerLate(addresses: readonly string[], maxMs: number): Promise<void>;
}

/** The argv that runs `argv` in a namespace. `ip` replaces itself by it, so that signals reach it. */
export function inNamespace(namespace: string, argv: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', namespace, ...argv];
}

/** Settings that decide whether and how a kernel answers ARP; new namespaces inherit the machine's own. */
const ARP_SETTINGS = [
  'rp_filter',
  'arp_ignore',
  'arp_announce',
  'arp_filter',
  'arp_notify',
  'proxy_arp',
  'forwarding',
];

/**
 * The command that brings a host up by `ip` batch lines on its input and prints its MAC. Settings come first; one
 * that cannot be written (in some containers /proc/sys is read-only) stays as the machine has it.
 */
export function hostSetup(namespace: string): string[] {
  const script = `for key in ${ARP_SETTINGS.join(' ')}; do for scope in all default eth0; do
    { echo 0 > /proc/sys/net/ipv4/conf/$scope/$key; } 2> /dev/null || :
  done; done
  ip -batch - && exec cat /sys/class/net/eth0/address`;
  return inNamespace(namespace, ['sh', '-c', script]);
}

/** The handle of a host that is up. `started` collects the processes that must not outlive the lab. */
export function hostHandle(
  identity: Pick<Host, 'name' | 'namespace' | 'interface' | 'mac'>,
  started: Set<ChildProcess>,
): Host {
  const { namespace } = identity;
  const runThere: typeof mustRun = (argv, input) => mustRun(inNamespace(namespace, argv), input);
  return {
    ...identity,
    ...wireConditions(identity.interface, runThere),
    answerLate: lateAnswers(identity.interface, runThere),
    run: (argv, input) => runCommand(inNamespace(namespace, argv), input),
    spawn: (argv, options = {}) => {
      const [program = '', ...args] = inNamespace(namespace, argv);
      const child = spawn(program, args, { env: toolEnvironment(), ...options });
      started.add(child);
      child.once('exit', () => started.delete(child));
      return child;
    },
  };
}
