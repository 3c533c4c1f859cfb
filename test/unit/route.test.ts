import { describe, expect, it } from 'vitest';
import { InterfaceError } from '../../src/errors.js';
import { linkOfRoute } from '../../src/links/route.js';
import type { NativeRoute } from '../../src/native.js';
import { defaultRoute, ip, link } from '../support/fake-addon.js';

const lan = link('lan', []);
const backup = link('backup', []);
const wan = link('wan', []);
const links = [lan, backup, wan];

function route(cidr: string, { index }: { index: number }, more: Partial<NativeRoute> = {}): NativeRoute {
  const [network = '', length] = cidr.split('/');
  return {
    destination: ip(network),
    prefixLength: Number(length),
    gateway: 0,
    interfaceIndex: index,
    metric: 0,
    ...more,
  };
}

const routes = [
  defaultRoute(wan),
  route('10.0.0.0/8', backup, { metric: 20 }),
  route('10.0.0.0/8', lan, { metric: 10 }),
  route('10.7.0.0/16', backup),
  route('10.8.0.0/16', lan, { gateway: ip('10.0.0.254') }),
];
const chosen = (address: string) => linkOfRoute(routes, links, ip(address)).name;

describe('the link of a route', () => {
  it('is that of the most specific one, and of the lowest metric among its like', () => {
    expect(chosen('10.7.1.2')).toBe('backup');
    expect(chosen('10.9.1.2')).toBe('lan');
  });

  it('is refused where the route leads through a gateway, which is named', () => {
    for (const [address, gateway] of [
      ['10.8.1.2', '10.0.0.254'],
      ['192.0.2.1', '10.0.0.1'],
    ] as const) {
      expect(() => chosen(address)).toThrow(InterfaceError);
      expect(() => chosen(address)).toThrow(
        expect.objectContaining({ remedy: expect.stringContaining(`gateway instead (${gateway})`) }),
      );
    }
  });

  it('is refused where there is no route, or only one of a link that has gone', () => {
    expect(() => linkOfRoute([], links, ip('10.0.0.1'))).toThrow(/no route to 10\.0\.0\.1/);
    expect(() => linkOfRoute(routes, [wan], ip('10.9.0.1'))).toThrow(/no route to 10\.9\.0\.1/);
  });
});
