import { describe, expect, it } from 'vitest';
import type { NamedInterface, NamedMachine } from '../../../src/names/named-machine.js';
import { createRoster } from '../../../src/names/roster.js';

const mac = (n: number) => `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`;

function nic(name: string | null, own: string, cidrs: readonly string[] | null, more = {}): NamedInterface {
  const addresses =
    cidrs?.map((cidr) => {
      const [ip = '', prefixLength] = cidr.split('/');
      return { ip, prefixLength: Number(prefixLength) };
    }) ?? null;
  return { name, netns: null, mac: own, permanentMac: null, flags: [], master: null, addresses, ...more };
}

const machine = (name: string, ...interfaces: NamedInterface[]): NamedMachine => ({ name, interfaces });

describe('a roster', () => {
  it('names machine and interface of a MAC, in use or permanent', () => {
    const bond = nic('eth1', mac(1), [], { permanentMac: mac(2), master: 'bond0' });
    const roster = createRoster([machine('node-3', nic('eth0', mac(3), ['10.0.0.3/24']), bond)]);
    expect(roster.nameOf(mac(3), '10.0.0.3')).toBe('node-3 eth0');
    expect(roster.nameOf(mac(2), '10.0.0.3')).toBe('node-3 eth1');
    expect(roster.nameOf(mac(9), '10.0.0.3')).toBeNull();
    expect(createRoster([]).nameOf(mac(3), '10.0.0.3')).toBeNull();
  });

  it('names only the machine where no interface is known, and the namespace where there is one', () => {
    const roster = createRoster([
      machine('printer', nic(null, mac(1), null)),
      machine('node-3', nic('eth0', mac(2), [], { netns: 'blue' })),
    ]);
    expect(roster.nameOf(mac(1), '10.0.0.1')).toBe('printer');
    expect(roster.nameOf(mac(2), '10.0.0.1')).toBe('node-3 blue:eth0');
  });

  it('takes of interfaces that share a MAC the one that has the address, or its subnet, or carries it to the top', () => {
    const port = nic('eth0', mac(1), [], { master: 'br0' });
    const bridge = nic('br0', mac(1), ['10.0.0.3/24']);
    const vlan = nic('br0.7', mac(1), ['10.0.7.3/24']);
    const roster = createRoster([machine('node-3', port, bridge, vlan)]);
    expect(roster.nameOf(mac(1), '10.0.0.3')).toBe('node-3 br0');
    expect(roster.nameOf(mac(1), '10.0.7.99')).toBe('node-3 br0.7');
    expect(createRoster([machine('node-3', port, nic('br0', mac(1), []))]).nameOf(mac(1), '10.9.9.9')).toBe(
      'node-3 br0',
    );
  });

  it('names all machines that share a MAC, unless one of them has the address', () => {
    const clones = [1, 2].map((n) => machine(`vm-${n}`, nic('eth0', mac(1), [`10.0.0.${n}/24`])));
    const roster = createRoster(clones);
    expect(roster.nameOf(mac(1), '10.0.0.2')).toBe('vm-2 eth0');
    expect(roster.ownerOf(mac(1), '10.0.0.2')?.machine.name).toBe('vm-2');
    expect(roster.nameOf(mac(1), '10.0.0.9')).toBe('vm-1 eth0 or vm-2 eth0');
    expect(roster.ownerOf(mac(1), '10.0.0.9')).toBeNull();
  });

  it('joins what is known of one machine, the later of it, and keeps machines of one name apart', () => {
    const before = machine('localhost', nic('eth0', mac(1), ['10.0.0.1/24']), nic('eth1', mac(2), []));
    const now = machine('localhost', nic('eth0', mac(1), ['10.0.0.7/24']));
    const other = machine('localhost', nic('eth0', mac(5), ['10.0.0.5/24']));
    const roster = createRoster([before, other, now]);
    const owner = roster.ownerOf(mac(1), '10.0.0.1');
    expect(owner?.interface.addresses).toEqual([{ ip: '10.0.0.7', prefixLength: 24 }]);
    expect(roster.ownerOf(mac(2), '')?.machine).toBe(owner?.machine);
    expect(roster.ownerOf(mac(5), '')?.machine).not.toBe(owner?.machine);
  });

  it('knows nobody by the address that a loopback interface shows', () => {
    const lo = nic('lo', '00:00:00:00:00:00', ['127.0.0.1/8']);
    const roster = createRoster([machine('a', lo), machine('b', lo)]);
    expect(roster.nameOf('00:00:00:00:00:00', '127.0.0.1')).toBeNull();
  });
});
