/** What the grammars of targets share to say that a text cannot be right. */

/** Reports what is wrong at an offset of the target's own text, and the form expected. */
export type Fail = (at: number, problem: string, remedy: string) => never;

/** The forms of targets, for errors that no narrower advice fits. */
export const targetForms =
  'Write 10.0.0.7, 10.0.0.0/24, 10.0.0.7-10.0.0.90, 10.0.0.7-90, 10.0.0-3.1-254, 10.0.0.0:255.255.255.0 or a host name.';

/** The character at an offset, which may take two UTF-16 units, in quotation marks. */
export function quoteCharacter(word: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(word.codePointAt(at) ?? 0));
}
