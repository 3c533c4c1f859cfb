import { vi } from 'vitest';

/** Takes the clocks into the test's own hand: timers, performance.now() and Date, which begin together. */
export function holdClocks(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
}

/** Lets time pass from one timer to the next until a promise settles, and settles as it does. */
export async function inTheirTime<T>(promise: Promise<T>): Promise<T> {
  let hasSettled = false;
  const settle = () => {
    hasSettled = true;
  };
  promise.then(settle, settle);
  while (!hasSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!hasSettled && vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync();
  }
  return promise;
}
