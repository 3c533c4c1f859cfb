/** A ping in lines for people. */

import type { PingedAddress, PingReply, PingReport, PingResponder } from '../ping/ping-api.js';
import { linkName } from './link-name.js';
import { counted, grouped, printable, roundTrip, times } from './text.js';

/** The report as the command line has it: it reads every reply. */
export type Pinged = Omit<PingReport, 'unread'>;

/**
 * `reply from 10.0.0.5 [00:50:56:ab:47:53]  0.712 ms`; a reply of another MAC than the first is marked.
 * @param namesLink says on which link it came, where there are several
 */
export function replyLine(reply: PingReply, namesLink: boolean): string {
  const { ip, mac, rttMs, responder } = reply;
  const where = namesLink ? ` on ${linkName(reply)}` : '';
  const time = rttMs === null ? 'time not known' : `${roundTrip(rttMs, '')} ms`;
  const mark = responder === 1 ? '' : `  another MAC (${responder})`;
  return `reply from ${ip} [${mac}]${where}  ${time}${mark}`;
}

/** What became of each address, and each MAC that answered for it. */
export function pingLines({ addresses }: Pinged): string[] {
  return addresses.flatMap((address) => [addressLine(address), ...address.responders.map(responderLine)]);
}

function addressLine(address: PingedAddress): string {
  const { ip, sourceIp, self, sent, answered } = address;
  const from = sourceIp === null ? 'by probe' : `from ${sourceIp}`;
  const own = self ? ', which this machine has itself' : '';
  const parts = [`${grouped(sent)} sent`, ...unsent(address), `${grouped(answered)} answered`];
  return `${ip} on ${linkName(address)}, asked ${from}${own}: ${parts.join(', ')}`;
}

function unsent({ unsent: count, refusals }: PingedAddress): string[] {
  if (count === 0) return [];
  const refused = Object.values(refusals).reduce((sum, n) => sum + n, 0);
  const reasons = [
    ...Object.entries(refusals).map(([code, n]) => `${code} ${times(n)}`),
    ...(count > refused ? [`${grouped(count - refused)} not seen leaving`] : []),
  ];
  return [`${grouped(count)} could not be sent (${reasons.join(', ')})`];
}

function responderLine({ mac, vendor, replies, rttMs }: PingResponder): string {
  const who = vendor === null ? mac : `${mac} (${printable(vendor)})`;
  const parts = [`  ${who}: ${counted(replies, 'reply', 'replies')}`];
  if (rttMs !== null) {
    const { min, average, median, p99, max, deviation } = rttMs;
    const each = [min, average, median, p99, max, deviation].map((ms) => roundTrip(ms, ''));
    parts.push(`min/avg/median/p99/max/deviation ${each.join('/')} ms`);
  }
  return parts.join(', ');
}
