/** Records the ARP of a run beside it: what is heard and sent on its links goes to a file as it comes. */

import { heardFrameBuffer, mostHeardBytes, rawFrameAt } from '../listen/heard-frame.js';
import type { NamedLink } from '../listen/listen.js';
import type { ListenerStatus, NativeAddon, NativeListener } from '../native.js';
import { explainNativeError, systemFailure } from '../system-error.js';
import { version } from '../version.js';
import { type PcapngWriter, pcapngWriter } from './pcapng-writer.js';
import type { RecordedInterface, RecordedName } from './recorded.js';
import type { RecordingFile } from './recording-file.js';
import { applicationName } from './self-description.js';

/** A link to record, and how the recording describes it. */
export interface LinkToRecord extends NamedLink {
  /** Its network namespace as a report calls it. */
  readonly netns: string | null;
  readonly recorded: RecordedInterface;
}

/** What a recording is to hold. */
export interface RecordingPlan {
  readonly links: readonly LinkToRecord[];
  /** Hardware addresses of this machine, on whatever interface: whoever has one of them is no stranger. */
  readonly names: readonly RecordedName[];
}

/** What became of the frames of one link. */
export interface LinkTally {
  readonly written: number;
  /** Frames that came faster than they could be read or written. */
  readonly dropped: number;
}

export interface RecorderEnd {
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** In the order of the links. */
  readonly tallies: readonly LinkTally[];
  /** What kept frames from being written, or null. */
  readonly failure: unknown;
}

export interface Recorder {
  /** Ends it once what the kernel has received by now is written. */
  finish(): Promise<RecorderEnd>;
  /** Ends it now; what was not written yet is lost. */
  close(): Promise<void>;
}

/**
 * Frames kept while those before them are written: a twentieth of a second at the highest rates, and several at polite
 * ones, for 20 MB.
 */
const capacity = 1 << 17;
const framesAtOnce = 2048;

/** The blocks that come before any frame. */
export function writeHead(writer: PcapngWriter, { links, names }: RecordingPlan): void {
  writer.section(`${applicationName} ${version}`);
  for (const { recorded } of links) writer.interface(recorded, mostHeardBytes);
  writer.names(names);
}

/** The blocks at the end. */
export function writeTail(
  writer: PcapngWriter,
  { startNs, endNs, tallies }: RecorderEnd,
  comment: string | null,
): void {
  for (const [link, { written, dropped }] of tallies.entries()) {
    writer.statistics({ link, received: written + dropped, dropped, comment }, startNs, endNs);
  }
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

/**
 * Starts to record: what is on the wire from now on is heard. Frames wait in the listener while earlier ones are
 * written, so that a slow disk costs frames, which are counted, and no memory.
 * @throws PermissionError, SystemError
 */
export async function startRecorder(
  addon: Pick<NativeAddon, 'Listener'>,
  plan: RecordingPlan,
  file: RecordingFile,
): Promise<Recorder> {
  const { links } = plan;
  const writer = pcapngWriter();
  const buffer = heardFrameBuffer(framesAtOnce);
  const written = links.map(() => 0);
  const startNs = now();
  let failure: unknown = null;
  let closed = false;
  let pumping: Promise<void> | null = null;
  let settle = (): void => {};
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });

  writeHead(writer, plan);
  await file.append(writer.take());
  const listener = openListener(addon, links, () => {
    pumping ??= pump().finally(() => {
      pumping = null;
    });
  });

  async function pump(): Promise<void> {
    for (;;) {
      // The state first: what was heard by the end is there by then.
      const { state, fault } = listener.status();
      const count = listener.drain(buffer.bytes);
      if (count > 0) {
        await keep(count);
        continue;
      }
      if (state !== 'done') return;
      if (fault) failure ??= systemFailure(fault, 'record');
      settle();
      return;
    }
  }

  async function keep(count: number): Promise<void> {
    if (failure !== null || closed) return;
    const counts = written.map(() => 0);
    try {
      for (let i = 0; i < count; i++) {
        const frame = rawFrameAt(buffer.view, i);
        counts[frame.link] = (counts[frame.link] ?? 0) + 1;
        writer.frame(frame);
      }
      await file.append(writer.take());
      // Not before: a run that never begins leaves an older file alone.
      if (!closed) await file.settle();
      counts.forEach((more, link) => {
        written[link] = (written[link] ?? 0) + more;
      });
    } catch (error) {
      failure = error;
    }
  }

  return {
    async finish() {
      listener.finish();
      await ended;
      const status = listener.status();
      listener.close();
      return {
        startNs,
        endNs: now(),
        tallies: written.map((count, i) => tallyOf(count, status, i)),
        failure,
      };
    },
    close: async () => {
      closed = true;
      listener.close();
      await pumping;
    },
  };
}

function tallyOf(written: number, { links }: ListenerStatus, link: number): LinkTally {
  const { kernelDrops = 0, overruns = 0 } = links[link] ?? {};
  return { written, dropped: kernelDrops + overruns };
}

function openListener(
  addon: Pick<NativeAddon, 'Listener'>,
  links: readonly LinkToRecord[],
  onWake: () => void,
): NativeListener {
  const listener = new addon.Listener(capacity, onWake);
  try {
    for (const link of links) {
      try {
        listener.open(link);
      } catch (error) {
        throw explainNativeError(error, `record on ${link.label}`);
      }
    }
    listener.start();
    return listener;
  } catch (error) {
    listener.close();
    throw explainNativeError(error, 'record');
  }
}
