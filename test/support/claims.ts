/** Machines that claim and release addresses at random times, and what their kernels say that they did. */
import type { ChildProcess } from 'node:child_process';
import { mustRun } from '../../src/lab/command.js';
import type { Host } from '../../src/lab/lab.js';
import { seededNumbers } from '../../src/lab/random.js';
import { waitFor } from './wait-for.js';

/** Who has an address, by index of the machine, from a time on; in ms after the beginning. */
interface Reign {
  readonly ip: string;
  readonly atMs: number;
  readonly owners: readonly number[];
  readonly announced: boolean;
}

export interface ClaimsPlan {
  readonly ips: readonly string[];
  readonly machines: number;
  readonly seed: number;
  /** Each address changes hands for so long; in ms. */
  readonly lastsMs: number;
  /** At the most so many times. */
  readonly changes: number;
  /** From one change of an address to its next. */
  readonly shortestMs: number;
  readonly longestMs: number;
}

/** The reigns of every address, the first ones at 0. */
function reignsOf(plan: ClaimsPlan): Reign[] {
  const numbers = seededNumbers(plan.seed);
  const random = (below: number): number => Math.floor(numbers.next().value * below);
  return plan.ips.flatMap((ip) => {
    const reigns: Reign[] = [{ ip, atMs: 0, owners: ownersBy(random, plan.machines), announced: false }];
    // Addresses change at times of their own.
    let atMs = random(plan.shortestMs) + 2000;
    while (atMs < plan.lastsMs && reigns.length <= plan.changes) {
      reigns.push({ ip, atMs, owners: ownersBy(random, plan.machines), announced: random(2) === 0 });
      atMs += plan.shortestMs + random(plan.longestMs - plan.shortestMs);
    }
    return reigns;
  });
}

/** Nobody, one machine or two of them: one in four times, two and one. */
function ownersBy(random: (below: number) => number, machines: number): number[] {
  const first = random(machines);
  const second = (first + 1 + random(machines - 1)) % machines;
  return [[], [first], [first], [first, second]][random(4)] ?? [];
}

/** What a kernel did with an address, by its own word. */
interface Deed {
  readonly atMs: number;
  readonly ip: string;
  readonly mac: string;
  readonly isClaim: boolean;
}

/** A lasting change, as the kernels tell it. */
export interface Change {
  readonly atMs: number;
  readonly ip: string;
  /** MACs of those who have it from now on. */
  readonly owners: readonly string[];
}

export interface Claims {
  /** Resolves when all is done. */
  readonly done: Promise<void>;
  /** Every change after the first reigns. */
  changes(): Change[];
}

export interface PreparedClaims {
  /** Who has what in the beginning. */
  readonly beginning: ReadonlyMap<string, readonly string[]>;
  begin(): Claims;
}

/** Brings the first reigns about. */
export async function prepareClaims(hosts: readonly Host[], plan: ClaimsPlan): Promise<PreparedClaims> {
  const deeds: Deed[] = [];
  const witnesses = hosts.map((host) => witness(host, deeds));
  await waitFor(
    async () => {
      // A monitor that is not there yet misses what it should see.
      await Promise.all(hosts.map((host) => claim(host, '169.254.9.9', false)));
      const isSeen = hosts.every(({ mac }) => deeds.some((deed) => deed.mac === mac));
      await Promise.all(hosts.map((host) => release(host, '169.254.9.9')));
      return isSeen;
    },
    { what: 'ip monitor to tell of addresses' },
  );
  const reigns = reignsOf(plan);
  const first = reigns.filter(({ atMs }) => atMs === 0);
  await Promise.all(
    first.flatMap(({ ip, owners }) => owners.map((owner) => claim(hosts[owner] as Host, ip, false))),
  );
  const owning = new Map(first.map(({ ip, owners }) => [ip, owners]));
  const beginning = new Map(
    first.map(({ ip, owners }) => [ip, owners.map((owner) => hosts[owner]?.mac ?? '')]),
  );

  const rule = async ({ ip, owners, announced }: Reign): Promise<void> => {
    const before = owning.get(ip) ?? [];
    owning.set(ip, owners);
    const leave = before.filter((owner) => !owners.includes(owner));
    const come = owners.filter((owner) => !before.includes(owner));
    await Promise.all(leave.map((owner) => release(hosts[owner] as Host, ip)));
    await Promise.all(come.map((owner) => claim(hosts[owner] as Host, ip, announced)));
  };

  const begin = (): Claims => {
    const begunMs = Date.now();
    const later = reigns.filter(({ atMs }) => atMs > 0);
    const done = Promise.all(
      later.map(async (reign) => {
        await new Promise((resolve) => setTimeout(resolve, reign.atMs));
        await rule(reign);
      }),
    ).then(async () => {
      // What was done last is told last.
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (const { child } of witnesses) child.kill();
    });
    return {
      done,
      changes: () =>
        changesOf(
          deeds.filter(({ atMs, ip }) => atMs >= begunMs && plan.ips.includes(ip)),
          beginning,
        ),
    };
  };
  return { beginning, begin };
}

async function claim(host: Host, ip: string, announced: boolean): Promise<void> {
  await mustRun(['ip', '-n', host.namespace, 'address', 'replace', `${ip}/24`, 'dev', host.interface]);
  if (announced) await host.run(['arping', '-q', '-U', '-c', '1', '-I', host.interface, ip]);
}

async function release(host: Host, ip: string): Promise<void> {
  await mustRun(['ip', '-n', host.namespace, 'address', 'delete', `${ip}/24`, 'dev', host.interface]);
}

/** Notes what `ip -ts monitor` says: `[2026-11-21T20:28:42.777123] Deleted 2: eth0 inet 10.0.0.5/24 ...`. */
function witness(host: Host, deeds: Deed[]): { readonly child: ChildProcess } {
  const child = host.spawn(['ip', '-o', '-ts', 'monitor', 'address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, time = '', deleted, ip = ''] = /^\[([^\]]+)\] (Deleted )?.*? inet ([\d.]+)\//.exec(line) ?? [];
      if (ip !== '')
        deeds.push({ atMs: Date.parse(time), ip, mac: host.mac, isClaim: deleted === undefined });
    }
  });
  return { child };
}

/** One change is made of several deeds, which are this close. */
const oneChangeMs = 2000;

function changesOf(deeds: readonly Deed[], beginning: ReadonlyMap<string, readonly string[]>): Change[] {
  const owners = new Map([...beginning].map(([ip, macs]) => [ip, new Set(macs)]));
  const changes: Change[] = [];
  for (const { atMs, ip, mac, isClaim } of deeds.toSorted((a, b) => a.atMs - b.atMs)) {
    const now = owners.get(ip) ?? new Set();
    if (isClaim) now.add(mac);
    else now.delete(mac);
    owners.set(ip, now);
    const same = changes.findLast((change) => change.ip === ip);
    if (same && atMs - same.atMs < oneChangeMs) changes.splice(changes.indexOf(same), 1);
    changes.push({ atMs, ip, owners: [...now] });
  }
  return changes;
}

/** An event that a change must be told by. */
export interface Due {
  readonly ip: string;
  readonly atMs: number;
  readonly type: string;
  /** Any that it may be instead: of several who come at once, it is chance who is heard first. */
  readonly or?: string;
  readonly macs: readonly string[] | null;
}

/** What there is to be told of the changes of one address. */
export function duesOf(ip: string, beginning: readonly string[], changes: readonly Change[]): Due[] {
  let now = beginning;
  let last = beginning;
  return changes.flatMap(({ atMs, owners }): Due[] => {
    const before = now;
    const past = last;
    now = owners;
    if (owners.length > 0) last = owners;
    const due = (type: string, macs: readonly string[] | null = owners, or?: string): Due => ({
      ip,
      atMs,
      type,
      macs,
      ...(or && { or }),
    });
    if (before.toSorted().join() === owners.toSorted().join()) return [];
    const begins = owners.length > 1 && before.length < 2 ? [due('conflict-begins')] : [];
    const ends = before.length > 1 && owners.length < 2 ? [due('conflict-ends')] : [];
    if (owners.length === 0) return [...ends, due('gone', [])];
    if (before.length > 0) {
      const hasMoved = before.length === 1 && owners.length === 1;
      return hasMoved ? [due('moved')] : [...ends, ...begins];
    }
    const isKnown = (mac: string) => past.includes(mac);
    const macs = owners.length === 1 ? owners : null;
    if (past.length === 0) return [due('new', macs), ...begins];
    if (owners.every(isKnown)) return [due('back', macs), ...begins];
    return [due('moved', macs, owners.some(isKnown) ? 'back' : undefined), ...begins];
  });
}
