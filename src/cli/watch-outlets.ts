/** Where else the events of a watch go: into the file of `--state` and to the program of `--exec`. Loaded where they are wanted. */
import { type ArpsweepError, OptionError } from '../errors.js';
import type { WatchEvent } from '../generated/watch-event-types.js';
import type { WatchState } from '../generated/watch-state-types.js';
import type { EventRunner } from '../watch/exec/event-runner.js';
import type { StateKeeper } from '../watch/state/keep-state.js';
import type { StateFile } from '../watch/state/state-file.js';
import type { Watch } from '../watch/watch-api.js';

export interface WatchOutlets {
  /** What an earlier watch left, or null; nothing is known any more once this one has begun. */
  readonly known: WatchState | null;
  /** Keeps the state of this watch from now on. */
  begin(run: Watch): void;
  tell(event: WatchEvent): void;
  /** A sweep was made: of those who have not changed, it is known that they are there. */
  swept(): void;
  /** Writes what is known by now, and waits for programs. */
  finish(): Promise<void>;
}

/** As commander hands them over. */
export interface OutletFlags {
  readonly state?: string;
  readonly exec?: string;
  readonly execArg?: readonly string[];
}

/**
 * @param say takes a sentence, in lower case and without the full stop
 * @throws OptionError where the file or the program cannot be used
 */
export async function openWatchOutlets(
  { state, exec, execArg }: OutletFlags,
  say: (sentence: string) => void,
): Promise<WatchOutlets> {
  if (exec === undefined && execArg !== undefined) {
    throw new OptionError(
      'execArg',
      'There is an argument of --exec-arg and no program to take it.',
      'Name the program with --exec.',
    );
  }
  const runner = exec === undefined ? null : await openRunner(exec, execArg ?? [], say);
  const opened = state === undefined ? null : await openFile(state, say);
  let keeper: StateKeeper | null = null;
  return {
    get known() {
      return opened?.file.known ?? null;
    },
    begin(run) {
      if (opened === null) return;
      keeper = opened.keep(run);
    },
    tell(event) {
      runner?.run(event);
      keeper?.changed();
    },
    swept: () => keeper?.changed(),
    async finish() {
      await Promise.all([keeper ? keeper.finish() : opened?.file.release(), runner?.finish()]);
    },
  };
}

async function openRunner(
  program: string,
  args: readonly string[],
  onTrouble: (sentence: string) => void,
): Promise<EventRunner> {
  const [{ findProgram }, { runEvents }] = await Promise.all([
    import('../watch/exec/find-program.js'),
    import('../watch/exec/event-runner.js'),
  ]);
  return runEvents({ program: await findProgram(program), args }, { onTrouble });
}

interface OpenedFile {
  readonly file: StateFile;
  keep(run: Watch): StateKeeper;
}

async function openFile(path: string, say: (sentence: string) => void): Promise<OpenedFile> {
  const [{ openStateFile }, { keepState }] = await Promise.all([
    import('../watch/state/state-file.js'),
    import('../watch/state/keep-state.js'),
  ]);
  const file = await openStateFile(path);
  const onTrouble = ({ message, remedy }: ArpsweepError): void =>
    say(`${message} ${remedy}`.replace(/\.$/, ''));
  return { file, keep: (run) => keepState(file, () => run.stateInParts(), { onTrouble }) };
}
