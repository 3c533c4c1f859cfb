/**
 * The course of a sweep: in which order its targets are asked, and which part of them. All parts are slices of one
 * permutation, which the seed and the targets alone decide.
 */
import { OptionError } from '../errors.js';
import type { LinkPlan } from '../links/plan.js';
import { countAddresses, type Ranges, toPairs } from '../targets/ranges.js';
import { type Continuation, fingerprint, formatToken, parseToken, type Shard } from './resume-token.js';

export interface Course {
  readonly seed: number;
  readonly sequential: boolean;
  readonly shard: Shard | null;
  /** What an earlier sweep has left, or null to begin anew. */
  readonly resume: Continuation | null;
}

/** What was asked for; null leaves it open. */
export type CourseWish = { readonly [Key in keyof Omit<Course, 'resume'>]: Course[Key] | null };

/** Of a sweep in shards that names none: they have it in common. */
const shardSeed = 0;

/** Far more than anybody has machines. */
const mostShards = 65_536;

/** A token is to stay a line; what lies between two of its slices is asked again where there are more. */
export const mostSlices = 8;

/**
 * Reads one of several parts: `2/5`.
 * @throws OptionError
 */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= mostShards) return shard;
  throw new OptionError(
    'shard',
    `The shard ${JSON.stringify(text)} cannot be right.`,
    `Give the number of the part and how many there are, such as 2/5: 1/1 to ${mostShards}/${mostShards}.`,
  );
}

/** Positions of one of several parts of `size` targets, which differ by one target at the most. */
export function shardOf(size: number, { index, count }: Shard): Ranges {
  const first = Math.floor((size * (index - 1)) / count);
  const last = Math.floor((size * index) / count) - 1;
  return first <= last ? [{ first, last }] : [];
}

/**
 * The course that is wished for, or that of the token.
 * @throws OptionError where the two differ, and for what is no token
 */
export function courseOf(wish: CourseWish, token: string | undefined): Course {
  if (token !== undefined) return continued(wish, parseToken(token));
  const { seed, sequential, shard } = wish;
  return {
    // No secret; node:crypto would take longer to load than anything else here.
    seed: seed ?? (shard ? shardSeed : Math.floor(Math.random() * 2 ** 32)),
    sequential: sequential ?? false,
    shard,
    resume: null,
  };
}

function continued(wish: CourseWish, resume: Continuation): Course {
  const { seed, sequential, shard } = resume;
  if (wish.seed !== null && wish.seed !== seed) refuseOther('seed', `with the seed ${seed}`, wish.seed);
  if (wish.sequential !== null && wish.sequential !== sequential) {
    refuseOther('order', `in ${orderName(sequential)} order`, orderName(wish.sequential));
  }
  if (wish.shard && shardName(wish.shard) !== shardName(shard)) {
    refuseOther('shard', shard ? `of the shard ${shardName(shard)}` : 'in one piece', shardName(wish.shard));
  }
  return { seed, sequential, shard, resume };
}

export function shardName(shard: Shard | null): string | null {
  return shard && `${shard.index}/${shard.count}`;
}

const orderName = (sequential: boolean): string => (sequential ? 'sequential' : 'random');

function refuseOther(option: string, token: string, wished: number | string | null): never {
  throw new OptionError(
    'resume',
    `The resume token continues a sweep ${token}, which --${option} ${wished} contradicts.`,
    `Leave --${option} (${option}) out: the token brings its own.`,
  );
}

/**
 * Which positions each plan asks.
 * @throws OptionError where the token continues another sweep
 */
export function partsOf(plans: readonly LinkPlan[], { shard, resume }: Course): readonly Ranges[] {
  const sizes = plans.map(({ targets }) => countAddresses(targets));
  if (!resume) return sizes.map((size) => shardOf(size, shard ?? { index: 1, count: 1 }));
  const { links, targets, remaining } = resume;
  if (links !== linksFingerprint(plans) || remaining.length !== plans.length) refuseSweep('links');
  const fits = remaining.every((slices, i) => (slices.at(-1)?.last ?? 0) < (sizes[i] ?? 0));
  if (targets !== targetsFingerprint(plans) || !fits) refuseSweep('targets');
  return remaining;
}

function refuseSweep(what: string): never {
  throw new OptionError(
    'resume',
    `The resume token continues a sweep of other ${what}.`,
    'Give it to the command that was interrupted, with the same links, targets and exclusions.',
  );
}

/** The token that continues a sweep, or null where nothing is left. `remaining`: positions of each plan. */
export function tokenOf(
  plans: readonly LinkPlan[],
  { seed, sequential, shard }: Course,
  remaining: readonly Ranges[],
): string | null {
  if (remaining.every((slices) => slices.length === 0)) return null;
  const fingerprints = { links: linksFingerprint(plans), targets: targetsFingerprint(plans) };
  return formatToken({ seed, sequential, shard, ...fingerprints, remaining });
}

/** Of their names: an interface that comes back has another index. */
function linksFingerprint(plans: readonly LinkPlan[]): number {
  return fingerprint(Buffer.from(plans.map(({ name }) => name).join('\0')));
}

function targetsFingerprint(plans: readonly LinkPlan[]): number {
  return fingerprint(bytesOf(plans));
}

function* bytesOf(plans: readonly LinkPlan[]): Iterable<number> {
  for (const { targets } of plans) {
    for (const word of [targets.length, ...toPairs(targets)]) {
      for (let shift = 0; shift < 32; shift += 8) yield (word >>> shift) & 255;
    }
  }
}
