/** What is missing to sweep here, judged from facts. */
import { ArpsweepError } from '../errors.js';
import type { Interface } from '../generated/report-types.js';
import { printable } from '../reporters/text.js';
import type { Facts } from './doctor-facts.js';

export interface Check {
  readonly name: string;
  /** `note`: a sweep is possible nevertheless. */
  readonly result: 'ok' | 'problem' | 'note';
  readonly message: string;
  /** What to do, exactly; null where there is nothing to do. */
  readonly remedy: string | null;
}

/** @param asRoot the remedy for a missing privilege, with the command that runs arpsweep as root */
export function diagnoseMachine(facts: Facts, asRoot: string): Check[] {
  return [
    checkPlatform(facts),
    checkNode(facts),
    checkAddon(facts),
    checkCapability(facts, asRoot),
    ...(facts.interfaces ? checkInterfaces(facts.interfaces) : []),
    checkUserNamespaces(facts),
  ];
}

const ok = (name: string, message: string): Check => ({ name, result: 'ok', message, remedy: null });
const problem = (name: string, message: string, remedy: string): Check => ({
  name,
  result: 'problem',
  message,
  remedy,
});

function checkPlatform({ platform }: Facts): Check {
  return platform === 'linux'
    ? ok('platform', 'This is Linux.')
    : problem(
        'platform',
        `This is ${platform}; packet sockets are a thing of Linux.`,
        'Run arpsweep on Linux.',
      );
}

/** The range of package.json's engines, which the launcher has enforced already. */
function checkNode({ nodeVersion }: Facts): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const suits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  return suits
    ? ok('node', `Node ${nodeVersion} is supported.`)
    : problem(
        'node',
        `Node ${nodeVersion} is not supported.`,
        'Use Node 20.19 or later, 22.12 or later, or 24.',
      );
}

function checkAddon({ addonError }: Facts): Check {
  if (addonError === null) return ok('addon', 'The native addon loads.');
  const remedy = addonError instanceof ArpsweepError ? addonError.remedy : 'Install arpsweep again.';
  return problem('addon', addonError.message, remedy);
}

function checkCapability(facts: Facts, asRoot: string): Check {
  if (facts.mayOpenPacketSocket) {
    return ok('capability', 'CAP_NET_RAW is there: packet sockets can be opened.');
  }
  if (!facts.mayEverOpenPacketSocket) {
    return problem(
      'capability',
      'CAP_NET_RAW is missing, and no program started from here can have it, not even as root.',
      'If this is a container, start it with: docker run --cap-add NET_RAW, or in Kubernetes ' +
        'securityContext: {capabilities: {add: [NET_RAW]}}.',
    );
  }
  return problem('capability', 'CAP_NET_RAW is missing: packet sockets cannot be opened.', asRoot);
}

/** Why a link cannot be swept, or null where it can. */
function hindrance({
  name,
  type,
  mac,
  flags,
  carrier,
}: Interface): { why: string; remedy: string | null } | null {
  if (flags.includes('LOOPBACK'))
    return { why: 'is the loopback interface: there is nothing to sweep', remedy: null };
  if (type !== 'ethernet' || mac === null) return { why: 'is not Ethernet', remedy: null };
  if (flags.includes('NOARP')) {
    return { why: 'does no ARP (NOARP)', remedy: null };
  }
  if (!flags.includes('UP')) return { why: 'is down', remedy: `ip link set dev ${name} up` };
  if (!carrier) return { why: 'has no carrier', remedy: 'Check the cable and the port at the other end.' };
  return null;
}

function checkInterfaces(interfaces: readonly Interface[]): Check[] {
  const usable = interfaces.filter((link) => hindrance(link) === null);
  const checks = interfaces.map((link): Check => {
    const name = printable(link.name);
    const hindered = hindrance(link);
    if (hindered) {
      return {
        name: 'interface',
        result: 'note',
        message: `${name} ${hindered.why}.`,
        remedy: hindered.remedy,
      };
    }
    const subnets = link.addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
    return subnets.length > 0
      ? ok('interface', `${name} can be swept: ${subnets.join(', ')}.`)
      : {
          name: 'interface',
          result: 'note',
          message: `${name} has no IPv4 address: name the targets; they are asked without a sender address (SPA 0).`,
          remedy: null,
        };
  });
  if (usable.length > 0) return checks;
  return [
    ...checks,
    problem(
      'interfaces',
      'No interface here can be swept: none is Ethernet, up and with carrier.',
      'Bring one up, or in a container give it the host’s network, Multus or macvlan.',
    ),
  ];
}

/** Only the demo and the tests of an ordinary user need them. */
function checkUserNamespaces({ root, userNamespacesForbiddenBy: cause }: Facts): Check {
  const name = 'user namespaces';
  if (root) return ok(name, 'The demo needs no user namespaces: this is root.');
  if (cause === null)
    return ok(name, 'Nothing is known to forbid user namespaces: "arpsweep demo" runs as this user.');
  return {
    name,
    result: 'note',
    message: `"arpsweep demo" cannot run as this user: ${cause}.`,
    remedy: 'Run the demo as root, or have the setting changed with sysctl.',
  };
}

/** Whether nothing stands in the way of a sweep. */
export function canSweep(checks: readonly Check[]): boolean {
  return checks.every(({ result }) => result !== 'problem');
}
