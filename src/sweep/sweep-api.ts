/** What a program sees of a sweep: its options, its responders, its progress and its handle. */
import type { Expectations } from '../expect/expectation.js';
import type { Report } from '../generated/report-types.js';
import type { NamedMachine } from '../names/named-machine.js';
import type { FrameFields } from './frame-fields.js';

/** One MAC that answers for one address, as it is first heard. */
export interface Responder {
  readonly ip: string;
  readonly mac: string;
  /** Round trip in ms, or null where it cannot be told which request was answered. */
  readonly rttMs: number | null;
  /** ISO 8601, by the kernel's receive timestamp. */
  readonly firstAt: string;
  /** Index into the report's `links`. */
  readonly link: number;
  readonly interface: string;
  readonly netns: string | null;
  /** VLAN ID of the tag that the question had, the outer of two. */
  readonly vlan: number | null;
  /** VLAN ID of the inner of two tags; left out where there is none. */
  readonly innerVlan?: number;
  readonly vendor: string | null;
  /** Machine and interface, such as `node-3 eth1`, by the names that were given; else, in the command, by DNS. */
  readonly name: string | null;
}

/** Where a sweep stands; numbers are summed over its links. */
export interface Progress {
  readonly phase: 'sweep' | 'census' | 'cooldown' | 'done';
  /** Pass that is under way, from 1. */
  readonly pass: number;
  readonly targets: number;
  /** Addresses that have answered so far. */
  readonly answered: number;
  readonly responders: number;
  readonly transmitted: number;
  /** Frames per second while sending. */
  readonly rate: number;
  readonly elapsedMs: number;
  /** Expected time to the end in ms, or null where it cannot be told. */
  readonly remainingMs: number | null;
}

export type ProfileName = 'lan' | 'wifi' | 'dai';

export interface SweepOptions {
  /**
   * Links to sweep on, as `[NETNS:]IFACE[@VID[.PRIO]]`: an interface, by its name or a pattern of the shell, in a network
   * namespace by its name, path or process id, with a VLAN tag to put on, or with two (`eth1@100@7`). A pattern takes
   * the interfaces that are up. Without any, that of the default route.
   */
  readonly links?: readonly string[];
  /** Network namespace of the links that do not say. To enter one takes CAP_SYS_ADMIN. */
  readonly netns?: string;
  /** VLAN tag of the links that do not say, such as `100` or `'100.5'`; `@0` in a link says that it has none. */
  readonly vlan?: number | string;
  /** Targets to leave out, in the same forms as targets. */
  readonly exclude?: string | readonly string[];
  /**
   * Frames per second on each link. A number, or `'max'` for full speed, is kept throughout. `'auto'` (the default)
   * starts at the profile's rate, rises while no more is lost by it, up to the profile's ceiling (`lan` 5000, `wifi`
   * 500, `dai` 10), and slows down where more is lost. `'auto:CEILING'`, as in `'auto:100k'`, and `'auto:max'` set
   * another ceiling. With `passes: 1` loss does not show, and the rate stays at its start.
   */
  readonly rate?: number | 'auto' | 'max' | `auto:${string}`;
  /** Default `lan`, or `wifi` on a wireless link. */
  readonly profile?: ProfileName;
  /**
   * Passes over the addresses that are not settled, 1 to 255; a number is exact. Default `'auto'`: until a further
   * one is not worth its time by what is expected to be missed, at most 30.
   */
  readonly passes?: number | 'auto';
  /** Listening after the last frame, in ms. Default `'auto'`: by the answers heard, 350 to 1500. */
  readonly cooldownMs?: number | 'auto';
  /** Sender protocol address; `'0.0.0.0'` asks by probe. Default: the interface's address in the target's subnet. */
  readonly sourceIp?: string;
  /** Sender hardware address; without `sourceIp` it implies SPA 0. Default: the interface's own. */
  readonly sourceMac?: string;
  /** Fields of the frames, set by hand. */
  readonly frame?: FrameFields;
  readonly order?: 'random' | 'sequential';
  /** Seed of the random order, an unsigned 32-bit integer. Default: drawn anew, and 0 with `shard`. */
  readonly seed?: number;
  /**
   * Asks one of several parts of the targets, such as `'2/5'`: the second of five. Parts with the same targets, seed and
   * order have no address in common and are together the whole, on whatever machines they are swept.
   */
  readonly shard?: string;
  /**
   * Goes on with a sweep that was cut short: the `resume` of its report. With the same targets, exclusions and links it asks
   * what that one left; seed, order and shard come from it.
   */
  readonly resume?: string;
  /** Ask targets that are in none of the link's subnets, too. */
  readonly offLink?: boolean;
  /**
   * Whose hardware addresses are known, for the names of responders and for what follows from them: files with the output
   * of `arpsweep interfaces -f json` or with lines of ethers(5), directories of such files, or machines themselves. This
   * machine's own interfaces are always among them.
   */
  readonly names?: string | readonly (string | NamedMachine)[];
  /**
   * What the network should look like: a file as `--expect` takes it, or what it holds. What differs is reported by the
   * findings `missing`, `wrong-mac`, `group-empty` and `unexpected`. Without exact `passes`, each expected address that is
   * a target gets at least five requests before it is called missing; those that are no targets are not judged.
   */
  readonly expect?: string | Expectations;
  /**
   * Asks each responder eleven odd requests as well, once the sweep is done: `fingerprint` in the report says which of
   * them it answered, which tells of its kind. Takes about five seconds.
   */
  readonly fingerprint?: boolean;
  /** Ends the sweep; the report then has the outcome `interrupted`. */
  readonly signal?: AbortSignal;
  /** Called at most ten times a second while the sweep runs, and once at its end. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * A running sweep. Iterating yields each responder as it is first heard; leaving the loop early, disposing or
 * aborting ends the sweep. A sweep runs whether it is iterated or not.
 */
export interface Sweep extends AsyncIterable<Responder>, AsyncDisposable {
  /**
   * Resolves when the sweep has ended, however it ended.
   * @throws ArpsweepError where it could not start
   */
  report(): Promise<Report>;
  progress(): Progress;
}
