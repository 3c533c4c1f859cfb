/** Server-sent events (html.spec.whatwg.org, 9.2.6) out of the text of a response. */

export interface Message {
  readonly type: string;
  readonly data: string;
}

export interface EventStreamParser {
  /** The id of the last event that had one, to go on from. */
  readonly lastId: string;
  /** Takes a piece of the text, wherever it is cut, and gives what it completes. Comments come to nothing. */
  take(text: string): Message[];
}

export function eventStreamParser(lastId: string): EventStreamParser {
  let rest = '';
  let id = lastId;
  let type = '';
  let data: string[] = [];

  function readLine(line: string): Message | null {
    if (line === '') {
      const message = data.length > 0 ? { type: type || 'message', data: data.join('\n') } : null;
      type = '';
      data = [];
      return message;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id') id = value;
    return null;
  }

  return {
    get lastId() {
      return id;
    },
    take(text) {
      // A carriage return at the end may be half of what ends the line.
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      return lines.map(readLine).filter((message) => message !== null);
    },
  };
}
