/** States of a watch, as large as wanted. */

import type { WatchState } from '../../src/generated/watch-state-types.js';
import { formatAddress } from '../../src/targets/address.js';

/** A state of so many addresses of 10.0.0.0/8, told from others by the second at which it was saved. */
export function watchState(second: number, addresses = 3): WatchState {
  const time = (more: number): string =>
    new Date(Date.UTC(2026, 0, 1) + (second + more) * 1000).toISOString();
  return {
    schemaVersion: 1,
    command: 'watch',
    tool: { name: 'arpsweep', version: '0.1.0' },
    savedAt: time(0),
    links: [{ link: 'eth0', up: true, targets: ['10.0.0.0/16'], sweptAt: time(-1) }],
    addresses: Array.from({ length: addresses }, (_, i) => ({
      link: 'eth0',
      ip: formatAddress(0x0a00_0000 + i),
      state: 'up',
      since: time(-60),
      holders: [
        {
          mac: `02:00:0a:${hex(i >>> 16)}:${hex((i >>> 8) & 255)}:${hex(i & 255)}`,
          firstAt: time(-60),
          lastAt: time(-1),
        },
      ],
    })),
    findings: [
      {
        link: 'eth0',
        since: time(-30),
        finding: {
          kind: 'duplicate-address',
          severity: 'error',
          link: 0,
          ips: ['10.0.0.1'],
          macs: ['02:00:0a:00:00:01', '02:00:0a:00:00:02'],
          message: 'Two “machines” answer for 10.0.0.1.',
          evidence: { since: 'always' },
        },
      },
    ],
  };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
