/** What a sweep has to know before it opens anything: targets, links and what is known of the network. */

import type { Judge } from '../expect/judge.js';
import { type ChosenLink, chooseLinks } from '../links/choice.js';
import { describeMachine } from '../links/links.js';
import { linkSource, machineStates, type StateOf } from '../links/machine-state.js';
import { type LinkPlan, namespacesOf, planSweep } from '../links/plan.js';
import type { NamedMachine } from '../names/named-machine.js';
import { createRoster, type Roster } from '../names/roster.js';
import type { NativeAddon } from '../native.js';
import type { Ranges } from '../targets/ranges.js';
import { readTargets, type Targets } from '../targets/resolve.js';
import { partsOf } from './course.js';
import { type CheckedOptions, checkOptions } from './options.js';
import type { SweepOptions } from './sweep-api.js';

export interface Prepared {
  readonly addon: NativeAddon;
  readonly before: StateOf;
  readonly roster: Roster;
  readonly judge: Judge | null;
  readonly plans: readonly LinkPlan[];
  /** Positions that each plan asks, of the permutation of its targets. */
  readonly parts: readonly Ranges[];
}

/**
 * Reads what is to be read, and plans; nothing is opened.
 * @throws ArpsweepError
 */
export async function prepare(
  load: () => NativeAddon,
  targets: Targets | undefined,
  checked: CheckedOptions,
): Promise<Prepared> {
  // Targets first: what is wrong with them is the caller's to mend, on any machine.
  const wanted = targets === undefined ? null : await readTargets(targets);
  const exclude = checked.exclude.length > 0 ? (await readTargets(checked.exclude)).ranges : [];
  const { named, judge } = await readKnowledge(checked);
  const addon = load();
  const before = machineStates(addon);
  const chosen = chooseLinks(linkSource(addon, before), checked.links);
  const plans = planSweep({
    links: chosen,
    allLinks: before(null).links,
    targets: wanted,
    exclude,
    expected: judge?.addresses ?? [],
    options: checked,
  });
  const roster = rosterOf(named, before, plans);
  return { addon, before, roster, judge, plans, parts: partsOf(plans, checked.course) };
}

/**
 * The links that options mean, without sweeping on them.
 * @throws OptionError, InterfaceError, PermissionError, SystemError
 */
export function linksOf(addon: NativeAddon, options: SweepOptions): ChosenLink[] {
  return chooseLinks(linkSource(addon, machineStates(addon)), checkOptions(options).links);
}

/** What is known of the network beside what it says itself. */
export async function readKnowledge({
  names,
  expect,
}: Pick<CheckedOptions, 'names' | 'expect'>): Promise<Pick<Prepared, 'judge'> & { named: NamedMachine[] }> {
  return { named: await readNames(names), judge: await readJudge(expect) };
}

/** This machine as it is now, whatever a file may say of it; each of its namespaces is like a machine of its own. */
export function rosterOf(
  named: readonly NamedMachine[],
  state: StateOf,
  plans: readonly Pick<LinkPlan, 'namespace'>[],
): Roster {
  const own = [null, ...namespacesOf(plans)].map((where) => describeMachine(state(where).links, where?.name));
  return createRoster([...named, ...own]);
}

/** What reads files is loaded only where there are any. */
async function readNames(names: CheckedOptions['names']): Promise<NamedMachine[]> {
  if (names.length === 0) return [];
  return (await import('../names/names-input.js')).readNames(names);
}

async function readJudge(expect: CheckedOptions['expect']): Promise<Judge | null> {
  if (expect === null) return null;
  const [{ readExpectation }, { judgeBy }] = await Promise.all([
    import('../expect/expectation-input.js'),
    import('../expect/judge.js'),
  ]);
  return judgeBy(await readExpectation(expect));
}
