import type { WatchState } from '../../generated/watch-state-types.js';

/** The lists of a state, in the order of the file. */
export const listNames = ['links', 'addresses', 'findings'] as const;
export type ListName = (typeof listNames)[number];

/** A state of which the lists may be made while they are read, so that they need not all be there at once. */
export type StateInParts = Omit<WatchState, ListName | 'sha256'> & {
  readonly [List in ListName]: Iterable<WatchState[List][number]>;
};
