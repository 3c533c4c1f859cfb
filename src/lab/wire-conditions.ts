/**
 * A bad wire to a host of the lab, and a host that answers too little, made by the kernel alone: nftables at the host's
 * own netdev hooks. It has to be the far side: at our own ingress hook packet sockets have already seen the frame
 * (packet(7) taps come first). No process runs, and what was set goes with the host's namespace.
 */
import type { mustRun } from './command.js';
import { lossBurstRules } from './loss-bursts.js';

/**
 * Each call replaces its own condition in one transaction and leaves the others alone. A share of 0, no addresses, or
 * Infinity in place of a rate, a number of frames or `everyMs` end it. Several act in the order of the frame's way:
 * bursts, random loss, storm control and policer on the way in; the host's own limit, random loss and bursts on the way
 * out.
 */
export interface WireConditions {
  /** Drops a random share of the frames that reach this host. */
  dropShare(percent: number): Promise<void>;
  /** Drops a random share of the ARP frames for these addresses or prefixes, as where hosts differ. */
  dropShareOf(addresses: readonly string[], percent: number): Promise<void>;
  /** Drops a random share of the ARP replies of this host. */
  dropReplies(percent: number): Promise<void>;
  /**
   * Drops what reaches this host above a rate in frames per second. `burst`, the size of the token bucket in frames,
   * is nft's default of 5 unless given.
   */
  police(ratePerSecond: number, burst?: number): Promise<void>;
  /**
   * Storm control of a switch: of each window of time the first so many broadcasts pass and the rest is lost. A
   * window begins with the first broadcast after the end of the one before.
   */
  stormControl(frames: number, windowMs: number): Promise<void>;
  /**
   * Drops everything, both ways, for `lastMs` at random moments, once in `everyMs` on average. The moments follow from
   * the seed and count from the first frame. Both ends fall on ticks of the kernel (4 ms at 250 Hz), so that a burst
   * is up to a tick shorter or longer, and right on average.
   */
  lossBursts(everyMs: number, lastMs: number, seed?: number): Promise<void>;
  /** Each address of this host answers at most so many times a second. */
  answerAtMost(perSecond: number): Promise<void>;
  /** Frames that the conditions in force have dropped, each since it was set. */
  droppedFrames(): Promise<number>;
}

type Hook = 'ingress' | 'egress';

const BROADCAST = 'ether daddr ff:ff:ff:ff:ff:ff';
const REPLY = 'arp operation reply';
/** Ends every rule that drops. The counter belongs to the condition's table. */
const DROP = 'counter name dropped drop';

/** True of a random share of frames, as the beginning of a rule. nft refuses a comparison that is always true. */
function randomly(percent: number): string {
  return percent >= 100 ? '' : `numgen random mod 10000 < ${Math.round(percent * 100)}`;
}

/** True of what finds a token bucket empty. */
function bucket(rate: string, burst: number): string {
  return `limit rate over ${rate} burst ${burst} packets`;
}

/** The conditions of one interface; `run` is `mustRun` in its namespace. */
export function wireConditions(iface: string, run: typeof mustRun): WireConditions {
  /** A chain of frames that come in or go out; what accepts there goes on to the one of the next priority. */
  const chain = (hook: Hook, priority: number, rule: string) =>
    `chain ${hook} {
      type filter hook ${hook} device "${iface}" priority ${priority};
      ${rule}
    }`;

  /** Puts a table, which holds all of one condition, in place of the one before. */
  async function replace(condition: string, content: string | null): Promise<void> {
    const table = `table netdev ${condition}`;
    const rest = content === null ? '' : `${table} {\ncounter dropped { }\n${content}\n}\n`;
    await run(['nft', '-f', '-'], `add ${table}\ndelete ${table}\n${rest}`);
  }

  return {
    lossBursts: (everyMs, lastMs, seed = 1) =>
      replace(
        'bursts',
        Number.isFinite(everyMs) && lastMs > 0
          ? [
              lossBurstRules(everyMs, lastMs, seed, DROP),
              chain('ingress', 1, 'jump bursts'),
              chain('egress', 3, 'jump bursts'),
            ].join('\n')
          : null,
      ),

    dropShare: (percent) =>
      replace('share', percent > 0 ? chain('ingress', 2, `${randomly(percent)} ${DROP}`) : null),

    dropShareOf: (addresses, percent) =>
      replace(
        'share_of',
        percent > 0 && addresses.length > 0
          ? [
              `set some { type ipv4_addr; flags interval; auto-merge; elements = { ${addresses.join(', ')} }; }`,
              chain('ingress', 3, `arp daddr ip @some ${randomly(percent)} ${DROP}`),
            ].join('\n')
          : null,
      ),

    // A bucket that hardly ever refills is a plain number of frames; a new window comes with a new, full one.
    stormControl: (frames, windowMs) =>
      replace(
        'storm',
        Number.isFinite(frames)
          ? [
              'set window { type ether_addr; flags dynamic,timeout; size 65535; }',
              chain(
                'ingress',
                4,
                `${BROADCAST} add @window { ether daddr timeout ${windowMs}ms ${bucket('1/day', frames)} } ${DROP}`,
              ),
            ].join('\n')
          : null,
      ),

    police: (ratePerSecond, burst = 5) =>
      replace(
        'police',
        Number.isFinite(ratePerSecond)
          ? chain('ingress', 5, `${bucket(`${ratePerSecond}/second`, burst)} ${DROP}`)
          : null,
      ),

    answerAtMost: (perSecond) =>
      replace(
        'answers',
        Number.isFinite(perSecond)
          ? [
              'set answered { type ipv4_addr; flags dynamic; size 1048576; }',
              chain(
                'egress',
                1,
                `${REPLY} add @answered { arp saddr ip ${bucket(`${perSecond}/second`, 1)} } ${DROP}`,
              ),
            ].join('\n')
          : null,
      ),

    dropReplies: (percent) =>
      replace('replies', percent > 0 ? chain('egress', 2, `${REPLY} ${randomly(percent)} ${DROP}`) : null),

    async droppedFrames() {
      const counters = await run(['nft', 'list', 'counters']);
      return [...counters.matchAll(/packets (\d+)/g)].reduce((sum, [, packets]) => sum + Number(packets), 0);
    },
  };
}
