/** Things that happen at an even pace, and waiting that can be ended. */

/** Behind its time by more than this, a beat is left out; by less, the next one comes sooner. */
const mostLateMs = 10;

/** Resolves after so many ms, or as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

/**
 * Calls `beat` now and then every `periodMs` of the monotonic clock, until it returns false or the signal is aborted.
 * It does not drift: a beat that is late does not delay the ones after it. What a pause of the process left out is not
 * made up for.
 */
export async function keepTime(periodMs: number, beat: () => boolean, signal: AbortSignal): Promise<void> {
  let due = performance.now();
  while (!signal.aborted && beat()) {
    due += periodMs;
    const late = performance.now() - due;
    if (late > mostLateMs) due += Math.ceil(late / periodMs) * periodMs;
    const ahead = due - performance.now();
    if (ahead > 0) await pause(ahead, signal);
    // Others have their turn, the answers before all.
    else await new Promise((resolve) => setImmediate(resolve));
  }
}
