import type { Report } from '../../src/generated/report-types.js';
import { type SweepOptions, sweep } from '../../src/index.js';
import type { Host } from '../../src/lab/lab.js';
import { questionsOf, type ReadArp } from './arp-frames.js';
import { capture } from './capture.js';
import type { CapturedFrame } from './pcap.js';
import { expectSound } from './sound-report.js';

/** A sweep, and what reached the other side of it. */
export interface WitnessedSweep {
  readonly report: Report;
  /** Every ARP frame that the witness saw. */
  readonly frames: readonly CapturedFrame[];
  /** Those by which the sweep asked, in the order of the wire. */
  readonly questions: readonly ReadArp[];
}

/** Sweeps over `eth0` while a witness listens on a host: what it saw has crossed the cable. */
export async function witnessedSweep(
  witnessOn: Pick<Host, 'namespace' | 'interface'>,
  targets: string | readonly string[] | undefined,
  options: SweepOptions = {},
): Promise<WitnessedSweep> {
  const witness = await capture(witnessOn, witnessOn.interface);
  const report = await sweep(targets, { links: ['eth0'], ...options }).report();
  const frames = await witness.stop();
  expectSound(report);
  return { report, frames, questions: questionsOf(frames, report.links[0]?.mac ?? '') };
}
