import { describe, expect, it } from 'vitest';
import type { NotedHost, SweepFacts } from '../../src/findings/context.js';
import { diagnose } from '../../src/findings/diagnose.js';
import type { NamedInterface, NamedMachine } from '../../src/names/named-machine.js';
import { createRoster } from '../../src/names/roster.js';
import { firstLink, host, responder, sweepFacts } from '../support/sweep-facts.js';

const mac = (n: number) => `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`;

function nic(
  name: string,
  own: string,
  ips: readonly string[],
  flags: readonly string[] = [],
): NamedInterface {
  const addresses = ips.map((ip) => ({ ip, prefixLength: 24 }));
  return { name, netns: null, mac: own, permanentMac: null, flags, master: null, addresses };
}

function facts(machines: readonly NamedMachine[], hosts: Record<string, readonly string[]>): SweepFacts {
  const roster = createRoster(machines);
  const noted = Object.entries(hosts).map(
    ([ip, macs]): NotedHost =>
      host(
        ip,
        macs.map((each) => responder(each, { name: roster.nameOf(each, ip) })),
        { sameRequest: macs.length > 1 },
      ),
  );
  return sweepFacts({ noted, roster });
}

const vips = ['10.0.0.30', '10.0.0.31'];

describe('five machines for the same addresses, two of them with a second interface that has none', () => {
  const machines = [1, 2, 3, 4, 5].map((n) => ({
    name: `node-${n}`,
    interfaces: [
      nic('eth0', mac(n), [`10.0.0.${n}`, ...vips]),
      ...(n <= 2 ? [nic('eth1', mac(n + 0x10), [])] : []),
    ],
  }));
  const macs = machines.flatMap(({ interfaces }) => interfaces.map((each) => each.mac ?? ''));
  const findings = diagnose(facts(machines, Object.fromEntries(vips.map((ip) => [ip, macs]))));

  it('are five machines and not seven, each named with its interfaces', () => {
    expect(findings.map(({ kind }) => kind)).toEqual(['duplicate-address', 'unconfigured-interface']);
    expect(findings[0]).toMatchObject({ severity: 'error', ips: vips, macs: macs.toSorted() });
    expect(findings[0]?.message).toContain(
      `by the same 5 machines on eth0: node-1 (eth0 ${mac(1)}, eth1 ${mac(0x11)}), node-2 (eth0 ${mac(2)}, eth1 ${mac(0x12)}), node-3 (eth0 ${mac(3)})`,
    );
    expect(findings[0]?.message).toContain('Leave each address to one of them.');
  });

  it('answer on those interfaces, which is a finding of its own', () => {
    expect(findings[1]).toMatchObject({
      severity: 'warning',
      link: 0,
      ips: vips,
      macs: [mac(0x11), mac(0x12)],
      evidence: {
        addresses: [
          {
            ip: '10.0.0.30',
            responders: [{ name: 'node-1 eth1', heldOn: ['eth0'] }, { name: 'node-2 eth1' }],
          },
          { ip: '10.0.0.31' },
        ],
      },
    });
    expect(findings[1]?.message).toContain(
      `node-1 (eth1 ${mac(0x11)}) and node-2 (eth1 ${mac(0x12)}). The addresses are configured on node-1 eth0 and node-2 eth0.`,
    );
  });
});

describe('arp-flux', () => {
  const twin = {
    name: 'node-1',
    interfaces: [nic('eth0', mac(1), ['10.0.0.1']), nic('eth1', mac(2), ['10.0.0.2'])],
  };

  it('replaces duplicate-address where all MACs belong to one machine', () => {
    const both = { '10.0.0.1': [mac(1), mac(2)], '10.0.0.2': [mac(2), mac(1)] };
    const found = diagnose(facts([twin], both));
    expect(found.map(({ kind }) => kind)).toContain('arp-flux');
    expect(found.map(({ kind }) => kind)).not.toContain('duplicate-address');
    expect(found[0]).toMatchObject({
      kind: 'arp-flux',
      severity: 'warning',
      ips: ['10.0.0.1', '10.0.0.2'],
      macs: [mac(1), mac(2)],
      evidence: { machine: 'node-1' },
    });
    expect(found[0]?.message).toContain(`node-1 (eth0 ${mac(1)}, eth1 ${mac(2)})`);
  });

  it('does not where a further machine answers, or one of which nobody knows whose it is', () => {
    const [found] = diagnose(facts([twin], { '10.0.0.1': [mac(1), mac(2), mac(9)] }));
    expect(found?.kind).toBe('duplicate-address');
    expect(found?.message).toContain(
      `by 2 machines on eth0: node-1 (eth0 ${mac(1)}, eth1 ${mac(2)}) and ${mac(9)}.`,
    );
    expect(found?.message).toContain("Find the machines in the switch's MAC table");
  });

  it('is this machine’s own where another of its interfaces answers the probe for its address', () => {
    const given = facts([twin], { '10.0.0.1': [mac(2)] });
    const noted = given.noted.map((host) => ({ ...host, self: true, answeredOwnProbe: [mac(2)] }));
    const found = diagnose({
      ...given,
      ...firstLink({ ourMacs: new Set([mac(1), mac(2)]) }),
      noted,
      hosts: noted,
    });
    expect(found.map(({ kind }) => kind)).toEqual(['arp-flux', 'unconfigured-interface']);
    expect(found[0]).toMatchObject({ ips: ['10.0.0.1'], macs: [mac(2)] });
    expect(found[0]?.message).toMatch(/^This machine holds 10\.0\.0\.1 on eth0 and answers for/);
  });
});

describe('unconfigured-interface', () => {
  const found = (interfaces: NamedInterface[], ip: string, by: string) =>
    diagnose(facts([{ name: 'node-1', interfaces }], { [ip]: [by] })).map(({ kind }) => kind);

  it('is found though only that interface answers', () => {
    const interfaces = [nic('eth0', mac(1), ['10.0.0.1']), nic('eth1', mac(2), [])];
    expect(found(interfaces, '10.0.0.1', mac(2))).toEqual(['unconfigured-interface']);
    expect(found(interfaces, '10.0.0.1', mac(1))).toEqual([]);
  });

  it('is not seen where a bridge or a VLAN with the same MAC has the address', () => {
    const interfaces = [nic('eth0', mac(1), []), nic('br0', mac(1), ['10.0.0.1'])];
    expect(found(interfaces, '10.0.0.1', mac(1))).toEqual([]);
  });

  it('is not seen where a service address is on the loopback and its subnet on the interface', () => {
    const lo = nic('lo', '00:00:00:00:00:00', ['10.0.0.99'], ['LOOPBACK']);
    expect(found([lo, nic('eth0', mac(1), ['10.0.0.1'])], '10.0.0.99', mac(1))).toEqual([]);
    expect(found([lo, nic('eth1', mac(2), ['192.168.0.1'])], '10.0.0.99', mac(2))).toEqual([
      'unconfigured-interface',
    ]);
  });

  it('is not seen by names that know no addresses, nor by virtual MACs', () => {
    const nameless: NamedInterface = { ...nic('', mac(1), []), name: null, addresses: null };
    expect(found([nameless], '10.0.0.1', mac(1))).toEqual([]);
    const vrrp = '00:00:5e:00:01:07';
    expect(found([nic('vrrp.7', vrrp, [])], '10.0.0.1', vrrp)).toEqual([]);
  });
});
