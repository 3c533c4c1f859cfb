import type { SweepFacts } from '../../src/findings/context.js';
import { createRoster } from '../../src/names/roster.js';

/** What the diagnoses look at, of a network on which nobody answers and of which nothing is known; then `facts`. */
export function sweepFacts(facts: Partial<SweepFacts> = {}): SweepFacts {
  return {
    interfaces: ['eth0', 'eth1'],
    noted: [],
    hosts: facts.noted ?? [],
    ourMacs: new Set(),
    roster: createRoster([]),
    expected: new Map(),
    wires: [],
    ...facts,
  };
}
