/** What a program sees of listening: its options, what is said, and its handle. */
import type { ListenReport } from '../generated/listen-types.js';
import type { Finding } from '../generated/report-types.js';
import type { NamedMachine } from '../names/named-machine.js';
import type { StatementKind } from './statement.js';

/** A MAC that speaks for an address, or wants it, as it is first heard to do so in this kind of frame. */
export interface Utterance {
  /** The address that it speaks for; of a probe, the one that it wants. */
  readonly ip: string;
  readonly mac: string;
  readonly kind: StatementKind;
  /** ISO 8601, by the kernel's receive timestamp. */
  readonly at: string;
  /** Index into the report's `links`. */
  readonly link: number;
  readonly interface: string;
  readonly netns: string | null;
  /** Tag of the frame. */
  readonly vlan: number | null;
  readonly vendor: string | null;
  /** Machine and interface, such as `node-3 eth1`, by the names that were given. */
  readonly name: string | null;
}

export interface ListenOptions {
  /**
   * Links to listen on, `[NETNS:]IFACE[@VID]` with patterns allowed; with a VID only frames with this tag are heard, with 0
   * only those without. Without any, all Ethernet interfaces that are up and whose frames are heard on no other of them, 32
   * at most.
   */
  readonly links?: readonly string[];
  /** Network namespace (a name, a path or a process id) and VLAN ID of links that do not say. */
  readonly netns?: string;
  readonly vlan?: number | string;
  /** Whose hardware addresses are known, as for a sweep. */
  readonly names?: string | readonly (string | NamedMachine)[];
  /** Ends the listening after so many ms, at most a week. */
  readonly durationMs?: number;
  /** Ends it after so many ARP frames. */
  readonly frames?: number;
  /** Ends it; the report then has the outcome `interrupted`. */
  readonly signal?: AbortSignal;
  /** Called with each finding when it is first seen, and again where it has become another: it concerns more addresses, say. */
  readonly onFinding?: (finding: Finding) => void;
}

/**
 * Listening under way; nothing is sent. Iterating yields each speaker as it is first heard in a kind of frame, from the first
 * on; leaving the loop early, disposing or aborting ends the listening. It goes on whether it is iterated or not.
 */
export interface Listen extends AsyncIterable<Utterance>, AsyncDisposable {
  /**
   * Resolves when it has ended, however it ended.
   * @throws ArpsweepError where it could not start
   */
  report(): Promise<ListenReport>;
}
