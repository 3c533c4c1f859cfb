/** What a command ends with when it throws: a sentence, a remedy and an exit code, never a bare stack trace. */
import { ArpsweepError, OptionError, TargetSyntaxError } from '../errors.js';
import { wrapped } from '../reporters/text.js';

const usageExit = 2;
export const couldNotRunExit = 3;

/** 2 where the words on the command line cannot be right, 3 for whatever else kept the command from its work. */
export function exitCodeOf(error: unknown): number {
  return error instanceof OptionError || error instanceof TargetSyntaxError ? usageExit : couldNotRunExit;
}

/**
 * The text for standard error. `debug` adds where the error came from. Of the lines only the sentence is wrapped to
 * a terminal of so many columns: a remedy may be a command, to be copied as it is.
 */
export function describeError(error: unknown, debug: boolean, columns: number | null = null): string {
  const lines = wrapped(`arpsweep: ${sentence(error)}`, columns);
  if (error instanceof ArpsweepError) lines.push(error.remedy);
  else lines.push('This is a defect of arpsweep; run it with ARPSWEEP_DEBUG=1 to see where it happened.');
  if (debug && error instanceof Error) lines.push(stackOf(error));
  return `${lines.join('\n')}\n`;
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
