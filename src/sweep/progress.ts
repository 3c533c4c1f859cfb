/** Sums up where the engines of a sweep stand. */

import type { EngineStatus } from '../native.js';
import type { LinkRun } from './link-run.js';
import type { Progress } from './sweep-api.js';

const phases = ['sweep', 'census', 'cooldown', 'done'] as const;

function phaseOf(statuses: readonly EngineStatus[]): Progress['phase'] {
  return phases.find((phase) => statuses.some((status) => phaseName(status) === phase)) ?? 'done';
}

function phaseName({ phase }: EngineStatus): Progress['phase'] {
  return phase === 'idle' ? 'sweep' : phase;
}

/** The sweep is as far as the link that is furthest behind. Before there are engines, nothing is known. */
export function progressOf(runs: readonly LinkRun[], elapsedMs: number, ended: boolean): Progress {
  const statuses = runs.map((run) => run.status());
  const sum = (value: (status: EngineStatus) => number) => statuses.reduce((all, s) => all + value(s), 0);
  const remainingMs = Math.max(0, ...statuses.map((status) => status.remainingMs));
  const known = statuses.length > 0 && Number.isFinite(remainingMs);
  return {
    phase: ended ? 'done' : statuses.length === 0 ? 'sweep' : phaseOf(statuses),
    pass: Math.max(1, ...statuses.map(({ passes }) => passes)),
    targets: sum(({ targets }) => targets),
    answered: sum(({ answered }) => answered),
    responders: sum(({ responders }) => responders),
    transmitted: sum(({ transmitted }) => transmitted),
    rate: sum(({ rate }) => rate),
    elapsedMs,
    remainingMs: ended ? 0 : known ? remainingMs : null,
  };
}
