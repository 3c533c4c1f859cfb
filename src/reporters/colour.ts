/** Emphasis by colour (ECMA-48 SGR), which is never all that says a thing. */

export type Emphasis = 'strong' | 'faint' | 'error' | 'warning' | 'none';

const codes: Readonly<Record<Emphasis, string>> = {
  strong: '1',
  faint: '2',
  error: '31',
  warning: '33',
  none: '',
};

export type Paint = (text: string, emphasis: Emphasis) => string;

/** Paints text, or leaves it as it is where colour is not wanted. */
export function painter(colour: boolean): Paint {
  return (text, emphasis) =>
    colour && text !== '' && codes[emphasis] !== '' ? `\x1b[${codes[emphasis]}m${text}\x1b[0m` : text;
}
