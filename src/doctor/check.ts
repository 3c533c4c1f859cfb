/** What the doctor says of one thing. */

export interface Check {
  readonly name: string;
  /** `note`: a sweep is possible nevertheless. */
  readonly result: 'ok' | 'problem' | 'note';
  readonly message: string;
  /** What to do, exactly; null where there is nothing to do. */
  readonly remedy: string | null;
}

export const ok = (name: string, message: string): Check => ({ name, result: 'ok', message, remedy: null });

export const note = (name: string, message: string, remedy: string | null): Check => ({
  name,
  result: 'note',
  message,
  remedy,
});

export const problem = (name: string, message: string, remedy: string): Check => ({
  name,
  result: 'problem',
  message,
  remedy,
});
