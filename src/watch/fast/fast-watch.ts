/** The watch in its fast mode: asks for a few addresses all the time, on links as they come and go. */

import { ArpsweepError } from '../../errors.js';
import { machineStates } from '../../links/machine-state.js';
import { timestamp } from '../../report/timestamp.js';
import { type CheckedOptions, checkOptions } from '../../sweep/options.js';
import { readKnowledge, rosterOf } from '../../sweep/preparation.js';
import { endingOf } from '../../talk/ending.js';
import { type Asker, chooseAskers } from '../../talk/endpoints.js';
import { keepTime, pause } from '../../talk/metronome.js';
import { checkCount } from '../../talk/target-count.js';
import type { TargetSet } from '../../targets/parse.js';
import { countAddresses, subtract, union } from '../../targets/ranges.js';
import { readTargets } from '../../targets/resolve.js';
import type { Asked } from '../observation.js';
import type { WatchWorld } from '../watch-world.js';
import { linksThere, watchedLinksOf } from '../watched-links.js';
import { createFastAsker, type FastAsker } from './fast.js';

/** At ten questions a second each, they are still less than a sweep asks. */
const mostAddresses = 64;
const lookMs = 1000;
/** Addresses and links seldom change alone. */
const settleMs = 100;

/**
 * Resolves when the signal of the world is aborted.
 * @throws ArpsweepError where it could not begin, and nobody takes the trouble
 */
export async function keepAskingFast(world: WatchWorld, targets: TargetSet | undefined): Promise<void> {
  const { signal, onTrouble } = world;
  const checked = checkOptions(world.checked.sweep);
  const exclude = checked.exclude.length > 0 ? (await readTargets(checked.exclude)).ranges : [];
  const ranges = subtract(targets?.ranges ?? [], exclude);
  checkCount(countAddresses(ranges), { option: 'targets', most: mostAddresses, verb: 'Ask quickly for' });
  const { named, judge } = await readKnowledge(checked);
  let hasAsked = false;
  let isTold = false;
  while (!signal.aborted) {
    try {
      const askers = chooseAskers(world.addon, ranges, checked);
      const plans = askers.map(({ plan }) => plan);
      world.know({ roster: rosterOf(named, machineStates(world.addon), plans), judge });
      world.tell(world.links.plan(watchedLinksOf(plans), world.clock.now()));
      await askWhileTheyStand(world, askers, checked, hasAsked, () => {
        if (!hasAsked) world.onBegin?.();
        hasAsked = true;
        isTold = false;
      });
      await pause(settleMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!hasAsked && onTrouble === null) throw error;
      // The same, again and again, until somebody mends it.
      if (!isTold) onTrouble?.(error as Error);
      isTold = true;
      await pause(lookMs, signal);
      if (hasAsked) look(world);
    }
  }
}

/** Asks until the watch ends, or until a link or the sender's address on it is another than when they were chosen. */
async function askWhileTheyStand(
  world: WatchWorld,
  askers: readonly Asker[],
  options: CheckedOptions,
  isResumed: boolean,
  onOpen: () => void,
): Promise<void> {
  const { addon, ledger, clock, tell, links } = world;
  const end = endingOf(world.signal);
  /** Links that nothing will be heard on any more, though another may come by the same name. */
  const gone = new Set<string>();
  const isAnother = (name: string): boolean => gone.has(name) && links.find(name)?.fault === null;
  const takeAll = (events: ReturnType<typeof ledger.tick>): void => {
    // Where somebody has the address is asked in any case.
    ledger.takeDoubts();
    for (const event of events) asker.take(event);
  };
  const lookAround = (): boolean => {
    look(world);
    takeAll(ledger.tick(clock.now()));
    const isAsBefore = (asker: Asker) => !isAnother(asker.endpoint.name) && stands(addon, asker, options);
    if (!askers.every(isAsBefore)) end.now();
    return true;
  };
  const asker: FastAsker = createFastAsker(addon, askers, {
    perSecond: world.checked.fast ?? 1,
    isResumed,
    signal: end.signal,
    clock,
    onSpoken: (spoken) => takeAll(ledger.spoken(spoken)),
    onAsked(asked) {
      takeAll(ledger.asked(asked));
      noteAsked(world, asked);
    },
    onTrouble(link, trouble) {
      if (trouble === 'gone') gone.add(link);
      if (trouble === 'send-blocked') world.onTrouble?.(blocked(link));
      else look(world);
    },
    onEvent: (event) => tell([event]),
  });
  onOpen();
  const looking = keepTime(lookMs, lookAround, end.signal);
  try {
    await asker.done;
  } finally {
    end.now();
    end.release();
    await looking;
  }
}

/** Looks how the links stand. */
function look({ links, clock, tell }: WatchWorld): void {
  tell(links.poll(clock.now()));
}

/** Only now is anybody new. */
function noteAsked({ links, clock }: WatchWorld, { link, ip, loss }: Asked): void {
  const entry = links.find(link);
  if (entry === undefined) return;
  entry.asked = union(entry.asked, [{ first: ip, last: ip }]);
  entry.loss = loss ?? 0;
  entry.sweptAt = timestamp(clock.wallMs(clock.now()));
}

/** Requests from an address that this machine holds no more would tell its neighbours wrong. */
function stands(
  addon: WatchWorld['addon'],
  { endpoint, plan }: Asker,
  { sourceIp, sourceMac }: CheckedOptions,
): boolean {
  const { namespace, device, holder } = endpoint;
  const links = linksThere(addon, namespace?.path ?? null);
  const link = links.find(({ name }) => name === device.name);
  // What is gone may come back, and is asked again then.
  if (link === undefined) return true;
  if (link.index !== device.index) return false;
  const isOwnMac = sourceMac !== null || link.mac === device.mac;
  const addresses = links.find(({ index }) => index === holder.index)?.addresses ?? [];
  const isOwnIp =
    sourceIp !== null || plan.sourceIp === 0 || addresses.some(({ ip }) => ip === plan.sourceIp);
  return isOwnMac && isOwnIp;
}

const blocked = (link: string): ArpsweepError =>
  new ArpsweepError(
    'ENOBUFS',
    `Nothing leaves on ${link}: for a second no request was sent.`,
    'Look for a full queue ("tc -s qdisc show") or an egress filter ("nft list ruleset").',
  );
