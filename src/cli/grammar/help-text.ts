/** What stands below the options in a command's help. */

/** A command line, and what it does where that is not plain from the line. */
export type Example = readonly [line: string, does?: string];

/** Examples under their heading, with what they do in a second column. */
export function examples(lines: readonly Example[]): string {
  const width = Math.max(...lines.map(([line, does]) => (does === undefined ? 0 : line.length)));
  const rows = lines.map(([line, does = '']) => `  ${line.padEnd(width)}  ${does}`.trimEnd());
  return ['\nExamples:', ...rows].join('\n');
}
