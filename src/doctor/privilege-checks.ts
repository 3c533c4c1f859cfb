/** What this process may do, why not where it may not, and what gives it: capabilities(7). */
import { capabilityNames } from '../privileges/capabilities.js';
import { list } from '../wording.js';
import { type Check, note, ok, problem } from './check.js';
import type { Facts } from './facts.js';

/** @param asRoot the remedy for a missing privilege, with the command that runs arpsweep as root */
export function privilegeChecks(facts: Facts, asRoot: string): Check[] {
  return [
    describeSets(facts),
    checkNetRaw(facts, asRoot),
    ...checkPacketSocket(facts),
    checkNamespaces(facts, asRoot),
    ...checkGivingUp(facts),
  ];
}

/** Root, in a container with nothing but this one: no other user gets it there. */
const forContainers =
  'Docker and Podman: run --user 0 --cap-drop ALL --cap-add NET_RAW; Kubernetes, in securityContext: ' +
  'runAsUser: 0, capabilities: {drop: [ALL], add: [NET_RAW]}.';

/** Of nearly all, those that are missing tell more. */
const fewMissing = 5;

function setText(set: readonly string[]): string {
  const missing = capabilityNames.filter((name) => !set.includes(name));
  if (set.length === 0) return 'none';
  if (missing.length === 0) return 'all';
  return missing.length <= fewMissing ? `all but ${list(missing)}` : set.join(', ');
}

function describeSets({ uid, status }: Facts): Check {
  const { effective, permitted, bounding, inheritable, ambient } = status.capabilities;
  const inEffect = setText(effective);
  const others = Object.entries({ permitted, bounding, inheritable, ambient }).map(([name, set]) => {
    const text = setText(set);
    return `${name} ${text === inEffect && text !== 'none' ? 'the same' : text}`;
  });
  const modes = [
    ...(status.noNewPrivs ? ['no_new_privs is set'] : []),
    ...(status.seccomp === 'disabled' ? [] : [`seccomp is in mode ${status.seccomp}`]),
  ];
  const parts = [`effective ${inEffect}`, ...others, ...modes];
  return ok('capabilities', `Capabilities of this process, of user ${uid}: ${parts.join('; ')}.`);
}

function checkNetRaw(facts: Facts, asRoot: string): Check {
  const { uid, container, status } = facts;
  const { effective, permitted, bounding } = status.capabilities;
  const name = 'capability';
  if (effective.includes('NET_RAW')) {
    return ok(name, 'CAP_NET_RAW is there: packet sockets can be opened.');
  }
  if (!bounding.includes('NET_RAW')) {
    return problem(
      name,
      'CAP_NET_RAW is missing, and no program started from here can have it, not even as root.',
      container === null
        ? `Start it where CAP_NET_RAW is in the bounding set (systemd: CapabilityBoundingSet=CAP_NET_RAW). ${forContainers}`
        : forContainers,
    );
  }
  if (permitted.includes('NET_RAW')) {
    return problem(
      name,
      'CAP_NET_RAW is permitted here but not in effect: who started this process put it aside.',
      'Start it from a shell in which "capsh --print" shows cap_net_raw as current.',
    );
  }
  if (uid === 0) {
    return problem(
      name,
      'CAP_NET_RAW is missing though this is root: who started this process took it away.',
      'Start it from a login of root, without setpriv, capsh, securebits or user namespaces in between.',
    );
  }
  if (container !== null) {
    return problem(
      name,
      `CAP_NET_RAW is among what this container may have, but user ${uid} does not get it: only root does.`,
      forContainers,
    );
  }
  if (status.noNewPrivs) {
    return problem(
      name,
      'CAP_NET_RAW is missing, and no_new_privs keeps sudo and file capabilities from giving it.',
      'Start it outside of what set no_new_privs; a systemd unit takes AmbientCapabilities=CAP_NET_RAW.',
    );
  }
  return problem(name, 'CAP_NET_RAW is missing: packet sockets cannot be opened.', asRoot);
}

/** Whether the kernel keeps what the capability promises. */
function checkPacketSocket({ packetSocketError: error, status, userNamespace }: Facts): Check[] {
  const name = 'packet socket';
  const isPermitted = status.capabilities.effective.includes('NET_RAW');
  if (error === undefined) return [];
  if (error === null) return [ok(name, 'A packet socket was opened, and closed again.')];
  // Then it is no wonder, and said already.
  if (!isPermitted && (error === 'EPERM' || error === 'EACCES')) return [];
  const what = `The kernel refuses a packet socket with ${error}`;
  if (error === 'EAFNOSUPPORT') {
    return [
      problem(
        name,
        `${what}: it has none, or may not give any.`,
        'In a systemd unit: RestrictAddressFamilies=AF_PACKET AF_NETLINK AF_INET AF_INET6 AF_UNIX; else: modprobe af_packet.',
      ),
    ];
  }
  if (userNamespace) {
    return [
      problem(
        name,
        `${what}, though CAP_NET_RAW is there: this network does not belong to this user namespace.`,
        'Run it as root of the machine, or give the container a network of its own instead of that of the host.',
      ),
    ];
  }
  return [
    problem(
      name,
      `${what}, though CAP_NET_RAW is there: ${status.seccomp === 'disabled' ? 'a security module' : 'its seccomp profile or a security module'} forbids it.`,
      'Permit socket(AF_PACKET) in the profile (docker run --security-opt seccomp=FILE; AppArmor: network packet,); ' +
        '"dmesg" or the audit log names the rule.',
    ),
  ];
}

function checkNamespaces({ status, container, uid }: Facts, asRoot: string): Check {
  const name = 'namespaces';
  const { effective, bounding } = status.capabilities;
  if (effective.includes('SYS_ADMIN')) {
    return ok(name, 'CAP_SYS_ADMIN is there: links in other network namespaces can be swept.');
  }
  const isRootsOnly = container === null && uid !== 0 && bounding.includes('SYS_ADMIN');
  return note(
    name,
    'CAP_SYS_ADMIN is missing: only links of this network namespace can be swept, not -I NETNS:IFACE or --netns.',
    isRootsOnly ? asRoot : 'If others are to be, add SYS_ADMIN as well, or start arpsweep in that namespace.',
  );
}

function checkGivingUp({ keepsPrivileges: why }: Facts): Check[] {
  const name = 'giving up privileges';
  if (why === undefined) return [];
  if (why === null) {
    return [ok(name, 'Privileges can be given up: a command does so once its sockets are open.')];
  }
  return [
    note(
      name,
      `Not all privileges can be given up here (${why}): commands go on with what they were given.`,
      'Permit capset and prctl in the seccomp profile, or start it with no more than CAP_NET_RAW.',
    ),
  ];
}
