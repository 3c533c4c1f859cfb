/** What a program sees of a ping: its options, its replies and what they come to. */

import type { Place } from '../links/plan.js';
import type { WhereOptions } from '../talk/options.js';
import type { RoundTripSummary } from './round-trips.js';

export interface PingOptions extends WhereOptions {
  /** Requests for each address. Without a number, until the ping is ended. */
  readonly count?: number;
  /** Between two requests for the same address, in ms, from 1. Default 1000. */
  readonly intervalMs?: number;
  /** Ends the ping after so many ms, whatever was sent or heard by then. */
  readonly deadlineMs?: number;
  /**
   * Asks by unicast: a hardware address, or with `true` the one that answered first, until when everybody is asked. By
   * default every request is a broadcast, so that whoever else has the address answers as well.
   */
  readonly unicast?: boolean | string;
  /** Ends as soon as every address was answered; one that was is not asked again. */
  readonly untilAnswer?: boolean;
  /** Sender protocol address; `'0.0.0.0'` asks by probe. Default: the interface's address in the target's subnet. */
  readonly sourceIp?: string;
  /** Sender hardware address; without `sourceIp` it implies SPA 0. Default: the interface's own. */
  readonly sourceMac?: string;
  /** Ask addresses that are in none of the link's subnets, too. */
  readonly offLink?: boolean;
  /** Ends the ping; the report then has the outcome `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface PingReply extends Place {
  readonly ip: string;
  readonly mac: string;
  /** Between the kernel's times of sending and receiving, in ms; null where it cannot be told which request was answered. */
  readonly rttMs: number | null;
  /** ISO 8601, by the kernel's receive timestamp. */
  readonly at: string;
  /** 1 for the MAC that answered first for this address, 2 for the second. */
  readonly responder: number;
}

/** A request that the kernel refused. */
export interface PingRefusal extends Place {
  readonly ip: string;
  /** The kernel's name of the error, such as `ENOBUFS`. */
  readonly code: string;
}

/** One MAC that answered for an address. */
export interface PingResponder {
  readonly mac: string;
  readonly vendor: string | null;
  readonly replies: number;
  /** Of the replies of which it is known; null where that is none. */
  readonly rttMs: RoundTripSummary | null;
}

/** What became of one address. */
export interface PingedAddress extends Place {
  readonly ip: string;
  /** The address that asked, or null where it was asked by probe (SPA 0). */
  readonly sourceIp: string | null;
  /** This machine holds the address on that link: whoever answers has it, too. */
  readonly self: boolean;
  /** Requests that were seen leaving. */
  readonly sent: number;
  /** Requests that the kernel refused, or took and never sent. */
  readonly unsent: number;
  /** How many were refused, by the kernel's name of the error. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Requests that somebody answered. */
  readonly answered: number;
  /** In the order of their first replies. */
  readonly responders: readonly PingResponder[];
}

export interface PingReport {
  /** `inconclusive` where the links went away before it was done. */
  readonly outcome: 'complete' | 'inconclusive' | 'interrupted';
  /** By IP, then link. */
  readonly addresses: readonly PingedAddress[];
  /** Frames that were not heard, or not accounted for, because there were too many for this machine. */
  readonly lost: number;
  /** Replies that the iteration did not take in time, and was not given. */
  readonly unread: number;
}

/**
 * A ping under way. Iterating yields each reply as it is heard; leaving the loop early, disposing or aborting ends the
 * ping. It runs whether it is iterated or not.
 */
export interface Ping extends AsyncIterable<PingReply>, AsyncDisposable {
  /**
   * Resolves when the ping has ended, however it ended.
   * @throws ArpsweepError where it could not start
   */
  report(): Promise<PingReport>;
}
