/** Where results go: standard output, or the file of `--output`. */
import type { Write } from '../reporters/reporter.js';

export interface Output {
  readonly write: Write;
  /** Everything is written and, if it is a file, in its place. */
  finish(): Promise<void>;
  /** Gives up: leaves no half-written file behind. */
  discard(): Promise<void>;
}
