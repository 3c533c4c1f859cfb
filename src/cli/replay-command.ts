/** `arpsweep --read FILE`: the report of a sweep that was recorded. Nothing is sent, and nobody asked for permission. */
import { OptionError } from '../errors.js';
import { native } from '../native.js';
import { type Replayed, replay } from '../replay/replay.js';
import { parseSourceMac } from '../sweep/options.js';
import { parseTargets } from '../targets/parse.js';
import type { Ranges } from '../targets/ranges.js';
import { resolveTargets } from '../targets/resolve.js';
import { fileOutput } from './file-output.js';
import { catchInterruption } from './interruption.js';
import { knowledgeOf, targetsAmongNames, vendorsIn } from './knowledge-flags.js';
import { layoutOf } from './layout.js';
import { failOnOf, type SweepFlags } from './sweep-flags.js';
import { reportSweep } from './sweep-report.js';
import { readTargets } from './targets-input.js';
import { printWarnings } from './warnings.js';

/** Options of a sweep that say what is sent, or where. */
const sending = {
  interface: '-I',
  netns: '--netns',
  vlan: '--vlan',
  rate: '--rate',
  profile: '--profile',
  passes: '--passes',
  cooldown: '--cooldown',
  sourceIp: '--source-ip',
  order: '--order',
  seed: '--seed',
  offLink: '--off-link',
  fingerprint: '--fingerprint',
  write: '--write',
  dryRun: '--dry-run',
  etherDst: '--ether-dst',
  etherSrc: '--ether-src',
  etherType: '--ether-type',
  llc: '--llc',
  padding: '--padding',
  arpHrd: '--arp-hrd',
  arpPro: '--arp-pro',
  arpHln: '--arp-hln',
  arpPln: '--arp-pln',
  arpOp: '--arp-op',
  arpSha: '--arp-sha',
  arpSpa: '--arp-spa',
  arpTha: '--arp-tha',
} as const satisfies Partial<Record<keyof SweepFlags, string>>;

/**
 * Reads and reports.
 * @returns the exit code
 * @throws ArpsweepError where there is nothing to report
 */
export async function runReplayCommand(words: readonly string[], flags: SweepFlags): Promise<number> {
  const path = flags.read ?? '-';
  refuseSending(flags);
  const sourceMac = flags.sourceMac === undefined ? null : parseSourceMac(flags.sourceMac);
  const layout = await layoutOf(flags);
  const failOn = await failOnOf(flags);
  const targetWords = [...words, ...targetsAmongNames(flags)];
  if (path === '-' && targetWords.includes('-')) {
    throw new OptionError(
      'read',
      'Standard input cannot hold both the recording and the targets.',
      'Give one of them as a file: --read FILE, or --targets-file FILE.',
    );
  }
  const targets = await rangesOf(await readTargets(targetWords, flags.targetsFile));
  const exclude = await rangesOf(parseTargets(flags.exclude ?? []));
  const knowledge = await knowledgeOf(flags);
  const vendors = flags.vendors && (await vendorsIn(flags.vendors));
  const interruption = catchInterruption();
  try {
    const file = flags.output === undefined ? null : await fileOutput(flags.output);
    let replayed: Replayed | undefined;
    const begin = (): Replayed => {
      replayed ??= replay(native, {
        path,
        targets,
        exclude: exclude ?? [],
        sourceMac,
        names: knowledge.names ?? [],
        expectation: knowledge.expect ?? null,
        signal: interruption.signal,
      });
      return replayed;
    };
    const exitCode = await reportSweep(begin, {
      flags,
      layout,
      options: {},
      expectation: knowledge.expect ?? null,
      failOn,
      ...(vendors && { vendors }),
      file,
      interruption,
      onProgress: () => {},
    });
    printWarnings(begin().warnings());
    return exitCode;
  } finally {
    interruption.release();
  }
}

function refuseSending(flags: SweepFlags): void {
  const names = Object.keys(sending) as (keyof typeof sending)[];
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw new OptionError(
    'read',
    `The option ${sending[given]} says what a sweep sends, and --read sends nothing.`,
    `Leave out ${sending[given]}, or --read.`,
  );
}

async function rangesOf(targets: ReturnType<typeof parseTargets> | undefined): Promise<Ranges | null> {
  return targets === undefined ? null : (await resolveTargets(targets)).ranges;
}
