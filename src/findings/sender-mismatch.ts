import type { Finding } from '../generated/report-types.js';
import { counted } from '../reporters/text.js';
import { list } from '../wording.js';
import { heardOften, type NotedHost, type NotedResponder, type SweepFacts } from './context.js';
import { virtualMacProtocol } from './virtual-macs.js';

/** One that sends in the name of so many is in the way of a whole network. */
const many = 8;

/**
 * The frame says that it comes from one MAC, and the answer in it names another. Routers of a redundancy protocol do
 * so by the book (RFC 9568 section 8.1.2: the virtual MAC in the answer, the physical one as the source).
 */
export function diagnoseSenderMismatch(facts: SweepFacts): Finding[] {
  const groups = new Map<string, Group>();
  for (const host of facts.noted) {
    if (host.self) continue;
    for (const responder of host.responders) {
      const { mac, ethernetSource } = responder;
      if (mac === ethernetSource || virtualMacProtocol(mac) !== null) continue;
      const key = `${host.link} ${ethernetSource}`;
      const group = groups.get(key) ?? { link: host.link, source: ethernetSource, answers: [] };
      group.answers.push({ host, responder });
      groups.set(key, group);
    }
  }
  return [...groups.values()].map((group) => describe(facts, group));
}

interface Group {
  readonly link: number;
  readonly source: string;
  readonly answers: { readonly host: NotedHost; readonly responder: NotedResponder }[];
}

function describe(facts: SweepFacts, { link, source, answers }: Group): Finding {
  const { interfaces, passive } = facts;
  const ips = [...new Set(answers.map(({ host }) => host.ip))];
  const named = [...new Set(answers.map(({ responder }) => responder.mac))].sort();
  const subject =
    ips.length === 1 ? `${ips[0]}` : `${counted(ips.length, 'address', 'addresses')} (${list(ips)})`;
  return {
    kind: 'sender-mismatch',
    severity: ips.length >= many ? 'warning' : 'info',
    link,
    ips,
    macs: [source, ...named],
    message:
      `The ${passive ? 'frames' : 'answers'} for ${subject} on ${interfaces[link]} come from ${source} but name ${list(named)} as their sender. ` +
      `That is what a wireless repeater or a client bridge makes of them, or somebody who answers in the name of others. ` +
      `Find ${source} in the switch's MAC table.`,
    evidence: {
      ethernetSource: source,
      addresses: answers.map(({ host, responder }) => ({
        ip: host.ip,
        senderHardwareAddress: responder.mac,
        ...heardOften(facts, responder),
      })),
    },
  };
}
