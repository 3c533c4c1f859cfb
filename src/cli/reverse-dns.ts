/** Names for addresses (PTR), within bounds: a DNS server that does not answer must not hold up a report. */
import { Resolver } from 'node:dns/promises';
import { printable } from '../reporters/text.js';

const mostAtOnce = 32;

/**
 * A server that is silent for so long is passed over for the next of resolv.conf(5); for twice as long, where Node's timer
 * for it, which beats no faster, comes a moment too early.
 */
const serverTimeoutMs = 600;
/** Longest time for one name: the first server may be dead, the second slow. */
const lookupTimeoutMs = 2000;

export interface ReverseDns {
  /** The name of an address, or null where it has none or time ran out. Each address is asked for once. */
  nameOf(ip: string): Promise<string | null>;
  /** Lets lookups go on for so long; what is not known then has no name. */
  closeAfter(ms: number): void;
}

/** The part of `dns.Resolver` that is used. */
export interface Lookup {
  reverse(ip: string): Promise<readonly string[]>;
  /** Rejects what is under way. */
  cancel(): void;
}

export function reverseDns(
  lookup: Lookup = new Resolver({ timeout: serverTimeoutMs, tries: 1 }),
  timeoutMs = lookupTimeoutMs,
): ReverseDns {
  const names = new Map<string, Promise<string | null>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;

  async function ask(ip: string): Promise<string | null> {
    if (running === mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return closed ? null : await within(timeoutMs, firstName(lookup, ip));
    } finally {
      // The place goes to the next in line, if there is one.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    nameOf(ip) {
      const known = names.get(ip) ?? ask(ip);
      names.set(ip, known);
      return known;
    },
    closeAfter(ms) {
      const close = (): void => {
        closed = true;
        lookup.cancel();
      };
      if (ms > 0) setTimeout(close, ms).unref();
      else close();
    },
  };
}

async function firstName(lookup: Lookup, ip: string): Promise<string | null> {
  try {
    const [name = ''] = await lookup.reverse(ip);
    return printable(name) || null;
  } catch {
    // No such name, no server, cancelled: no name.
    return null;
  }
}

/** The resolver's own time-out counts for each server of resolv.conf; this one counts in all. */
async function within(ms: number, name: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([name, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
