import { describe, expect, it } from 'vitest';
import type { HeldAddress, NotedHost } from '../../../src/findings/context.js';
import { diagnose } from '../../../src/findings/diagnose.js';
import {
  addresses,
  facts,
  firstLink,
  host,
  kindsOf,
  linkFacts,
  mac,
  OUR_IP,
  OUR_MAC,
  responder,
} from '../../support/sweep-facts.js';

describe('shadowed-address', () => {
  const parked: HeldAddress = { interface: 'kube-ipvs0', prefixLength: 32, flags: ['DOWN', 'NOARP'] };
  const held = (ips: readonly string[], place: HeldAddress) =>
    firstLink({ held: new Map(ips.map((ip) => [ip, [place]])) });

  it('is one finding for all that one interface holds, whoever answers for it', () => {
    const ips = addresses(3, 31);
    const findings = diagnose(
      facts(
        ips.map((ip, i) => host(ip, [mac(3 - i)])),
        held(ips, parked),
      ),
    );
    expect(findings).toMatchObject([
      { kind: 'shadowed-address', severity: 'warning', link: 0, ips, macs: [mac(1), mac(2), mac(3)] },
    ]);
    expect(findings[0]?.message).toMatch(/^kube-ipvs0 \(DOWN, NOARP\) of this machine holds 10\.0\.0\.31, /);
    expect(findings[0]?.evidence).toMatchObject({ heldBy: 'kube-ipvs0', addresses: { length: 3 } });
  });

  it('is an error for the addresses that are expected to be another’s, by its MAC', () => {
    const ips = addresses(4, 31);
    const expected = (ip: string, macs: readonly string[]) =>
      [ip, { ip, macs, name: null, several: false }] as const;
    const findings = diagnose(
      facts(
        ips.map((ip) => host(ip, [mac(1)])),
        {
          ...held(ips, parked),
          expected: new Map([
            expected(ips[0] ?? '', [mac(1)]),
            expected(ips[1] ?? '', [mac(1), OUR_MAC]),
            expected(ips[2] ?? '', []),
          ]),
        },
      ),
    );
    expect(findings.map(({ kind, severity, ips: of }) => [kind, severity, of])).toEqual([
      ['shadowed-address', 'error', ips.slice(0, 1)],
      ['shadowed-address', 'warning', ips.slice(1)],
    ]);
  });

  it('is not seen in services that a load balancer holds, whose owner can be reached otherwise', () => {
    const hosts = [host('10.0.0.31', [mac(1)]), host('10.0.0.11', [mac(1)])];
    expect(kindsOf(hosts, held(['10.0.0.31'], parked))).toEqual([]);
    expect(kindsOf([host('10.0.0.31', ['00:00:5e:00:01:07'])], held(['10.0.0.31'], parked))).toEqual([]);
    const known = { links: [linkFacts({ neighbours: new Set([mac(1)]) })] };
    expect(kindsOf(hosts.slice(0, 1), { ...held(['10.0.0.31'], parked), ...known })).toEqual([]);
    // Held in any other way it is no service.
    for (const place of [
      { ...parked, prefixLength: 24 },
      { ...parked, flags: [] },
    ]) {
      expect(kindsOf(hosts, held(['10.0.0.31'], place))).toEqual(['shadowed-address']);
    }
    // Out of reach is who has nothing else on the link.
    expect(
      kindsOf([hosts[0] as NotedHost, host('10.0.0.11', [mac(1)], { link: 1 })], held(['10.0.0.31'], parked)),
    ).toEqual(['shadowed-address']);
  });

  it('is not seen where this machine itself answers, nor an ARP proxy', () => {
    expect(kindsOf([host('10.0.0.31', [OUR_MAC])], held(['10.0.0.31'], parked))).toEqual([]);
    const proxied = addresses(8).map((ip) => host(ip, [responder(mac(1), { probeReplies: 0 })]));
    expect(kindsOf(proxied, held(['10.0.0.3'], parked))).toEqual(['proxy-arp']);
  });

  it('is not seen in what is held in another network namespace, which is like another machine', () => {
    const [, second] = held(['10.0.0.31'], { ...parked, flags: [] }).links.toReversed();
    expect(kindsOf([host('10.0.0.31', [mac(1)])], { links: [linkFacts(), second ?? linkFacts()] })).toEqual(
      [],
    );
  });

  it('leaves what the swept link itself holds to claims-our-address', () => {
    const ours = host(OUR_IP, [mac(1)], { self: true, answeredOwnProbe: [mac(1)] });
    expect(kindsOf([ours], held([OUR_IP], parked))).toEqual(['claims-our-address']);
  });
});
