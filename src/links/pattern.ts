/** Patterns of the shell (glob(7)) for names of interfaces and namespaces. */

/** Whether a name stands for several: it has `*`, `?` or `[…]`. */
export const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** Whether a name is one of those that a pattern stands for. A range that cannot be right, as `[z-a]`, stands for none. */
export function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/\[!?[^\]]+\]|./gs, expression);
  try {
    return new RegExp(`^${source}$`, 's').test(name);
  } catch {
    return false;
  }
}

/** The regular expression for one part of a pattern: a bracket expression or a character. */
function expression(part: string): string {
  if (part === '*') return '.*';
  if (part === '?') return '.';
  if (part.length > 1) return part.replace('[!', '[^').replaceAll('\\', '\\\\');
  return part.replace(/[.+^${}()|[\]\\/]/, '\\$&');
}
