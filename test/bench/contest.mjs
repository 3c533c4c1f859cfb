// Contests: several programs do the same job on the same network, in turns, and each becomes a row of the table.
import { readFileSync } from 'node:fs';
import { median } from './measure.mjs';

/**
 * @typedef {object} Run what one run of a program cost and brought; further numbers are figures of the scenario
 * @property {number} seconds of the whole process
 * @property {number | null} peakMiB
 * @property {readonly string[] | null} answers what it says it heard; null where nothing is asked for
 *
 * @typedef {object} Contestant
 * @property {string} program as the table names it
 * @property {number} rounds
 * @property {() => Promise<Run>} run
 * @property {(result: Result) => string} [measured] what else the table tells of it
 *
 * @typedef {object} Result the runs of one contestant, and the median of each of their figures
 * @property {string} program
 * @property {Run[]} runs without those that failed
 * @property {string[]} failures
 * @property {number} live how many were to be found
 * @property {number | null} complete runs in which all of them were
 * @property {number | null} longest seconds
 * @property {number | null} ratio median seconds in terms of the first contestant's
 *
 * @typedef {{ says: string, value: string, met: boolean }} Bound what was asked for, and what came of it
 * @typedef {{ scenario: string, result: Result, measured: string, bounds: Bound[] }} Row
 */

/** Frames that left an interface of this namespace; /proc/net is ours, while /sys is that of who mounted it. */
export function framesSent(link) {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((text) => text.trimStart().startsWith(`${link}:`));
  return Number(line?.split(':')[1].trim().split(/\s+/)[9]);
}

/** Whether a contestant with fewer rounds than others runs in this one: its rounds are spread over theirs. */
function hasTurn(rounds, round, most) {
  return Math.floor(((round + 1) * rounds) / most) > Math.floor((round * rounds) / most);
}

/** What a run is counted by. Who hears what is not there has failed: its other figures mean nothing. */
function judged(run, live) {
  if (run.answers === null) return run;
  const { answers, ...figures } = run;
  const heard = new Set(answers);
  const strangers = [...heard].filter((answer) => !live.has(answer));
  if (strangers.length > 0) throw new Error(`heard ${strangers.length} that are not there: ${strangers[0]}`);
  return { ...figures, found: heard.size };
}

function summary(program, runs, failures, live) {
  const figures = Object.keys(runs[0] ?? {}).filter((key) => runs.some((run) => Number.isFinite(run[key])));
  const numbers = (key) => runs.map((run) => run[key]).filter(Number.isFinite);
  const counted = runs.some(({ found }) => found !== undefined);
  return {
    seconds: null,
    ...Object.fromEntries(figures.map((key) => [key, median(numbers(key))])),
    program,
    runs,
    failures,
    live,
    complete: counted ? runs.filter(({ found }) => found === live).length : null,
    longest: runs.length > 0 ? Math.max(...numbers('seconds')) : null,
  };
}

/**
 * Runs the contestants in turns, so that a change in the machine's speed meets all of them. A run that fails is told
 * in the table, and the others go on.
 * @param {string} scenario
 * @param {{ link?: string, live?: Set<string>, contestants: Contestant[] }} contest `live` is what there is to hear
 * @param {(results: Record<string, Result>) => Record<string, Bound[]>} [bounds] what is asked for, by program
 * @returns {Promise<Row[]>}
 */
export async function contest(scenario, { link, live = new Set(), contestants }, bounds = () => ({})) {
  const most = Math.max(...contestants.map(({ rounds }) => rounds));
  const gathered = contestants.map(() => ({ runs: [], failures: [] }));
  const startedAt = performance.now();
  for (let round = 0; round < most; round++) {
    for (const [i, { program, rounds, run }] of contestants.entries()) {
      if (!hasTurn(rounds, round, most)) continue;
      try {
        const before = link === undefined ? 0 : framesSent(link);
        const { ...outcome } = await run();
        const frames = link === undefined ? null : framesSent(link) - before;
        gathered[i].runs.push(judged({ frames, ...outcome }, live));
      } catch (error) {
        gathered[i].failures.push(error.message);
        console.error(`${scenario}: ${program} failed: ${error.message}`);
      }
    }
  }
  const results = contestants.map(({ program }, i) =>
    summary(program, gathered[i].runs, gathered[i].failures, live.size),
  );
  for (const result of results) {
    const known = result.seconds !== null && results[0].seconds !== null;
    result.ratio = known ? result.seconds / results[0].seconds : null;
  }
  console.error(`${scenario}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);

  const asked = bounds(Object.fromEntries(results.map((result) => [result.program, result])));
  return results.map((result, i) => ({
    scenario,
    result,
    measured: result.runs.length > 0 ? (contestants[i].measured?.(result) ?? '') : '',
    bounds: asked[result.program] ?? [],
  }));
}

/** At least, or at most, so much. A figure that no run gave is not met. */
export function atLeast(limit, value, words, unit = '', digits = 2) {
  return bound(`${words} ≥ ${limit}${unit}`, value, value !== null && value >= limit, unit, digits);
}
export function atMost(limit, value, words, unit = '', digits = 2) {
  return bound(`${words} ≤ ${limit}${unit}`, value, value !== null && value <= limit, unit, digits);
}

function bound(says, value, met, unit, digits) {
  return { says, value: Number.isFinite(value) ? `${value.toFixed(digits)}${unit}` : 'no figure', met };
}

/** One figure in terms of another. */
export function ratioOf(figure, other) {
  return Number.isFinite(figure) && Number.isFinite(other) ? figure / other : null;
}
