/** The options of `arpsweep sweep`, from the words of the command line to what the library and the reporters take. */

import {
  checkOptions,
  parseCooldown,
  parsePasses,
  parseRate,
  parseSeed,
  parseSourceMac,
} from '../sweep/options.js';
import type { ProfileName, SweepOptions } from '../sweep/sweep-api.js';
import { type FrameFlags, frameFieldsOf } from './frame-flags.js';
import type { KnowledgeFlags } from './knowledge-flags.js';
import type { LayoutFlags } from './layout.js';

/**
 * What is asked, where and how, as commander hands it over: text where a value is free, checked already where it is one
 * of a list.
 */
export interface AskingFlags extends KnowledgeFlags {
  readonly interface?: readonly string[];
  readonly netns?: string;
  readonly vlan?: string;
  readonly exclude?: readonly string[];
  readonly targetsFile?: string;
  readonly rate?: string;
  readonly profile?: ProfileName;
  readonly passes?: string;
  readonly cooldown?: string;
  readonly sourceIp?: string;
  readonly sourceMac?: string;
  readonly order?: 'random' | 'sequential';
  readonly seed?: string;
  /** These two of `sweep` alone. */
  readonly shard?: string;
  readonly resume?: string;
  readonly offLink?: true;
  readonly fingerprint?: true;
}

/** As commander hands them over. */
export interface SweepFlags extends AskingFlags, FrameFlags, LayoutFlags {
  readonly dryRun?: true;
  readonly output?: string;
  readonly write?: string;
  readonly read?: string;
  readonly resolve?: true;
  readonly vendors?: readonly string[];
  readonly failOn?: string;
  readonly quiet?: true;
  readonly verbose?: true;
  /** False with `--no-progress`. */
  readonly progress: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
}

/**
 * The options of the library's `sweep`.
 * @throws OptionError for a value that cannot be right
 */
export function sweepOptionsOf(flags: AskingFlags & FrameFlags): SweepOptions {
  const frame = frameFieldsOf(flags);
  const {
    interface: links,
    netns,
    vlan,
    exclude,
    rate,
    profile,
    passes,
    cooldown,
    sourceIp,
    sourceMac,
    order,
    seed,
  } = flags;
  const options: SweepOptions = {
    ...(links && { links }),
    ...(netns !== undefined && { netns }),
    ...(vlan !== undefined && { vlan }),
    ...(exclude && { exclude }),
    ...(rate !== undefined && { rate: parseRate(rate) }),
    ...(profile && { profile }),
    ...(passes !== undefined && { passes: parsePasses(passes) }),
    ...(cooldown !== undefined && { cooldownMs: parseCooldown(cooldown) }),
    ...(sourceIp !== undefined && { sourceIp }),
    ...(sourceMac !== undefined && { sourceMac: parseSourceMac(sourceMac) }),
    ...(order && { order }),
    ...(seed !== undefined && { seed: parseSeed(seed) }),
    ...(flags.shard !== undefined && { shard: flags.shard }),
    ...(flags.resume !== undefined && { resume: flags.resume }),
    ...(flags.offLink && { offLink: true }),
    ...(flags.fingerprint && { fingerprint: true }),
    ...(frame && { frame }),
  };
  // The library would check them too, but only once an output file is open.
  checkOptions(options);
  return options;
}

/**
 * The kinds of findings that make the exit code 1.
 * @throws OptionError
 */
export async function failOnOf({ failOn }: Pick<SweepFlags, 'failOn'>): Promise<ReadonlySet<string>> {
  if (failOn === undefined) return new Set();
  const { parseFindingKinds } = await import('./finding-kinds.js');
  return parseFindingKinds(failOn);
}
