/** Who has which address, over time: observations in, changes out. It knows no clock and no network. */

import type { WatchEvent } from '../../generated/watch-event-types.js';
import type { WatchedAddress } from '../../generated/watch-state-types.js';
import { isFlapping, isHandingOver, takeTurn } from '../../speakers/turns.js';
import { sortUnique } from '../../targets/parse.js';
import type { Asked, Spoken } from '../observation.js';
import {
  type AddressRecord,
  type Holder,
  hearAgain,
  join,
  lastHeard,
  newHolder,
  newRecord,
  pass,
  type Unsettled,
  unsettle,
} from './address-record.js';
import { requestsForSilence } from './certainty.js';
import { type Change, describeChange } from './change.js';
import { keepable, restore } from './kept-address.js';
import type { Ledger, LedgerRules } from './ledger-api.js';
import { type Verdict, verdictOf } from './verdict.js';

/** Within this, who comes back has not been away (the rule for `flapping`); and so long is quiet. */
const returnMs = 60_000;

/** Four /16. */
const mostAddresses = 2 ** 18;

/** Who claims an address again after so many claims in vain has it beside the one who answers. */
const fewestVain = 2;

/** So long it is left to asking whether several have an address or take it from each other: it may change too fast for that. */
const hesitationMs = 5000;

const isRestless = ({ claims, turns }: Unsettled, atMs: number): boolean =>
  claims.some(({ firstMs }) => atMs - firstMs >= hesitationMs) && isFlapping(turns);

const usualRules: LedgerRules = {
  mayShare: () => false,
  askedBefore: () => 'now',
  settleMs: returnMs,
  wallMs: (ms) => ms,
};

/** @param known what an earlier ledger knew: changes of it are told as having come about meanwhile */
export function createLedger(
  known: readonly WatchedAddress[] = [],
  given: Partial<LedgerRules> = {},
): Ledger {
  const rules = { ...usualRules, ...given };
  const links = new Map<string, Map<number, AddressRecord>>();
  /** Those that the passing of time may change. */
  const restless = new Set<AddressRecord>();
  let doubts = new Set<AddressRecord>();
  let size = 0;
  let leftOut = 0;

  const addressesOn = (link: string): Map<number, AddressRecord> => {
    const on = links.get(link) ?? new Map<number, AddressRecord>();
    links.set(link, on);
    return on;
  };
  const add = (record: AddressRecord): void => {
    addressesOn(record.link).set(record.ip, record);
    size += 1;
  };
  for (const each of known) {
    const record = restore(each);
    if (record === null) continue;
    add(record);
    if (record.state === 'flapping') restless.add(record);
  }

  const share = ({ link, ip }: AddressRecord) => {
    return (one: string, other: string): boolean => one === other || rules.mayShare(link, ip, one, other);
  };

  /** Brings a record into the state that a change leads to, and tells it. */
  const change = (record: AddressRecord, state: AddressRecord['state'], told: Change): WatchEvent[] => {
    const event = describeChange(record, told, rules.wallMs);
    record.state = state;
    record.sinceMs = told.atMs;
    record.restored = false;
    if (told.now.length > 0) record.holders = [...told.now];
    if (record.unsettled && state === 'gone') record.unsettled.claims = [];
    return [event];
  };

  const meet = (spoken: Spoken): WatchEvent[] => {
    if (size >= mostAddresses) {
      leftOut += 1;
      return [];
    }
    const { link, ip, atMs, kind } = spoken;
    const record = newRecord(spoken);
    add(record);
    const before = rules.askedBefore(link, ip);
    if (before === 'never') return [];
    if (kind !== 'reply') doubts.add(record);
    record.restored = before === 'away';
    return change(record, 'up', { type: 'new', atMs, now: record.holders, before: [] });
  };

  const revive = (record: AddressRecord, spoken: Spoken): WatchEvent[] => {
    const { mac, kind, atMs } = spoken;
    const before = record.holders;
    const may = share(record);
    const isBack = before.some((holder) => may(holder.mac, mac));
    if (kind === 'reply') record.mute = false;
    else {
      doubts.add(record);
      record.mute = isBack && !before.some(({ answers }) => answers);
    }
    const now = [newHolder(spoken)];
    return change(record, 'up', { type: isBack ? 'back' : 'moved', atMs, now, before });
  };

  const beginFlapping = (record: AddressRecord, now: Holder): WatchEvent[] => {
    const before = record.holders.filter(({ mac }) => mac !== now.mac);
    if (record.unsettled) record.unsettled.claims = [];
    restless.add(record);
    return change(record, 'flapping', { type: 'flapping-begins', atMs: now.firstMs, now: [now], before });
  };

  /** While it flaps, whoever spoke last has it, and nothing is told of it. */
  const flap = (record: AddressRecord, spoken: Spoken): void => {
    const { turns } = unsettle(record);
    takeTurn(turns, spoken.mac, spoken.kind, spoken.atMs);
    const current = turns.at(-1)?.mac;
    const [holder] = record.holders;
    if (holder?.mac === spoken.mac) hearAgain(holder, spoken);
    else if (current === spoken.mac) record.holders = [newHolder(spoken)];
  };

  const hearHolder = (record: AddressRecord, holder: Holder, spoken: Spoken): WatchEvent[] => {
    const { unsettled, state } = record;
    hearAgain(holder, spoken);
    if (spoken.kind === 'reply') record.mute = false;
    if (state !== 'up') return [];
    record.restored = false;
    if (unsettled === null) return [];
    takeTurn(unsettled.turns, spoken.mac, spoken.kind, spoken.atMs);
    return isRestless(unsettled, spoken.atMs) ? beginFlapping(record, newHolder(spoken)) : [];
  };

  const hearClaim = (record: AddressRecord, spoken: Spoken): WatchEvent[] => {
    const { mac, atMs, kind } = spoken;
    // Overtaken by what is known already: the last words of one that had it before.
    if (atMs < record.sinceMs) return [];
    const unsettled = unsettle(record);
    restless.add(record);
    const earlier = unsettled.claims.find((claim) => claim.mac === mac);
    if (earlier) hearAgain(earlier, spoken);
    else join(unsettled.claims, spoken);
    doubts.add(record);
    const claim = unsettled.claims.find((each) => each.mac === mac);
    if (claim === undefined || record.state !== 'up') return [];
    if (kind === 'announcement') {
      takeTurn(unsettled.turns, mac, kind, atMs);
      return isRestless(unsettled, atMs) ? beginFlapping(record, claim) : [];
    }
    if ((unsettled.vain.get(mac) ?? 0) < fewestVain) return [];
    settle(record);
    const before = record.holders;
    const now = [...before, claim];
    return change(record, 'conflict', { type: 'conflict-begins', atMs, now, before });
  };

  const spoken = (said: Spoken): WatchEvent[] => {
    const { link, ip, mac } = said;
    const record = addressesOn(link).get(ip);
    if (record === undefined) return meet(said);
    if (record.state === 'gone') return revive(record, said);
    if (record.state === 'flapping') {
      flap(record, said);
      return [];
    }
    const holder = record.holders.find((each) => each.mac === mac);
    if (holder) return hearHolder(record, holder, said);
    const may = share(record);
    if (!record.holders.every((each) => may(each.mac, mac))) return hearClaim(record, said);
    join(record.holders, said);
    return [];
  };

  const hearAnswer = ({ link, ip, fromMs, untilMs }: Asked, mac: string): WatchEvent[] => {
    const record = addressesOn(link).get(ip);
    const known =
      record?.state === 'gone'
        ? undefined
        : [...(record?.holders ?? []), ...(record?.unsettled?.claims ?? [])].find((each) => each.mac === mac);
    const answer = { link, ip, mac, kind: 'reply', operation: 'reply' } as const;
    if (known === undefined) return spoken({ ...answer, atMs: untilMs });
    hearAgain(known, { ...answer, atMs: fromMs });
    if (record) record.mute = false;
    return [];
  };

  const goSilent = (record: AddressRecord, atMs: number): WatchEvent[] => {
    const before = record.holders;
    const isOver = record.state === 'conflict';
    const whileAway = record.restored;
    const over = isOver ? change(record, 'up', { type: 'conflict-ends', atMs, now: [], before }) : [];
    record.restored = whileAway;
    return [...over, ...change(record, 'gone', { type: 'gone', atMs, now: [], before })];
  };

  /** Forgets claims that asking has shown to be in vain. */
  const dismiss = ({ unsettled }: AddressRecord, macs: readonly string[]): void => {
    if (unsettled === null) return;
    for (const mac of macs) unsettled.vain.set(mac, (unsettled.vain.get(mac) ?? 0) + 1);
    unsettled.claims = unsettled.claims.filter(({ mac }) => !macs.includes(mac));
  };

  /** Of what was said in a conflict nothing tells who took the address from whom. */
  const settle = (record: AddressRecord): void => {
    record.unsettled = null;
    restless.delete(record);
  };

  const conclude = (record: AddressRecord, verdict: Verdict, atMs: number): WatchEvent[] => {
    const before = record.holders;
    doubts.delete(record);
    switch (verdict.kind) {
      case 'undecided':
        doubts.add(record);
        return [];
      case 'gone':
        return goSilent(record, atMs);
      case 'unchanged':
        record.holders = [...verdict.holders];
        record.restored = false;
        dismiss(record, verdict.vain);
        return [];
      case 'moved': {
        const unsettled = unsettle(record);
        restless.add(record);
        const [first] = verdict.holders;
        unsettled.claims = [];
        if (first === undefined) return [];
        pass(unsettled, first);
        if (isFlapping(unsettled.turns)) return beginFlapping(record, first);
        return change(record, 'up', { type: 'moved', atMs: first.firstMs, now: verdict.holders, before });
      }
      case 'conflict': {
        const latest = verdict.holders.reduce((ms, { firstMs }) => Math.max(ms, firstMs), record.sinceMs);
        settle(record);
        if (record.state === 'conflict') {
          record.holders = [...verdict.holders];
          return [];
        }
        const told = { type: 'conflict-begins', atMs: latest, now: verdict.holders, before } as const;
        return change(record, 'conflict', told);
      }
      case 'conflict-over':
        settle(record);
        return change(record, 'up', { type: 'conflict-ends', atMs, now: verdict.holders, before });
    }
  };

  /** Who answers the same question as another does not take the address from it: then it is a conflict that wavers. */
  const calm = (record: AddressRecord | undefined, outcome: Asked): WatchEvent[] => {
    const { contested, untilMs } = outcome;
    if (record?.state !== 'flapping' || contested !== 'same-request') return [];
    if (isHandingOver(record.unsettled?.turns ?? [], untilMs)) return [];
    settle(record);
    const now = record.holders;
    return change(record, 'up', { type: 'flapping-ends', atMs: untilMs, now, before: [] });
  };

  const asked = (outcome: Asked): WatchEvent[] => {
    const { link, ip, macs } = outcome;
    const record = addressesOn(link).get(ip);
    const told = [...calm(record, outcome), ...macs.flatMap((mac) => hearAnswer(outcome, mac))];
    return [...told, ...judge(outcome)];
  };

  const judge = (outcome: Asked): WatchEvent[] => {
    const { link, ip, untilMs } = outcome;
    const record = addressesOn(link).get(ip);
    if (record === undefined || record.state === 'gone') return [];
    const needed = requestsForSilence(outcome.loss ?? 0);
    return conclude(record, verdictOf(record, outcome, needed, share(record)), untilMs);
  };

  const rest = (record: AddressRecord, nowMs: number): WatchEvent[] => {
    const { unsettled } = record;
    const lastChange = unsettled?.turns.at(-1)?.fromMs ?? record.sinceMs;
    const isQuiet = nowMs - lastChange > returnMs;
    if (record.state === 'flapping') {
      if (!isQuiet) return [];
      const now = record.holders;
      return change(record, 'up', { type: 'flapping-ends', atMs: nowMs, now, before: [] });
    }
    const claims = unsettled?.claims ?? [];
    const heldUntil = lastHeard(record.holders);
    const heir = claims.findLast(({ firstMs }) => firstMs > heldUntil && nowMs - firstMs > rules.settleMs);
    if (record.state === 'up' && heir) {
      return conclude(record, { kind: 'moved', holders: [heir] }, nowMs);
    }
    const isForgotten = claims.every(({ lastMs }) => nowMs - lastMs > returnMs && heldUntil > lastMs);
    if (isQuiet && isForgotten) {
      record.unsettled = null;
      restless.delete(record);
    }
    return [];
  };

  function* eachAddress(): Generator<WatchedAddress> {
    for (const on of links.values()) {
      for (const ip of Uint32Array.from(on.keys()).sort()) {
        const record = on.get(ip);
        if (record) yield keepable(record, rules.wallMs);
      }
    }
  }

  return {
    spoken,
    asked,
    tick: (nowMs) => [...restless].flatMap((record) => rest(record, nowMs)),
    addresses: () => [...eachAddress()],
    eachAddress,
    takeDoubts() {
      const taken = [...doubts].map(({ link, ip }) => ({ link, ip }));
      doubts = new Set();
      return taken;
    },
    unheard(link, sinceMs) {
      const quiet = ({ answers, lastMs }: Holder): boolean =>
        lastMs < sinceMs && (answers || sinceMs - lastMs > returnMs);
      return [...addressesOn(link).values()]
        .filter(({ state, mute, holders }) => state !== 'gone' && !mute && holders.some(quiet))
        .map(({ ip }) => ip);
    },
    stateOf: (link, ip) => links.get(link)?.get(ip)?.state ?? null,
    held() {
      const held: number[] = [];
      for (const on of links.values())
        for (const { ip, state } of on.values()) if (state !== 'gone') held.push(ip);
      return sortUnique(held);
    },
    count: () => {
      let count = 0;
      for (const on of links.values()) for (const { state } of on.values()) count += Number(state !== 'gone');
      return count;
    },
    get leftOut() {
      return leftOut;
    },
  };
}
