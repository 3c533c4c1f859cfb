/** What a container can see of the network, and what it cannot. */
import type { Interface } from '../generated/report-types.js';
import { printable } from '../reporters/text.js';
import { list } from '../wording.js';
import { type Check, note, ok } from './check.js';
import type { Facts } from './facts.js';

export function containerChecks(facts: Facts): Check[] {
  const { container, interfaces, readOnlyRoot } = facts;
  if (container === null) return [];
  const { kind, evidence } = container;
  return [
    ok('container', `This is a container (${printable(kind)}: ${evidence}).`),
    ...(interfaces === null ? [] : [checkSight(interfaces)]),
    ...(readOnlyRoot
      ? [
          ok(
            'root file system',
            'The root file system is read-only, which is well: only files that you name are written, on a volume then.',
          ),
        ]
      : []),
  ];
}

const wider =
  'To see a LAN or service addresses: docker run --network host, in Kubernetes hostNetwork: true, Multus or macvlan.';

/** By which interfaces there are: a container cannot ask what is behind them. */
function checkSight(interfaces: readonly Interface[]): Check {
  const name = 'container network';
  const links = interfaces.filter(({ type }) => type === 'ethernet');
  const called = (some: readonly Interface[]): string => list(some.map((link) => printable(link.name)));
  // A card, or one end of what a virtual machine has for it.
  const cards = links.filter(({ kind, driver }) => kind === null && driver !== null);
  if (cards.length > 0) {
    return ok(name, `It sees what the machine sees: ${called(cards)} is a network card.`);
  }
  const stacked = links.filter(({ kind }) => kind === 'macvlan' || kind === 'ipvlan');
  if (stacked.length > 0) {
    return ok(name, `It sees the LAN by ${called(stacked)}, but not the machine that it runs on.`);
  }
  const single = links.filter(({ addresses }) => addresses.some(({ prefixLength }) => prefixLength === 32));
  if (single.length > 0) {
    return note(
      name,
      `It sees nobody but its gateway, which answers for every address: ${called(single)} has a /32. "check" cannot tell then.`,
      wider,
    );
  }
  const paired = links.filter(({ kind }) => kind === 'veth' || kind === 'netkit');
  if (paired.length > 0) {
    return note(
      name,
      `It sees what is behind the other end of ${called(paired)}: containers of this machine on the same bridge, or a gateway alone.`,
      wider,
    );
  }
  return note(name, 'It has no link to any network.', wider);
}
