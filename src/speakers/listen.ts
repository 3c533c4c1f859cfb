import { native } from '../native.js';
import type { Listen, ListenOptions } from './listen-api.js';
import { runListen } from './run-listen.js';

/**
 * Listens for who speaks ARP, and sends nothing. Starts at once.
 *
 * Nothing is thrown here: whatever keeps it from starting rejects `report()` and ends the iteration, and does not
 * disturb a program that looks at neither.
 */
export function listen(options: ListenOptions = {}): Listen {
  return runListen(native, options);
}
