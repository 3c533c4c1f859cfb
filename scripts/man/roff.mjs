// From the little Markdown that docs/arpsweep.1.md uses to roff in the man macros (man(7)).

/** Text that roff takes for nothing but text. Outside ASCII by code point, whatever the reader's locale. */
export function escapeText(text) {
  return text
    .replaceAll('\\', '\\e')
    .replace(
      /[^\n -~]/gu,
      (character) => `\\[u${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/^([.'])/gm, '\\&$1');
}

/** The same of what is typed: its hyphens are minus signs, and stay so when they are copied. */
export function escapeCode(text) {
  return escapeText(text).replaceAll('-', '\\-');
}

/** Options within a sentence are typed, too. */
export function escapeSentence(text) {
  return escapeText(text).replace(/(?<=^|[ ("[])--?(?=[a-zA-Z])[\w-]*/g, (option) =>
    option.replaceAll('-', '\\-'),
  );
}

/** `code` and **bold** as bold, *emphasis* as italic. */
export function inline(text) {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/)
    .map((part) => {
      if (part.startsWith('`')) return `\\fB${escapeCode(part.slice(1, -1))}\\fR`;
      if (part.startsWith('**')) return `\\fB${escapeSentence(part.slice(2, -2))}\\fR`;
      if (part.startsWith('*')) return `\\fI${escapeSentence(part.slice(1, -1))}\\fR`;
      return escapeSentence(part);
    })
    .join('');
}

/** Roff in lines as short as its readers like them; a control character comes to stand at the start of none. */
export function wrapped(text) {
  return text.replace(/(?=.{80})(.{1,78}) (?![.'])/g, '$1\n');
}

/** A term and what is said of it, which are roff already. */
export function tagged(term, text) {
  return `.TP\n${term}\n${wrapped(text)}`;
}

/** Lines as they are. */
export function verbatim(lines) {
  return ['.nf', ...lines.map(escapeCode), '.fi'].join('\n');
}

const oneLine = (text) => text.replace(/\n */g, ' ');

function blockOf(block, inserts) {
  const insert = /^\{\{(\w+)\}\}$/.exec(block)?.[1];
  if (insert !== undefined) return inserts[insert];
  if (block.startsWith('# ')) return `.SH ${escapeText(block.slice(2))}`;
  if (!block.startsWith('- ')) return `.PP\n${wrapped(inline(oneLine(block)))}`;
  return block
    .split(/\n(?=- )/)
    .map((item) => {
      const [, term, text] = /^- (.*?): (.*)$/s.exec(item) ?? [];
      return tagged(inline(term), inline(oneLine(text)));
    })
    .join('\n');
}

/** @param inserts roff for each `{{name}}` that stands alone */
export function roffOf(markdown, inserts) {
  const blocks = markdown
    .trim()
    .split(/\n\n+/)
    .map((block) => blockOf(block, inserts));
  // A paragraph begins by itself under a heading, and the name's section has no macro but its line.
  return `${blocks.join('\n').replace(/(\.S[HS] [^\n]*)\n\.PP\n/g, '$1\n')}\n`;
}
