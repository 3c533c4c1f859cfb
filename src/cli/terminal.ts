/** What is known of the terminal, where there is one. */

/** `TERM=dumb` is a terminal that shows control sequences instead of obeying them. */
const obeysSequences = (): boolean => {
  const { TERM } = process.env;
  return TERM !== 'dumb';
};

/** Whether to emphasise by colour on a stream (no-color.org: any value of NO_COLOR that is not empty says no). */
export function wantsColour(stream: NodeJS.WriteStream, option: boolean): boolean {
  const { NO_COLOR } = process.env;
  return option && stream.isTTY === true && obeysSequences() && (NO_COLOR ?? '') === '';
}

/** Whether a line on this stream can be drawn over. */
export function canRedraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && obeysSequences();
}

/** Width of the terminal, or null where the stream is none. */
export function columnsOf(stream: NodeJS.WriteStream): number | null {
  return stream.isTTY ? stream.columns || 80 : null;
}
