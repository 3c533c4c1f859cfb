/** Checks the options of a ping. */

import { OptionError } from '../errors.js';
import { isUnicast, parseMac } from '../mac-address.js';
import { type CheckedOptions, checkOptions, refuse } from '../sweep/options.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { checkTime, parseCount } from '../talk/options.js';
import { checkCount } from '../talk/target-count.js';
import type { PingOptions } from './ping-api.js';

export interface CheckedPing extends Pick<CheckedOptions, 'links' | 'sourceIp' | 'sourceMac' | 'offLink'> {
  /** Infinity where it goes on until it is ended. */
  readonly count: number;
  readonly intervalMs: number;
  /** Infinity without one. */
  readonly deadlineMs: number;
  readonly unicast: boolean | string;
  readonly untilAnswer: boolean;
}

const defaultIntervalMs = 1000;
/** Requests per second over all addresses: more is the work of a sweep, which paces itself by what the wire bears. */
const mostPerSecond = 1000;
const mostAddresses = 1024;

/**
 * Checks every option alone and fills in the defaults.
 * @throws OptionError that names the option, what was given and the form expected
 */
export function checkPing(options: PingOptions): CheckedPing {
  const { count, intervalMs = defaultIntervalMs, deadlineMs, unicast = false } = options;
  const { links, sourceIp, sourceMac, offLink } = checkOptions(asking(options));
  return {
    links,
    sourceIp,
    sourceMac,
    offLink,
    count: count === undefined ? Number.POSITIVE_INFINITY : parseCount(count),
    intervalMs: checkTime('intervalMs', 'interval', intervalMs),
    deadlineMs:
      deadlineMs === undefined ? Number.POSITIVE_INFINITY : checkTime('deadlineMs', 'deadline', deadlineMs),
    unicast: typeof unicast === 'string' ? checkMac(unicast) : unicast,
    untilAnswer: options.untilAnswer ?? false,
  };
}

/** Those that a sweep has as well. */
function asking({ links, netns, vlan, sourceIp, sourceMac, offLink }: PingOptions): SweepOptions {
  return {
    ...(links !== undefined && { links }),
    ...(netns !== undefined && { netns }),
    ...(vlan !== undefined && { vlan }),
    ...(sourceIp !== undefined && { sourceIp }),
    ...(sourceMac !== undefined && { sourceMac }),
    ...(offLink !== undefined && { offLink }),
  };
}

function checkMac(text: string): string {
  const mac = parseMac(text);
  return mac !== null && isUnicast(mac)
    ? mac
    : refuse('unicast', 'hardware address', text, 'that of one machine, such as 02:00:00:00:00:01');
}

/** @throws OptionError where so many addresses are too much for a ping at such an interval */
export function checkBurden(addresses: number, intervalMs: number): void {
  checkCount(addresses, { option: 'targets', most: mostAddresses, verb: 'Ping' });
  if (addresses * 1000 <= mostPerSecond * intervalMs) return;
  const perSecond = Math.round((addresses * 1000) / intervalMs);
  throw new OptionError(
    'intervalMs',
    `${addresses} addresses every ${intervalMs} ms are ${perSecond} requests a second.`,
    `Give an interval of at least ${addresses} ms, or fewer addresses: at most ${mostPerSecond} a second are sent.`,
  );
}
