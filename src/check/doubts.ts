/** Why a check cannot tell whether all is well, though what it saw looks so. */

import { type Expectation, expectedHosts } from '../expect/expectation.js';
import type { LinkReport, Report } from '../generated/report-types.js';
import { linkName } from '../reporters/link-name.js';
import { formatAddress, parseAddress } from '../targets/address.js';
import { contains, subnetRange } from '../targets/ranges.js';
import { list } from '../wording.js';

/** Addresses that nobody should have, and what became of them. */
export interface Controls {
  /** In host byte order. */
  readonly addresses: readonly number[];
  /** Null where none were asked. */
  readonly report: Report | null;
}

const elsewhere =
  'Check from the network that the machines are on; a pod needs the host network, Multus or macvlan for that.';

/**
 * A sentence for each reason to think that somebody answers for all that lies behind it, as the gateway of a /32 or of a
 * routed pod network does: then a machine that is gone is answered for as well. An expected address that is answered by
 * the MAC that the expectation gives is beyond such doubt.
 */
export function doubtsOf(report: Report, expectation: Expectation, controls: Controls): string[] {
  return report.links.flatMap((link, index) => {
    const { ips, macs } = unproven(report, expectation, index);
    if (ips.size === 0) return [];
    const reason = onlyHost(link) ?? answersAll(link, macs, controls) ?? byProxy(report, ips, index);
    return reason === null ? [] : [`${reason} ${elsewhere}`];
  });
}

/** Whether a control was answered by the only one who answers for the expected addresses: worth a closer look. */
export function isSuspicious(report: Report, expectation: Expectation, controls: Controls): boolean {
  return report.links.some((link, index) => {
    const { macs } = unproven(report, expectation, index);
    return answeredControls(link, macs, controls).answered.length > 0;
  });
}

/** Expected addresses that are answered on a link and of which no MAC is known, and who answers. */
function unproven({ hosts }: Report, expectation: Expectation, link: number) {
  const anyMac = new Set(
    expectedHosts(expectation).flatMap(({ ip, macs }) => (macs.length === 0 ? [ip] : [])),
  );
  const answered = hosts.filter((host) => host.link === link && !host.self && anyMac.has(host.ip));
  return {
    ips: new Set(answered.map(({ ip }) => ip)),
    macs: new Set(answered.flatMap(({ responders }) => responders.map(({ mac }) => mac))),
  };
}

function onlyHost(link: LinkReport): string | null {
  const { prefixLength, ip } = link;
  if (prefixLength !== 32) return null;
  return `${linkName(link)} has the address ${ip}/32, so nobody else is on its link, and its gateway answers for every address.`;
}

function answersAll(link: LinkReport, macs: ReadonlySet<string>, controls: Controls): string | null {
  const { asked, answered } = answeredControls(link, macs, controls);
  // A machine may have some of them by chance; a router has its own addresses, and some hosts, apart.
  if (answered.length <= asked / 2) return null;
  return `On ${linkName(link)} ${list([...macs])} answers for every address, also for some that nobody should have (${list(answered)}).`;
}

/** How many controls were asked in a link's subnet, and which of them the only MAC there answered. */
function answeredControls(link: LinkReport, macs: ReadonlySet<string>, controls: Controls) {
  const own = link.ip === null ? null : parseAddress(link.ip);
  const [mac] = macs;
  if (controls.report === null || own === null || macs.size !== 1) return { asked: 0, answered: [] };
  const subnet = subnetRange(own, link.prefixLength ?? 32);
  const asked = controls.addresses.filter((address) => contains([subnet], address)).map(formatAddress);
  const { hosts, links } = controls.report;
  const answering = hosts.filter(
    (host) =>
      linkName(links[host.link]) === linkName(link) &&
      host.responders.some((responder) => responder.mac === mac),
  );
  const answered = answering.map(({ ip }) => ip).filter((ip) => asked.includes(ip));
  return { asked: asked.length, answered };
}

function byProxy({ findings }: Report, ips: ReadonlySet<string>, link: number): string | null {
  const proxy = findings.find(
    (finding) =>
      finding.kind === 'proxy-arp' && finding.link === link && finding.ips.some((ip) => ips.has(ip)),
  );
  if (!proxy) return null;
  const proxied = proxy.ips.filter((ip) => ips.has(ip));
  return `${list(proxied)} ${proxied.length === 1 ? 'is' : 'are'} answered by a proxy (${list(proxy.macs)}), whether the machine is there or not.`;
}
