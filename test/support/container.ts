/** Containers of the image that scripts/test-container.sh builds, run by its podman in machines of the lab. */

import type { CommandResult } from '../../src/lab/command.js';
import { runCommand } from '../../src/lab/command.js';
import type { Host } from '../../src/lab/lab.js';

const { ARPSWEEP_PODMAN = '' } = process.env;
export const podman = (...words: readonly string[]): Promise<CommandResult> =>
  runCommand([...ARPSWEEP_PODMAN.split(' '), ...words]);

export const IMAGE = 'localhost/arpsweep';

/** What the README and the manifests give a container: NET_RAW and nothing else. */
const confined = [
  '--cap-drop',
  'ALL',
  '--cap-add',
  'NET_RAW',
  '--read-only',
  '--security-opt',
  'no-new-privileges',
];
// podman's own limits are higher than some machines' and raising them takes a capability that those may lack.
const limits = ['--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=512:512'];

export interface ContainerOptions {
  /** Further options of `podman run`. */
  readonly options?: readonly string[];
  /** In place of NET_RAW alone and the rest. */
  readonly confinement?: readonly string[];
}

function runWords(host: Host, { options = [], confinement = confined }: ContainerOptions): string[] {
  return ['run', ...confinement, ...limits, '--network', `ns:/run/netns/${host.namespace}`, ...options];
}

/** Runs `arpsweep WORDS` in a container on the network of a machine, to its end. */
export function inContainer(
  host: Host,
  words: readonly string[],
  options: ContainerOptions = {},
): Promise<CommandResult> {
  return podman(...runWords(host, options), '--rm', IMAGE, ...words);
}

/** A container that goes on by itself. */
export interface RunningContainer extends AsyncDisposable {
  readonly id: string;
  /** The process id of its first process, as seen from here. */
  readonly pid: number;
  /** What it has printed so far. */
  logs(): Promise<Pick<CommandResult, 'stdout' | 'stderr'>>;
  /** Ends it as engines do: SIGTERM, then SIGKILL after `seconds`. @returns its exit code */
  stop(seconds: number): Promise<number>;
  /** Waits for its end. @returns its exit code */
  ended(): Promise<number>;
}

export async function startContainer(
  host: Host,
  words: readonly string[],
  options: ContainerOptions = {},
): Promise<RunningContainer> {
  const { status, stdout, stderr } = await podman(...runWords(host, options), '--detach', IMAGE, ...words);
  if (status !== 0) throw new Error(`podman run: ${stderr}`);
  const id = stdout.trim();
  const told = async (field: string) =>
    (await podman('inspect', '--format', `{{.${field}}}`, id)).stdout.trim();
  return {
    id,
    pid: Number(await told('State.Pid')),
    logs: () => podman('logs', id),
    async stop(seconds) {
      await podman('stop', '--time', String(seconds), id);
      return Number(await told('State.ExitCode'));
    },
    async ended() {
      return Number((await podman('wait', id)).stdout.trim());
    },
    async [Symbol.asyncDispose]() {
      await podman('rm', '--force', '--time', '0', id);
    },
  };
}
