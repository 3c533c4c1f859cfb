/**
 * One run of the command of `--exec`, for one event. No shell is between: program and arguments are what the command line
 * says, and what comes from the network reaches it on standard input, as JSON, and in variables of fixed forms. What it
 * prints goes to our standard error, so that standard output stays ours.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { WatchEvent } from '../../generated/watch-event-types.js';

export interface EventCommand {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
}

export interface CommandLimits {
  /** After which it is asked to end (SIGTERM), in ms. */
  readonly timeoutMs: number;
  /** After which it is ended (SIGKILL), from then on, in ms. */
  readonly killAfterMs: number;
}

/** How a run ended: null where all is well, else what completes "the command …". */
export type Failure = string | null;

export interface CommandRun {
  readonly ended: Promise<Failure>;
  /** Ends it before its time, by SIGKILL after so many ms. */
  stop(killAfterMs: number): void;
}

/** Starts the command. Its descendants are in a process group of their own, and are ended with it where it takes too long. */
export function startCommand(command: EventCommand, event: WatchEvent, limits: CommandLimits): CommandRun {
  let stopped: string | null = null;
  let child: ChildProcess;
  try {
    child = spawn(command.program, [...command.args], {
      // A session of its own: Ctrl-C at the terminal is for us, and the end of the command is ours to time.
      detached: true,
      stdio: ['pipe', 2, 2],
      env: { ...process.env, ...variablesOf(event) },
    });
  } catch (error) {
    return { ended: Promise.resolve(notStarted(error)), stop: () => {} };
  }
  // It need not read what it is given (EPIPE).
  child.stdin?.on('error', () => {});
  child.stdin?.end(`${JSON.stringify(event)}\n`);

  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  let killing: NodeJS.Timeout | undefined;
  const stop = (reason: string, killAfterMs: number): void => {
    if (stopped !== null) return;
    stopped = reason;
    signalGroup('SIGTERM');
    killing = setTimeout(() => signalGroup('SIGKILL'), killAfterMs);
  };
  const { timeoutMs, killAfterMs } = limits;
  const timer = setTimeout(() => stop(`was ended after ${timeoutMs / 1000} s`, killAfterMs), timeoutMs);
  const onExit = (): void => signalGroup('SIGTERM');
  process.on('exit', onExit);

  const ended = new Promise<Failure>((resolve) => {
    const end = (failure: Failure): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      process.off('exit', onExit);
      child.stdin?.destroy();
      // What it started and left behind ends with it only where it had to be ended.
      if (stopped !== null) signalGroup('SIGKILL');
      resolve(stopped ?? failure);
    };
    child.on('error', (error) => end(notStarted(error)));
    child.on('exit', (status, signal) => end(failureOf(status, signal)));
  });
  return { ended, stop: (killAfter) => stop('was ended with the watch', killAfter) };
}

/** For scripts that do not read JSON. */
function variablesOf({ type, link, ip }: WatchEvent): Record<string, string> {
  return { ARPSWEEP_TYPE: type, ARPSWEEP_LINK: link, ARPSWEEP_IP: ip ?? '' };
}

function failureOf(status: number | null, signal: NodeJS.Signals | null): Failure {
  if (signal !== null) return `was ended by ${signal}`;
  return status === 0 ? null : `ended with status ${status}`;
}

function notStarted(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const hint = code === 'ENOENT' ? ', it or the interpreter of its first line is not there' : '';
  return `could not be started (${code ?? message})${hint}`;
}
