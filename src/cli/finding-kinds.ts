import { OptionError } from '../errors.js';

/** Every kind of finding that a report of version 1 may hold. */
const findingKinds: readonly string[] = [
  'duplicate-address',
  'claims-our-address',
  'shadowed-address',
  'answers-only-probes',
  'arp-flux',
  'unconfigured-interface',
  'proxy-arp',
  'answered-by-fabric',
  'sender-mismatch',
  'own-mac-on-wire',
  'mac-on-wrong-port',
  'other-vlan',
  'vlan-wrong-parent',
  'address-moved',
  'flapping',
  'missing',
  'wrong-mac',
  'group-empty',
  'unexpected',
  'loss',
];

/**
 * Reads the kinds of `--fail-on`: a list with commas.
 * @throws OptionError naming the first that is no kind
 */
export function parseFindingKinds(text: string): ReadonlySet<string> {
  const kinds = text.split(',').map((kind) => kind.trim());
  for (const kind of kinds) {
    if (findingKinds.includes(kind)) continue;
    throw new OptionError(
      'failOn',
      `There is no kind of finding ${JSON.stringify(kind)} in --fail-on ${JSON.stringify(text)}.`,
      `Give one or more of these, parted by commas: ${findingKinds.join(', ')}.`,
    );
  }
  return new Set(kinds);
}
