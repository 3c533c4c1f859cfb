import { describe, expect, it } from 'vitest';
import { PermissionError, SystemError } from '../../../src/errors.js';
import { linkSource, machineStates } from '../../../src/links/machine-state.js';
import type { NativeAddon } from '../../../src/native.js';
import { endpointsOf } from '../../../src/talk/endpoints.js';
import { type Heard, openExchange } from '../../../src/talk/exchange.js';
import { requestFor } from '../../../src/talk/frames.js';
import { checkWhere } from '../../../src/talk/options.js';
import { arpFrame, REPLY, REQUEST } from '../../support/arp-frames.js';
import { address, ip, link } from '../../support/fake-addon.js';
import { fakeWire, type WireScenario } from '../../support/fake-wire.js';

const eth0 = link('eth0', [address('10.0.0.1/24')], { mac: '02:00:00:00:00:01' });
const eth1 = link('eth1', [], { mac: '02:00:00:00:00:02' });
const vlan7 = link('uplink', [address('10.7.0.1/24')], {
  mac: '02:00:00:00:00:77',
  parentIndex: eth1.index,
  vlan: { id: 7, protocol: '802.1ad' },
});
const TARGET = '10.0.0.5';
const THEIR_MAC = '52:54:00:00:00:05';
const reply = arpFrame({
  operation: REPLY,
  sha: THEIR_MAC,
  spa: TARGET,
  tha: '02:00:00:00:00:01',
  tpa: '10.0.0.1',
});

const endpointsNamed = (addon: NativeAddon, links: readonly string[]) =>
  endpointsOf(linkSource(addon, machineStates(addon)), checkWhere({ links }));

function exchangeOn(names: readonly string[], scenario: Partial<WireScenario> = {}) {
  const wire = fakeWire({ links: [eth0, eth1, vlan7], ...scenario });
  const endpoints = endpointsNamed(wire.addon, names);
  const heard: Heard[] = [];
  const exchange = openExchange(wire.addon, endpoints, false, (frame) => heard.push(frame));
  const frames = endpoints.map(({ mac, tags }) => requestFor(ip(TARGET), { mac, ip: ip('10.0.0.1'), tags }));
  const send = (at: number) => {
    const endpoint = endpoints[at];
    const frame = frames[at];
    if (!endpoint || !frame) throw new Error('there is no such endpoint');
    return exchange.send(endpoint, frame);
  };
  const inShort = () => heard.map(({ endpoint, ours, arp }) => `${endpoint.name} ${arp.operation} ${ours}`);
  return { wire, endpoints, exchange, send, heard, inShort };
}

describe('an exchange', () => {
  it('hears on each link what is said there, and its own frames as they leave', async () => {
    const { wire, exchange, send, inShort } = exchangeOn(['eth0', 'eth1'], {
      answer: ({ interface: name }) => (name === 'eth0' ? [{ afterMs: 0, frame: reply }] : []),
    });
    expect(send(0)).toBeNull();
    expect(send(1)).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await exchange.finish();
    expect(inShort()).toEqual(['eth0 1 true', 'eth1 1 true', 'eth0 2 false']);
    expect(wire.isClosed()).toBe(true);
  });

  it('takes as many frames for its own as it has sent, and of the others none', async () => {
    const { wire, exchange, send, inShort } = exchangeOn(['eth0'], {
      fate: (n) => (n === 0 ? 'lost' : n === 1 ? 105 : 'sent'),
    });
    const same = arpFrame({ operation: REQUEST, sha: '02:00:00:00:00:01', spa: '10.0.0.1', tpa: TARGET });
    wire.say('eth0', same, { outgoing: true });
    await new Promise((resolve) => setImmediate(resolve));
    expect([send(0), send(0), send(0)]).toEqual([null, 'ENOBUFS', null]);
    for (const outgoing of [false, true, true]) wire.say('eth0', same, { outgoing });
    await exchange.finish();
    // The one that was lost cannot be told from the next that left, whoever sent it.
    expect(inShort()).toEqual([false, true, false, true, false].map((ours) => `eth0 1 ${ours}`));
  });

  it.each([
    ['eth1@7', [7], { vlan: 7 }, vlan7.mac, [[], [8], [7, 8]]],
    ['eth1@7@9', [7, 9], { vlan: 7, innerVlan: 9 }, eth1.mac, [[7], [7, 8], [9, 7]]],
  ])(
    'on %s speaks with its tags, from the addresses of the VLAN, and hears no others',
    async (name, vlans, place, mac, others) => {
      const { wire, endpoints, exchange, send, heard } = exchangeOn([name]);
      expect(endpoints[0]).toMatchObject({ name, mac, place: { interface: 'eth1', netns: null, ...place } });
      send(0);
      expect(wire.sent).toMatchObject([{ interface: 'eth1', sha: mac, vlans }]);
      for (const other of [...others, vlans]) wire.say('eth1', reply, { vlans: other });
      await exchange.finish();
      expect(heard.map(({ vlan, innerVlan, ours }) => ({ vlan, innerVlan, ours }))).toEqual([
        { innerVlan: null, ...place, ours: true },
        { innerVlan: null, ...place, ours: false },
      ]);
    },
  );

  it('says what is wrong with a link, and how much was not heard', async () => {
    const { wire, endpoints, exchange } = exchangeOn(['eth0']);
    const [endpoint] = endpoints;
    if (!endpoint) throw new Error('there is one');
    expect(exchange.trouble(endpoint)).toBeNull();
    wire.set({ state: 'no-carrier', kernelDrops: 3 });
    expect(exchange.trouble(endpoint)).toBe('no-carrier');
    expect(exchange.lost()).toBe(3);
    exchange.close();
    exchange.close();
    await exchange.done;
    expect(wire.isClosed()).toBe(true);
  });

  it('fails where the kernel ends the hearing, and closes all', async () => {
    const { wire, exchange } = exchangeOn(['eth0', 'eth1']);
    wire.breakDown({ syscall: 'poll', errno: 12 });
    await expect(exchange.done).rejects.toThrow(SystemError);
    await expect(exchange.finish()).rejects.toThrow('poll failed with ENOMEM');
    expect(wire.isClosed()).toBe(true);
  });

  it('leaves nothing open where a link is refused', () => {
    const wire = fakeWire({ links: [eth0, eth1] });
    const endpoints = endpointsNamed(wire.addon, ['eth0', 'eth1']);
    const refused = Object.assign(new Error('socket'), { syscall: 'socket AF_PACKET', errno: 1 });
    const { Speaker } = wire.addon;
    const refusing = (name: string): NativeAddon => ({
      ...wire.addon,
      Speaker: function (this: unknown, at: { interface: string; namespacePath: null }) {
        if (at.interface === name) throw refused;
        return new Speaker(at);
      } as unknown as NativeAddon['Speaker'],
    });
    for (const name of ['eth0', 'eth1']) {
      expect(() => openExchange(refusing(name), endpoints, false, () => {})).toThrow(PermissionError);
    }
    const deaf = {
      ...wire.addon,
      Listener: (() => {
        throw refused;
      }) as unknown as NativeAddon['Listener'],
    };
    expect(() => openExchange(deaf, endpoints, false, () => {})).toThrow();
    expect(wire.isClosed()).toBe(true);
  });
});
