/** One line on standard error that says where the sweep stands, and gets out of the way of everything else. */
import { cut, duration, grouped } from '../reporters/text.js';
import type { Progress } from '../sweep/sweep-api.js';

export interface ProgressLine {
  draw(progress: Progress): void;
  /** Removes the line; the next draw brings it back. */
  clear(): void;
}

/** The terminal: `columns` follows its size. */
export interface ProgressTerminal {
  readonly columns: number;
  write(text: string): unknown;
}

/** ECMA-48: carriage return, then erase in line. */
const eraseLine = '\r\x1b[2K';

/** Draws on a terminal, or nowhere where there is none. */
export function progressLine(terminal: ProgressTerminal | null): ProgressLine {
  let drawn = false;
  return {
    draw(progress) {
      if (terminal === null || progress.phase === 'done') return;
      // The last column stays free, for some terminals wrap as soon as it is filled.
      terminal.write(eraseLine + cut(progressText(progress), (terminal.columns || 80) - 1));
      drawn = true;
    },
    clear() {
      if (terminal === null || !drawn) return;
      terminal.write(eraseLine);
      drawn = false;
    },
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
