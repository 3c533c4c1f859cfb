import { OptionError } from '../errors.js';
import type { FindingKind } from '../generated/report-types.js';

/** Every kind of finding that a report of version 1 may hold: those of its schema, in the order in which people read them. */
export const findingKinds: readonly FindingKind[] = [
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

export function isFindingKind(word: string): word is FindingKind {
  return (findingKinds as readonly string[]).includes(word);
}

/**
 * Reads the kinds of `--fail-on`: a list with commas.
 * @throws OptionError naming the first that is no kind
 */
export function parseFindingKinds(text: string): ReadonlySet<string> {
  const kinds = text.split(',').map((kind) => kind.trim());
  for (const kind of kinds) {
    if (isFindingKind(kind)) continue;
    throw new OptionError(
      'failOn',
      `There is no kind of finding ${JSON.stringify(kind)} in --fail-on ${JSON.stringify(text)}.`,
      `Give one or more of these, parted by commas: ${findingKinds.join(', ')}.`,
    );
  }
  return new Set(kinds);
}
