import { describe, expect, it } from 'vitest';
import {
  changedNeighbours,
  hardwareAddresses,
  heldAddresses,
  type MachineState,
} from '../../src/links/machine-state.js';
import type { NativeLink, NativeNeighbour } from '../../src/native.js';
import { address, ip, link } from '../support/fake-addon.js';
import { mac } from '../support/sweep-facts.js';

const state = (links: readonly NativeLink[], neighbours: readonly NativeNeighbour[] = []): MachineState => ({
  links,
  neighbours,
});

describe('addresses held', () => {
  const eth0 = link('eth0', [address('10.0.0.2/24')]);
  const service = link('svc0', [address('10.0.0.30/32'), address('10.0.0.2/32')], { flags: ['NOARP'] });

  it('are told with every place that holds them, and what is odd about it', () => {
    const all = state([eth0, service]);
    expect(Object.fromEntries(heldAddresses(all, all))).toEqual({
      '10.0.0.2': [
        { interface: 'eth0', prefixLength: 24, flags: [] },
        { interface: 'svc0', prefixLength: 32, flags: ['DOWN', 'NOARP'] },
      ],
      '10.0.0.30': [{ interface: 'svc0', prefixLength: 32, flags: ['DOWN', 'NOARP'] }],
    });
  });

  it('are those of before and after the sweep, and hardware addresses those of either', () => {
    const moved = { ...service, addresses: [] };
    expect([...heldAddresses(state([eth0, service]), state([eth0, moved])).keys()]).toEqual(['10.0.0.2']);
    expect([...heldAddresses(state([eth0]), state([eth0, service])).keys()]).toEqual(['10.0.0.2']);
    const plugged = link('eth1', [], { mac: mac(1), permanentMac: mac(2) });
    expect(hardwareAddresses(state([eth0]), state([plugged]))).toEqual(new Set([eth0.mac, mac(1), mac(2)]));
  });
});

describe('changed neighbours', () => {
  const here = 7;
  const entry = (text: string, of: string | null, nud: string, interfaceIndex = here): NativeNeighbour => ({
    ip: ip(text),
    mac: of,
    interfaceIndex,
    state: nud,
  });
  const changes = (before: readonly NativeNeighbour[], after: readonly NativeNeighbour[]) =>
    changedNeighbours(state([], before), state([], after), here, (each) => each !== ip('10.0.0.8'));

  it('are those whose MAC changed or that were confirmed, by address', () => {
    expect(
      changes(
        [entry('10.0.0.10', mac(2), 'STALE'), entry('10.0.0.9', mac(1), 'STALE')],
        [entry('10.0.0.10', mac(1), 'STALE'), entry('10.0.0.9', mac(1), 'REACHABLE')],
      ),
    ).toEqual([
      { ip: '10.0.0.9', before: { mac: mac(1), state: 'STALE' }, after: { mac: mac(1), state: 'REACHABLE' } },
      { ip: '10.0.0.10', before: { mac: mac(2), state: 'STALE' }, after: { mac: mac(1), state: 'STALE' } },
    ]);
    expect(changes([], [entry('10.0.0.9', mac(1), 'REACHABLE')])).toMatchObject([{ before: null }]);
  });

  it('are not those that only aged, did not answer, or are of another interface', () => {
    const before = [entry('10.0.0.9', mac(1), 'REACHABLE')];
    expect(changes(before, [entry('10.0.0.9', mac(1), 'STALE')])).toEqual([]);
    expect(changes(before, [entry('10.0.0.9', null, 'FAILED')])).toEqual([]);
    expect(changes([], [entry('10.0.0.8', mac(1), 'REACHABLE')])).toEqual([]);
    expect(changes([], [entry('10.0.0.9', mac(1), 'REACHABLE', here + 1)])).toEqual([]);
  });
});
