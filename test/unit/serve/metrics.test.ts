/** `/metrics`, from reports. */
import { expect, test } from 'vitest';
import { explanationOf } from '../../../src/cli/explanation.js';
import { findingKinds } from '../../../src/cli/finding-kinds.js';
import { severitiesOf } from '../../../src/findings/severities.js';
import type { Finding, Host, Report } from '../../../src/generated/report-types.js';
import { createMetrics, type Metrics, type MetricsOptions } from '../../../src/serve/metrics.js';
import { conflict, example, responder, troubled } from '../reporters/example-report.js';

const make = (options: Partial<MetricsOptions> = {}): Metrics =>
  createMetrics({ version: '1.2.3', maxResponders: 4096, expectation: null, ...options });

/** Values by series. */
async function valuesOf(metrics: Metrics): Promise<Record<string, number>> {
  const text = Buffer.concat(await metrics.text()).toString();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').pop())]),
  );
}

test('claims nothing of the network before the first sweep', async () => {
  const values = await valuesOf(make());
  const names = Object.keys(values).filter((name) => name.startsWith('arpsweep_'));
  for (const unknown of [
    'responders',
    'conflicts',
    'findings',
    'loss_ratio',
    'last_sweep',
    'sweep_duration',
  ]) {
    expect(
      names.filter((name) => name.startsWith(`arpsweep_${unknown}`)),
      unknown,
    ).toEqual([]);
  }
  expect(values).toMatchObject({
    'arpsweep_build_info{version="1.2.3"}': 1,
    'arpsweep_sweeps_total{outcome="complete"}': 0,
    'arpsweep_frames_total{direction="sent"}': 0,
    'arpsweep_events_total{type="conflict-begins"}': 0,
    arpsweep_responder_info_limit: 4096,
    arpsweep_rtt_seconds_count: 0,
  });
});

test('says of a sweep what it found', async () => {
  const metrics = make();
  metrics.swept(example);
  metrics.changed({ type: 'moved' });
  expect(await valuesOf(metrics)).toMatchObject({
    'arpsweep_responder_info{link="eth0",ip="10.0.0.5",mac="00:50:56:ab:47:53"}': 1,
    'arpsweep_responder_info{link="eth0",ip="10.0.0.120",mac="00:1b:21:00:00:01"}': 1,
    arpsweep_responders: 3,
    arpsweep_conflicts: 1,
    'arpsweep_findings{kind="duplicate-address",severity="error"}': 1,
    'arpsweep_findings{kind="flapping",severity="error"}': 0,
    'arpsweep_frames_total{direction="sent"}': 519,
    'arpsweep_frames_total{direction="received"}': 9,
    arpsweep_loss_ratio: 0,
    arpsweep_sweep_duration_seconds: expect.closeTo(0.6124, 6),
    arpsweep_last_sweep_timestamp_seconds: expect.closeTo(
      Date.parse('2026-03-01T12:00:00Z') / 1000 + 0.6124,
      3,
    ),
    'arpsweep_rtt_seconds_bucket{le="0.0005"}': 0,
    'arpsweep_rtt_seconds_bucket{le="0.001"}': 1,
    'arpsweep_rtt_seconds_bucket{le="+Inf"}': 2,
    'arpsweep_events_total{type="moved"}': 1,
  });
});

test('counters go on, and what a later sweep does not find is no longer there', async () => {
  const metrics = make();
  metrics.swept(example);
  const { arpsweep_last_sweep_timestamp_seconds: succeeded } = await valuesOf(metrics);
  const unknown = { ...troubled.statistics, lossEstimate: null };
  metrics.swept({ ...troubled, startedAt: '2026-03-01T12:05:00.000Z', hosts: [], statistics: unknown });
  metrics.notSwept();
  const values = await valuesOf(metrics);
  expect(values).toMatchObject({
    'arpsweep_frames_total{direction="sent"}': 1038,
    arpsweep_drops_total: 1200,
    arpsweep_overruns_total: 1,
    arpsweep_responders: 0,
    arpsweep_conflicts: 0,
    arpsweep_last_sweep_timestamp_seconds: succeeded,
    'arpsweep_sweeps_total{outcome="complete"}': 1,
    'arpsweep_sweeps_total{outcome="inconclusive"}': 1,
    'arpsweep_sweeps_total{outcome="not-started"}': 1,
  });
  const names = Object.keys(values);
  expect(names.filter((name) => /responder_info\{|loss_ratio/.test(name))).toEqual([]);
});

test('counts each address of a conflict, and not the finding that they share', async () => {
  const metrics = make();
  const many: Finding = { ...conflict, ips: Array.from({ length: 10 }, (_, i) => `10.0.0.${50 + i}`) };
  metrics.swept({ ...example, findings: [many] });
  expect(await valuesOf(metrics)).toMatchObject({ arpsweep_conflicts: 10 });
});

function crowd(count: number): Report {
  const mac = (i: number) =>
    `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
  const hosts = Array.from({ length: count }, (_, i): Host => {
    const contested = i === count - 1 ? [responder('02:ff:00:00:00:01')] : [];
    const responders = [responder(mac(i)), ...contested];
    return { ip: `10.0.${i >> 8}.${i & 255}`, link: 0, self: false, asked: 2, responders };
  });
  return { ...example, hosts };
}

test('holds no more series of responders than it is allowed to, those in conflict first', async () => {
  const metrics = make({ maxResponders: 4 });
  metrics.swept(crowd(1000));
  const values = await valuesOf(metrics);
  const ips = Object.keys(values).flatMap(
    (name) => /^arpsweep_responder_info\{.*ip="([\d.]+)"/.exec(name)?.[1] ?? [],
  );
  expect(ips).toEqual(['10.0.3.231', '10.0.3.231', '10.0.0.0', '10.0.0.1']);
  expect(values).toMatchObject({ arpsweep_responders: 1001, arpsweep_responder_info_limit: 4 });
});

test('is written once for each sweep, however often it is scraped', async () => {
  const metrics = make();
  metrics.swept(crowd(65_536));
  const [first] = await metrics.text();
  expect((await metrics.text())[0]).toBe(first);
  metrics.swept(example);
  expect((await metrics.text())[0]).not.toBe(first);
});

test('says of an expected address whether it is up, unless that cannot be told', async () => {
  const host = (ip: string) => ({ ip, macs: [], name: null, several: false });
  const groups = [
    { name: 'z1/db', min: 1, hosts: [host('10.0.0.2'), host('10.0.0.5'), host('10.0.0.77')] },
    { name: null, min: 1, hosts: [host('10.0.0.78'), host('10.9.9.9')] },
  ];
  const metrics = make({ expectation: { groups } });
  metrics.swept({ ...example, findings: [{ ...conflict, kind: 'missing', ips: ['10.0.0.77'], macs: [] }] });
  const values = Object.entries(await valuesOf(metrics)).filter(([name]) =>
    name.startsWith('arpsweep_expected_up'),
  );
  expect(Object.fromEntries(values)).toEqual({
    'arpsweep_expected_up{group="z1/db",ip="10.0.0.2"}': 1,
    'arpsweep_expected_up{group="z1/db",ip="10.0.0.5"}': 1,
    'arpsweep_expected_up{group="z1/db",ip="10.0.0.77"}': 0,
  });
});

test.each(findingKinds)('knows the severities that %s may have, as its explanation has them', (kind) => {
  const told = explanationOf(kind).severity.match(/\b(error|warning|info)\b/g);
  expect([...severitiesOf[kind]].sort()).toEqual([...(told ?? [])].sort());
});
