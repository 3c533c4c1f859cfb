/** A recording as a command makes it: opened before anything is sent, commented on once it is known what was found. */

import { ArpsweepError } from '../errors.js';
import type { LinkReport, Report } from '../generated/report-types.js';
import { fileProblem, isSystemError } from '../input/file-problem.js';
import { arpNumbersAt, rawFrameAt } from '../listen/heard-frame.js';
import type { NativeAddon } from '../native.js';
import { counted } from '../reporters/text.js';
import { chunksOf } from './chunks.js';
import { startDecoding } from './decoding.js';
import { frameBatches } from './frame-batches.js';
import { type Marks, marksOf } from './marks.js';
import { type PcapngWriter, pcapngWriter } from './pcapng-writer.js';
import { decodeRecording } from './reader.js';
import {
  type LinkToRecord,
  type RecorderEnd,
  type RecordingPlan,
  startRecorder,
  writeHead,
  writeTail,
} from './recorder.js';
import { openRecordingFile, openReplacement, type RecordingFile, unusable } from './recording-file.js';
import { targetsComment } from './self-description.js';

/** What a recording takes of the report that it belongs to. */
export interface RecordedReport extends Pick<Report, 'findings' | 'targets'> {
  readonly links: readonly Pick<LinkReport, 'interface' | 'netns'>[];
}

export interface Recording {
  /** Ends it. Comments tell which frames made the findings. */
  finish(report: RecordedReport): Promise<RecordingOutcome>;
  /** Gives up: no report will follow. What was heard stays. */
  abandon(): Promise<void>;
}

export interface RecordingOutcome {
  /** All that was recorded is in the file, with its comments. */
  readonly isWhole: boolean;
  /** What a person must know of it, in sentences. */
  readonly warnings: readonly string[];
}

type RecordingAddon = Pick<NativeAddon, 'Listener' | 'describeFrames'>;

/**
 * Starts to record.
 * @throws OptionError where the file cannot be written
 * @throws PermissionError, SystemError
 */
export async function startRecording(
  addon: RecordingAddon,
  path: string,
  plan: RecordingPlan,
): Promise<Recording> {
  const file = await openRecordingFile(path);
  try {
    const recorder = await startRecorder(addon, plan, file);
    return {
      finish: async (report) => {
        const end = await recorder.finish();
        return conclude(addon, path, plan, file, end, report).finally(() => file.close());
      },
      abandon: async () => {
        await recorder.close();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    const isFull = isSystemError(error) && !(error instanceof ArpsweepError);
    throw isFull ? unusable(path, fileProblem(error)) : error;
  }
}

async function conclude(
  addon: RecordingAddon,
  path: string,
  plan: RecordingPlan,
  file: RecordingFile,
  end: RecorderEnd,
  report: RecordedReport,
): Promise<RecordingOutcome> {
  const name = `the recording ${JSON.stringify(path)}`;
  const warnings = lossOf(name, end);
  if (end.failure !== null) return { isWhole: false, warnings };
  const marks = marksOf(report.findings, (link) => placeOf(plan.links, report, link));
  const comment = targetsComment(report);
  let isWhole = true;
  try {
    const writer = pcapngWriter();
    writeTail(writer, end, comment);
    await file.append(writer.take());
    await file.settle();
  } catch (error) {
    isWhole = false;
    warnings.push(`${name} has no statistics at its end: ${fileProblem(error)}`);
  }
  if (marks.size > 0 && file.place === null) {
    warnings.push(`${name} has no comments on findings: what was written there cannot be changed any more`);
  } else if (marks.size > 0) {
    try {
      await addComments(addon, file, marks, {
        head: (writer) => writeHead(writer, plan),
        tail: (writer) => writeTail(writer, end, comment),
      });
    } catch (error) {
      isWhole = false;
      warnings.push(`${name} has no comments on findings: ${fileProblem(error)}`);
    }
  }
  return { isWhole, warnings };
}

function lossOf(name: string, { tallies, failure }: RecorderEnd): string[] {
  const written = tallies.reduce((sum, tally) => sum + tally.written, 0);
  const dropped = tallies.reduce((sum, tally) => sum + tally.dropped, 0);
  return [
    ...(failure === null
      ? []
      : [`${name} ends after ${counted(written, 'frame')}: ${fileProblem(failure)}; the run itself went on`]),
    ...(dropped === 0
      ? []
      : [`${name} lacks ${counted(dropped, 'frame')}, which came faster than they could be written`]),
  ];
}

/** Which of the recorded links one of the report is; null for none in particular. */
function placeOf(
  recorded: readonly LinkToRecord[],
  { links }: Pick<RecordedReport, 'links'>,
  link: number | null,
): number | null {
  if (link === null) return null;
  const swept = links[link];
  return recorded.findIndex(
    ({ interface: name, netns }) => name === swept?.interface && netns === swept.netns,
  );
}

/** Writes all of it once more, with comments, and puts that in its place: a frame that is written takes no more bytes. */
async function addComments(
  addon: RecordingAddon,
  file: RecordingFile,
  marks: Marks,
  { head, tail }: Readonly<Record<'head' | 'tail', (writer: PcapngWriter) => void>>,
): Promise<void> {
  if (file.place === null) return;
  const commented = await openReplacement(file.place);
  try {
    const writer = pcapngWriter();
    const batches = frameBatches(addon, ({ view, count }) => {
      for (let i = 0; i < count; i++) {
        const arp = arpNumbersAt(view, i);
        writer.frame(rawFrameAt(view, i), arp === null ? [] : marks.commentsOn(arp));
      }
    });
    const decoding = startDecoding(decodeRecording({ frame: batches.add }));
    head(writer);
    for await (const chunk of chunksOf(file.handle, file.size)) {
      decoding.push(chunk);
      await commented.append(writer.take());
    }
    batches.flush();
    tail(writer);
    await commented.append(writer.take());
    await commented.handle.sync();
    await commented.settle();
  } finally {
    await commented.close();
  }
}
