/** What a person sees while a sweep goes on: a line that says where it stands, and above it who was heard last. */
import type { LiveTable } from '../reporters/live-table.js';
import { cut, duration, grouped } from '../reporters/text.js';
import type { Progress } from '../sweep/sweep-api.js';
import { type LineTerminal, redrawnLines } from './redrawn-lines.js';

export interface ProgressLine {
  draw(progress: Progress): void;
  /** Removes what is drawn; the next draw brings it back. */
  clear(): void;
}

/** What is over sooner has its table soon enough. */
const liveAfterMs = 2000;

/** Of the terminal's height, for the line itself and for a command line above. */
const rowsKept = 2;

/** Draws on a terminal, or nowhere where there is none. `live`: the table that long sweeps show above the line. */
export function progressLine(terminal: LineTerminal | null, live: LiveTable | null): ProgressLine {
  if (terminal === null) return { draw: () => {}, clear: () => {} };
  const drawn = redrawnLines(terminal);
  return {
    draw(progress) {
      if (progress.phase === 'done') return;
      // The last column stays free, for some terminals wrap as soon as it is filled.
      const columns = (terminal.columns || 80) - 1;
      const shown = live !== null && progress.elapsedMs >= liveAfterMs;
      const table = shown ? live.lines((terminal.rows || 24) - rowsKept, columns) : [];
      drawn.draw([...table, cut(progressText(progress), columns)]);
    },
    clear: drawn.clear,
  };
}

/** `pass 2, 63 %, 998/s, 20 answered, 4.2 s left`, the dispensable last. */
export function progressText(progress: Progress): string {
  const { phase, pass, elapsedMs, remainingMs, rate, answered } = progress;
  const work = { sweep: `pass ${pass}`, census: 'asking again', cooldown: 'listening', done: 'done' }[phase];
  const known = remainingMs !== null && Number.isFinite(remainingMs) && elapsedMs + remainingMs > 0;
  return [
    work,
    ...(known ? [`${Math.floor((elapsedMs / (elapsedMs + remainingMs)) * 100)} %`] : []),
    ...(phase === 'sweep' ? [`${grouped(rate)}/s`] : []),
    `${grouped(answered)} answered`,
    ...(known ? [remainingMs < 1000 ? 'under 1 s left' : `${duration(remainingMs)} left`] : []),
  ].join(', ');
}
