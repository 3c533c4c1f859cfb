import type { StateInParts } from '../watch/state/state-parts.js';

/** A state as one JSON document, an address in each line; the list of them is never there at once. */
export function* stateLines({ links, addresses, findings, ...head }: StateInParts): Generator<string> {
  yield `${JSON.stringify({ ...head, links: [...links], findings: [...findings] }).slice(0, -1)},"addresses":[`;
  let separator = '';
  for (const address of addresses) {
    yield separator + JSON.stringify(address);
    separator = ',';
  }
  yield ']}';
}
