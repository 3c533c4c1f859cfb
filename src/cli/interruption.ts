/** SIGINT and SIGTERM: the first ends the sweep and lets it report, the second ends the process. */

export interface Interruption {
  /** Aborted by the first signal, or by `stop()`. */
  readonly signal: AbortSignal;
  /** Exit code of the signal that came, or null. */
  exitCode(): number | null;
  /** Ends the sweep for a reason of our own. */
  stop(): void;
  /** Gives the signals back to their default. */
  release(): void;
}

/** signal(7): a shell reports 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export function catchInterruption(): Interruption {
  const controller = new AbortController();
  let received: number | null = null;
  const onSignal = (name: keyof typeof exitCodes): void => {
    if (received !== null) process.exit(exitCodes[name]);
    received = exitCodes[name];
    controller.abort();
  };
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => received,
    stop: () => controller.abort(),
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
