/** A day in the life of a ledger: what comes and goes leaves nothing behind. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { seededNumbers } from '../../../../src/lab/random.js';
import { createLedger } from '../../../../src/watch/ledger/ledger.js';

const link = 'eth0';
const hosts = 2048;
const rounds = 1440;
const roundMs = 60_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('a day of sweeps and events on a /16 takes no more memory than its first hour', () => {
  const numbers = seededNumbers(6);
  const random = (below: number): number => Math.floor(numbers.next().value * below);
  const ledger = createLedger();
  const macOf = (owner: number): string =>
    `02:00:00:00:${(owner >> 8).toString(16).padStart(2, '0')}:${(owner & 255).toString(16).padStart(2, '0')}`;
  const macs = Array.from({ length: hosts }, (_, i) => macOf(i));
  /** Scattered over a /16, and who has each; -1 is nobody. */
  const ips = macs.map((_, i) => 0x0a_63_00_00 + 32 * i);
  const owners = macs.map((_, i) => i);
  let events = 0;
  let firstHour = 0;

  for (let round = 0; round < rounds; round++) {
    const atMs = 1_800_000_000_000 + round * roundMs;
    for (let change = 0; change < 4; change++) owners[random(hosts)] = random(hosts + 400) - 400;
    for (const [i, ip] of ips.entries()) {
      const owner = owners[i] ?? -1;
      if (owner < 0) continue;
      const mac = macs[owner] ?? '';
      events += ledger.spoken({ link, ip, mac, kind: 'reply', operation: 'reply', atMs: atMs + i }).length;
    }
    const asked = new Set([...ledger.takeDoubts().map(({ ip }) => ip), ...ledger.unheard(link, atMs)]);
    for (const ip of asked) {
      const owner = owners[(ip - 0x0a_63_00_00) / 32] ?? -1;
      const found = owner < 0 ? [] : [macs[owner] ?? ''];
      const unanswered = owner < 0 ? 6 : 0;
      const times = { fromMs: atMs + 10_000, untilMs: atMs + 14_000 };
      events += ledger.asked({ link, ip, macs: found, requests: 6, unanswered, ...times }).length;
    }
    events += ledger.tick(atMs + 50_000).length;
    if (round === 60) firstHour = heapUsed();
  }
  expect(events).toBeGreaterThan(hosts + 4000);
  // For 65,536 addresses this would be some 30 MB.
  expect(heapUsed()).toBeLessThan(firstHour + 2 ** 20);
}, 30_000);
