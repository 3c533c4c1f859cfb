import { describe, expect, it } from 'vitest';
import type { NotedResponder } from '../../../src/findings/context.js';
import { diagnose } from '../../../src/findings/diagnose.js';
import {
  addresses,
  facts,
  firstLink,
  host,
  kindsOf,
  mac,
  responder,
  wire,
} from '../../support/sweep-facts.js';

describe('proxy-arp', () => {
  const silentToProbes = (of = mac(1)) => responder(of, { replies: 3, probeReplies: 0 });
  const proxied = (count: number, probes = 3) =>
    addresses(count).map((ip) => host(ip, [silentToProbes()], { probes }));
  const router = host('10.0.0.100', [mac(1)]);

  it('is found by eight addresses, beside those of its own', () => {
    expect(kindsOf([...proxied(7), router])).toEqual([]);
    const [finding] = diagnose(facts([...proxied(8), router]));
    expect(finding).toMatchObject({
      kind: 'proxy-arp',
      severity: 'warning',
      ips: addresses(8),
      macs: [mac(1)],
    });
    expect(finding?.evidence).toMatchObject({ addressCount: 8, probes: 24, ownAddresses: ['10.0.0.100'] });
  });

  it('explains a conflict that it is a part of, but not one between two others', () => {
    const contested = (responders: NotedResponder[]) =>
      host('10.0.0.101', responders, { probes: 3, sameRequest: true });
    const local = contested([responder(mac(2)), silentToProbes()]);
    const [finding, ...more] = diagnose(facts([...proxied(8), local]));
    expect(finding).toMatchObject({
      kind: 'proxy-arp',
      evidence: { contested: [{ ip: '10.0.0.101', by: [mac(2), mac(1)] }] },
    });
    expect(more).toEqual([]);
    const disputed = contested([responder(mac(2)), responder(mac(3)), silentToProbes()]);
    expect(diagnose(facts([...proxied(8), disputed]))).toMatchObject([
      { kind: 'duplicate-address', macs: [mac(2), mac(3)] },
      { kind: 'proxy-arp' },
    ]);
    // Its own address is no proxy's.
    const own = contested([responder(mac(1)), responder(mac(2))]);
    expect(kindsOf([...proxied(8), own])).toEqual(['duplicate-address', 'proxy-arp']);
  });

  it('is not seen where nobody on the link answers probes, as behind some switches', () => {
    const others = host('10.0.0.102', [silentToProbes(mac(2))]);
    const silent = firstLink({ answeredProbes: 0 });
    expect(kindsOf([...proxied(8), others], silent)).toEqual([]);
    expect(kindsOf(proxied(8), silent)).toEqual(['proxy-arp']);
  });

  it('is not seen in what loss takes from a machine of many addresses', () => {
    const many = addresses(92, 120).map((ip) => host(ip, [mac(1)]));
    const lossy = { wires: [wire(0.4)] };
    expect(kindsOf([...proxied(12), ...many], lossy)).toEqual([]);
    expect(kindsOf([...proxied(80), ...many], lossy)).toEqual(['proxy-arp']);
  });

  it('is seen behind loss although another machine answers one of its addresses, and was asked once', () => {
    const contested = host('10.0.0.101', [responder(mac(2)), silentToProbes()], {
      probes: 1,
      sameRequest: true,
    });
    expect(kindsOf([...proxied(80), contested], { wires: [wire(0.4)] })).toEqual(['proxy-arp']);
  });

  it('is everything on a /32 link, of which one address may be all', () => {
    const pod = firstLink({ prefixLength: 32, answeredProbes: 0 });
    const [finding] = diagnose(facts(proxied(1), pod));
    expect(finding).toMatchObject({ kind: 'proxy-arp', ips: ['10.0.0.1'] });
    expect(finding?.message).toContain('/32');
    expect(kindsOf(proxied(1, 2), pod)).toEqual([]);
    expect(kindsOf([...proxied(3), host('10.0.0.9', [mac(2)])], pod)).toEqual([]);
    expect(kindsOf([host('10.0.0.9', [mac(1)])], pod)).toEqual([]);
  });
});
