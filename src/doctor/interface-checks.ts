/** Which links can be swept, and what hinders the others. */
import type { Interface } from '../generated/report-types.js';
import { printable } from '../reporters/text.js';
import { type Check, note, ok, problem } from './check.js';

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

export function interfaceChecks(interfaces: readonly Interface[]): Check[] {
  const usable = interfaces.filter((link) => hindrance(link) === null);
  const checks = interfaces.map((link): Check => {
    const name = printable(link.name);
    const hindered = hindrance(link);
    if (hindered) {
      return note('interface', `${name} ${hindered.why}.`, hindered.remedy);
    }
    const subnets = link.addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
    return subnets.length > 0
      ? ok('interface', `${name} can be swept: ${subnets.join(', ')}.`)
      : note(
          'interface',
          `${name} has no IPv4 address: name the targets; they are asked without a sender address (SPA 0).`,
          null,
        );
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
