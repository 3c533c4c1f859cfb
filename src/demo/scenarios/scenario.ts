/** An incident as somebody met it, to be built again in a lab, looked at by one command, and mended. */
import { mustRun } from '../../lab/command.js';
import type { Host, Lab, Switch } from '../../lab/lab.js';

export const OUR_MAC = 'a0:36:9f:51:c8:02';

/** What the program is run for, and what it should end with. */
export interface Stage {
  /** Who is where, in a sentence or two. */
  readonly network: string;
  /** The one command that finds the cause, without the program's name. Files of `files` are in its directory. */
  readonly command: readonly string[];
  /** The machine that it runs on; null for the one that we are on. */
  readonly on: Host | null;
  /** Files that the command reads, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Exit code that it ends with. */
  readonly exitCode: number;
  /** What happens while it runs; null for nothing. */
  readonly meanwhile: (() => Promise<void>) | null;
  /** What makes all well, so that the same command finds nothing; null where nothing is wrong. */
  readonly remedy: { readonly text: string; apply(): Promise<unknown> } | null;
}

/** A scenario of `arpsweep demo`. */
export interface Scenario {
  /** The word of the command line. */
  readonly name: string;
  /** What is seen by somebody who does not know the cause, in a sentence. */
  readonly symptom: string;
  /** Builds it; our own interfaces are in the namespace that this process is in. */
  build(lab: Lab): Promise<Stage>;
}

/** A stage on this machine, at which the command ends with 0 and reads no files. */
export function stage(given: Partial<Stage> & Pick<Stage, 'network' | 'command'>): Stage {
  return { on: null, files: {}, exitCode: 0, meanwhile: null, remedy: null, ...given };
}

/** A switch, with our `eth0` in its first port. */
export async function ourSegment(lab: Lab, name = 'switch'): Promise<Switch> {
  const on = await lab.switch(name);
  await lab.link('eth0', { on, mac: OUR_MAC, address: '10.34.11.2/24' });
  return on;
}

/** Frames that have come in on one of our links. */
export async function framesReceived(link: string): Promise<number> {
  const shown = await mustRun(['ip', '-json', '-stats', 'link', 'show', 'dev', link]);
  return JSON.parse(shown)[0].stats64.rx.packets;
}
