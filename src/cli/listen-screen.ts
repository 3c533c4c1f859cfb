/** Draws what is heard at a terminal, over and over. */
import type { Finding } from '../generated/report-types.js';
import type { ListenRun } from '../speakers/run-listen.js';
import type { VendorOf } from '../vendors.js';
import { viewLines } from './listen-view.js';
import type { RedrawnLines } from './redrawn-lines.js';

const drawMs = 250;

export interface Drawn {
  readonly run: Pick<ListenRun, 'session'>;
  readonly vendorOf: VendorOf;
  readonly colour: boolean;
  /** Grows. */
  readonly findings: ReadonlyMap<string, Finding>;
}

/**
 * Begins to draw.
 * @returns ends it, and removes what is drawn
 */
export function keepDrawing(lines: RedrawnLines, { run, vendorOf, colour, findings }: Drawn): () => void {
  const { stdout } = process;
  const started = performance.now();
  const draw = (): void => {
    const session = run.session();
    if (session === null) return;
    const elapsedMs = performance.now() - started;
    const view = { session, findings: [...findings.values()], vendorOf, elapsedMs, nowMs: Date.now() };
    lines.draw(viewLines(view, { columns: stdout.columns || 80, rows: stdout.rows || 24, colour }));
  };
  const timer = setInterval(draw, drawMs);
  return () => {
    clearInterval(timer);
    lines.clear();
  };
}
