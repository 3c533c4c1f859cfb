/** `arpsweep --dry-run`: prints the frames that a sweep would send. */
import { native } from '../native.js';
import { fieldLines, hexLines } from '../reporters/frame-lines.js';
import { linkName } from '../reporters/link-name.js';
import { counted, shortList } from '../reporters/text.js';
import { type Preview, previewSweep } from '../sweep/preview.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import type { TargetSet } from '../targets/parse.js';
import { print } from './print.js';

/** @throws ArpsweepError as a sweep does before it sends */
export async function runDry(targets: TargetSet | undefined, options: SweepOptions): Promise<void> {
  const previews = await previewSweep(native, targets, options);
  await print(previews.map((preview) => `${[...previewLines(preview)].join('\n')}\n`).join('\n'));
}

function* previewLines(preview: Preview): Iterable<string> {
  const { count, targets, target, frame } = preview;
  const which = target === null ? '' : ` (${shortList(targets, 5)})`;
  yield `${linkName(preview)}: ${counted(count, 'address', 'addresses')}${which}, nothing sent`;
  if (target === null) return;
  yield `  the frame for ${target}, ${frame.length} bytes:`;
  for (const line of [...hexLines(frame), ...fieldLines(frame)]) yield `  ${line}`;
}
