/** The latest messages of an event stream, for those who were away for a moment or read slowly. */

export interface Backlog {
  /** Number of the next message; the first is 0. */
  readonly next: number;
  /** Number of the oldest that is kept; `next` where none is. */
  readonly oldest: number;
  add(text: string): void;
  /** The message of a number that is kept. */
  at(number: number): string;
}

/** Keeps at most so many messages and characters; of the newest message all, however long it is. */
export function createBacklog(mostMessages: number, mostCharacters: number): Backlog {
  const kept: string[] = new Array(mostMessages).fill('');
  let next = 0;
  let oldest = 0;
  let characters = 0;

  function forgetOldest(): void {
    characters -= kept[oldest % mostMessages]?.length ?? 0;
    kept[oldest % mostMessages] = '';
    oldest++;
  }

  return {
    get next() {
      return next;
    },
    get oldest() {
      return oldest;
    },
    add(text) {
      while (oldest < next && (next - oldest >= mostMessages || characters + text.length > mostCharacters)) {
        forgetOldest();
      }
      kept[next % mostMessages] = text;
      characters += text.length;
      next++;
    },
    at: (number) => kept[number % mostMessages] ?? '',
  };
}
