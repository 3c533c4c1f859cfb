/** Why a check cannot tell whether all is well, though what it saw looks so. */

import { type Expectation, expectedHosts } from '../expect/expectation.js';
import type { Host, LinkReport, Report } from '../generated/report-types.js';
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
 * A sentence for each reason to think that somebody answers for all that lies behind it, as the gateway of a /32, of a
 * routed pod network or an ARP proxy does: then a machine that is gone is answered for as well. An expected address that
 * is answered by the MAC that the expectation gives is beyond such doubt.
 */
export function doubtsOf(report: Report, expectation: Expectation, controls: Controls): string[] {
  return report.links.flatMap((link, index) => {
    const answers = unproven(report, expectation, index);
    if (answers.length === 0) return [];
    const everybody = onlyHost(link);
    const reasons = everybody === null ? answersAll(link, answers, controls) : [everybody];
    const proxy = reasons.length === 0 ? byProxy(report, answers, index) : null;
    return [...reasons, ...(proxy === null ? [] : [proxy])].map((reason) => `${reason} ${elsewhere}`);
  });
}

/** Whether a control was answered by one who alone answers for an expected address: worth a closer look. */
export function isSuspicious(report: Report, expectation: Expectation, controls: Controls): boolean {
  return report.links.some((link, index) =>
    byAnswerer(unproven(report, expectation, index)).some(
      ({ mac }) => answeredControls(link, mac, controls).answered.length > 0,
    ),
  );
}

/** Expected addresses that are answered on a link and of which no MAC is known. */
function unproven({ hosts }: Report, expectation: Expectation, link: number): Host[] {
  const anyMac = new Set(
    expectedHosts(expectation).flatMap(({ ip, macs }) => (macs.length === 0 ? [ip] : [])),
  );
  return hosts.filter((host) => host.link === link && !host.self && anyMac.has(host.ip));
}

/** Who answers for addresses that nobody else answers for. */
function byAnswerer(answers: readonly Host[]): { readonly mac: string; readonly ips: string[] }[] {
  const ips = new Map<string, string[]>();
  for (const { ip, responders } of answers) {
    const [only, ...others] = responders;
    if (only && others.length === 0) ips.set(only.mac, [...(ips.get(only.mac) ?? []), ip]);
  }
  return [...ips].map(([mac, of]) => ({ mac, ips: of }));
}

function onlyHost(link: LinkReport): string | null {
  const { prefixLength, ip } = link;
  if (prefixLength !== 32) return null;
  return `${linkName(link)} has the address ${ip}/32, so nobody else is on its link, and its gateway answers for every address.`;
}

function answersAll(link: LinkReport, answers: readonly Host[], controls: Controls): string[] {
  return byAnswerer(answers).flatMap(({ mac, ips }) => {
    const { asked, answered } = answeredControls(link, mac, controls);
    // A machine may have some of them by chance.
    if (answered.length <= asked / 2) return [];
    const also = `also for addresses that nobody should have (${list(answered)})`;
    return [
      `On ${linkName(link)} ${mac} answers ${also}, so that ${list(ips)} may be answered for without being there.`,
    ];
  });
}

/** How many controls were asked in a link's subnet, and which of them a MAC answered. */
function answeredControls(link: LinkReport, mac: string, controls: Controls) {
  const own = link.ip === null ? null : parseAddress(link.ip);
  if (controls.report === null || own === null) return { asked: 0, answered: [] };
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

function byProxy({ findings }: Report, answers: readonly Host[], link: number): string | null {
  const ips = new Set(answers.map(({ ip }) => ip));
  const proxy = findings.find(
    (finding) =>
      finding.kind === 'proxy-arp' && finding.link === link && finding.ips.some((ip) => ips.has(ip)),
  );
  if (!proxy) return null;
  const proxied = proxy.ips.filter((ip) => ips.has(ip));
  return `${list(proxied)} ${proxied.length === 1 ? 'is' : 'are'} answered by a proxy (${list(proxy.macs)}), whether the machine is there or not.`;
}
