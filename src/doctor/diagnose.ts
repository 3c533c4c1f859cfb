/** What is missing to sweep here, judged from facts. */
import { type Check, note, ok } from './check.js';
import { containerChecks } from './container-checks.js';
import type { Facts } from './facts.js';
import { interfaceChecks } from './interface-checks.js';
import { privilegeChecks } from './privilege-checks.js';
import { programChecks } from './program-checks.js';

/** @param asRoot the remedy for a missing privilege, with the command that runs arpsweep as root */
export function diagnoseMachine(facts: Facts, asRoot: string): Check[] {
  return [
    ...programChecks(facts),
    ...privilegeChecks(facts, asRoot),
    ...containerChecks(facts),
    ...(facts.interfaces ? interfaceChecks(facts.interfaces) : []),
    checkUserNamespaces(facts),
  ];
}

/** Only the demo and the tests of an ordinary user need them. */
function checkUserNamespaces({ uid, userNamespacesForbiddenBy: cause }: Facts): Check {
  const name = 'user namespaces';
  if (uid === 0) return ok(name, 'The demo needs no user namespaces: this is root.');
  if (cause === null)
    return ok(name, 'Nothing is known to forbid user namespaces: "arpsweep demo" runs as this user.');
  return note(
    name,
    `"arpsweep demo" cannot run as this user: ${cause}.`,
    'Run the demo as root, or have the setting changed with sysctl.',
  );
}

/** Whether nothing stands in the way of a sweep. */
export function canSweep(checks: readonly Check[]): boolean {
  return checks.every(({ result }) => result !== 'problem');
}
