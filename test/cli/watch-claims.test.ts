/**
 * Five machines claim and release addresses at random, and `arpsweep watch` tells every change once and none besides: for
 * some seconds here, and for as many minutes as ARPSWEEP_SOAK_MINUTES says (`npm run soak:watch`).
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { type ClaimsPlan, duesOf, prepareClaims } from '../support/claims.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const { ARPSWEEP_SOAK_MINUTES } = process.env;
const minutes = Number(ARPSWEEP_SOAK_MINUTES ?? 0);
const isSoak = minutes > 0;
const machines = 5;
/** Within this after a change it is told: until the next sweep, and three askings a second apart. */
const tellMs = isSoak ? 14_000 : 9000;

const plan: ClaimsPlan = {
  ips: Array.from({ length: isSoak ? 16 : 12 }, (_, i) => `10.68.0.${100 + i}`),
  machines,
  seed: isSoak ? Date.now() % 1_000_000 : 41,
  lastsMs: isSoak ? minutes * 60_000 : 5000,
  // Three within a minute, with a return, would be flapping.
  changes: isSoak ? Number.POSITIVE_INFINITY : 1,
  shortestMs: isSoak ? 31_000 : 3000,
  longestMs: isSoak ? 60_000 : 4000,
};

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}-v1.schema.json`, import.meta.url), 'utf8'));
const ajv = addFormats.default(new Ajv({ schemas: [schemaOf('report')], strict: false }));
const isEvent = ajv.compile(schemaOf('watch-event'));

let lab: Lab;
let hosts: Host[];
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('switch');
  await lab.link('wc0', { on, address: '10.68.0.1/24' });
  hosts = await Promise.all(
    Array.from({ length: machines }, (_, i) =>
      lab.host(`claimer${i}`, { on, mac: `02:68:00:00:00:0${i + 1}`, addresses: [`10.68.0.${i + 11}/24`] }),
    ),
  );
});
afterAll(() => lab.remove());

test(
  'every change of who has an address is told once, and none is invented',
  async () => {
    const { beginning, begin } = await prepareClaims(hosts, plan);
    const contested = plan.ips.filter((ip) => (beginning.get(ip)?.length ?? 0) > 1);
    const interval = isSoak ? '5s' : '1s';
    const run = startCli(
      ['watch', '-I', 'wc0', '10.68.0.0/24', '-f', 'ndjson', '-v', '--interval', interval],
      {
        timeout: plan.lastsMs + 60_000,
      },
    );
    const all = (): WatchEvent[] =>
      run
        .stdout()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    // Where the machine is busy, its wires lose frames, which is told as well.
    const events = (): WatchEvent[] => all().filter(({ finding }) => finding?.kind !== 'loss');
    // Who answers at first is no news, but that several do.
    await waitFor(() => run.stderr().includes('swept') && events().length >= contested.length, {
      what: 'the first sweep, and what is wrong then',
    });
    const first = events();
    expect(first.map(({ type, ip }) => `${type} ${ip}`).toSorted()).toEqual(
      contested.map((ip) => `conflict-begins ${ip}`),
    );

    const claims = begin();
    await claims.done;
    const changes = claims.changes();
    const dues = plan.ips.flatMap((ip) => {
      const here = changes.filter((change) => change.ip === ip);
      return duesOf(ip, beginning.get(ip) ?? [], here);
    });
    await waitFor(() => events().length >= first.length + dues.length, {
      what: 'every change to be told',
      timeoutMs: tellMs,
    }).catch(() => {});
    // Whoever invents changes does so now.
    await new Promise((resolve) => setTimeout(resolve, isSoak ? tellMs : 1500));
    const memory = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${run.child.pid}/status`, 'utf8'))?.[1];
    run.child.kill('SIGTERM');
    expect(await run.result).toMatchObject({ status: 143 });

    const told = events().slice(first.length);
    if (isSoak) {
      console.log(
        `seed ${plan.seed}: ${dues.length} events of ${changes.length} changes; ${memory} kB resident`,
      );
    }
    for (const ip of plan.ips) {
      const wanted = dues.filter((due) => due.ip === ip);
      const mine = told.filter((event) => event.ip === ip);
      const types = wanted.map(({ type, or }, i) => (or && mine[i]?.type === or ? or : type));
      expect({ ip, told: mine.map(({ type }) => type) }).toEqual({ ip, told: types });
      for (const [i, { atMs, macs }] of wanted.entries()) {
        const event = mine[i] as WatchEvent;
        const at = Date.parse(event.at);
        expect(at - atMs).toBeGreaterThan(-100);
        expect(at - atMs).toBeLessThan(tellMs);
        if (macs) expect(event.macs.toSorted()).toEqual(macs.toSorted());
        expect(event.gapMs ?? 0).toBeGreaterThanOrEqual(0);
        if (event.gapMs !== null && event.previous) {
          const gap = at - Date.parse(event.previous.lastAt);
          expect(Math.abs(gap - event.gapMs)).toBeLessThanOrEqual(1.001);
        }
        expect(isEvent(event), ajv.errorsText(isEvent.errors)).toBe(true);
      }
    }
    expect(told).toHaveLength(dues.length);
    expect(dues.length).toBeGreaterThan(plan.ips.length / 3);
  },
  plan.lastsMs + 90_000,
);
