import { readlinkSync } from 'node:fs';
import { ArpsweepError } from '../errors.js';

/** Environment variable that holds the identity of the network namespace outside the lab. */
export const OUTSIDE_VARIABLE = 'ARPSWEEP_LAB_OUTSIDE';

/** Identity of this process's network namespace (namespaces(7)), such as `net:[4026531840]`. */
export function currentNamespace(): string {
  return readlinkSync('/proc/self/ns/net');
}

/** Throws unless this process has left the network namespace that it was started from: labs send frames. */
export function assertIsolated(): void {
  const outside = process.env[OUTSIDE_VARIABLE];
  if (outside === undefined || outside === '' || outside === currentNamespace()) {
    throw new ArpsweepError(
      'ERR_LAB_NOT_ISOLATED',
      'The lab is not built here, because this may be the network namespace of a real network.',
      'Run the command inside one of its own: "sh scripts/in-lab.sh COMMAND...".',
    );
  }
}
