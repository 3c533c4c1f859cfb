/**
 * `--exec`: a command for each event, one at a time and in order. Events that come meanwhile wait, up to a bound; beyond it
 * the oldest are left out, because what is told late is worth least. Nothing is left out, and nothing fails, unsaid.
 *
 *     const runner = runEvents({ program: await findProgram(flags.exec), args }, { onTrouble });
 *     for await (const event of watch) runner.run(event);
 *     await runner.finish();
 */

import type { WatchEvent } from '../../generated/watch-event-types.js';
import { type CommandLimits, type CommandRun, type EventCommand, startCommand } from './event-command.js';

export interface EventRunner {
  /** Runs the command for an event, once it is done with those before. */
  run(event: WatchEvent): void;
  /** Gives what is under way and what waits a few seconds, then says what was not run. */
  finish(): Promise<void>;
}

export interface EventRunnerOptions extends Partial<CommandLimits> {
  /** Told a sentence, in lower case and without the full stop; of each kind of failure once, and the counts at the end. */
  readonly onTrouble: (sentence: string) => void;
  /** Events that may wait; default 1024. */
  readonly mostWaiting?: number;
  /** What `finish` gives them all, in ms; default 5000, so that little more passes than a container gets to stop. */
  readonly finishMs?: number;
}

export function runEvents(command: EventCommand, options: EventRunnerOptions): EventRunner {
  const { onTrouble, mostWaiting = 1024, finishMs = 5000, timeoutMs = 30_000, killAfterMs = 5000 } = options;
  const name = `--exec ${JSON.stringify(command.program)}`;
  const waiting: WatchEvent[] = [];
  const said = new Set<string>();
  let current: CommandRun | null = null;
  let idle: (() => void) | null = null;
  let isStopped = false;
  let run = 0;
  let failed = 0;
  let leftOut = 0;

  function say(failure: string, event: WatchEvent): void {
    failed += 1;
    if (said.has(failure)) return;
    said.add(failure);
    onTrouble(`${name} ${failure}, for the event ${event.type}${event.ip === null ? '' : ` of ${event.ip}`}`);
  }

  async function work(): Promise<void> {
    for (let event = waiting.shift(); event; event = waiting.shift()) {
      current = startCommand(command, event, { timeoutMs, killAfterMs });
      run += 1;
      const failure = await current.ended;
      if (failure !== null) say(failure, event);
    }
    current = null;
    idle?.();
  }

  return {
    run(event) {
      if (isStopped) {
        leftOut += 1;
        return;
      }
      waiting.push(event);
      if (waiting.length > mostWaiting) {
        waiting.shift();
        if (leftOut === 0) onTrouble(`events come faster than ${name} takes them: the oldest are left out`);
        leftOut += 1;
      }
      if (current === null) void work();
    },
    async finish() {
      if (current !== null) {
        const timer = setTimeout(() => {
          isStopped = true;
          leftOut += waiting.length;
          waiting.length = 0;
          current?.stop(Math.min(killAfterMs, 1000));
        }, finishMs);
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
        clearTimeout(timer);
      }
      if (failed > said.size) onTrouble(`${name} failed for ${failed} of ${run} events`);
      if (leftOut > 0) onTrouble(`${name} was not run for ${leftOut} of ${run + leftOut} events`);
    },
  };
}
