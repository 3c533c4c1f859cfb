import type { WatchState } from '../generated/watch-state-types.js';

const addressesAtOnce = 256;

/** A state as one JSON document, some addresses at a time. */
export function* stateLines({ addresses, ...rest }: WatchState): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"addresses":[`;
  for (let from = 0; from < addresses.length; from += addressesAtOnce) {
    const next = from + addressesAtOnce;
    const some = JSON.stringify(addresses.slice(from, next)).slice(1, -1);
    yield next < addresses.length ? `${some},` : some;
  }
  yield ']}';
}
