/** Ctrl-C, SIGTERM and a link that vanishes: what was heard is reported, and the exit code says that it is not all. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { type ReadArp, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { ARPSWEEP, type CliRun, startCli } from '../support/sweep-cli.js';
import { onTerminal, shown } from '../support/terminal.js';
import { waitFor } from '../support/wait-for.js';

const LIVE = '10.69.0.10';
/** Asked when the live one has long answered, and long before the sweep of a minute ends. */
const HALFWAY = '10.69.0.14';
const LONG = ['-I', 'stop0', '--order', 'sequential', '-r', '20', '10.69.0.10-10.69.3.200', '--off-link'];

let lab: Lab;
let link: Link;
let host: Host;
let directory: string;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('stop0', { address: '10.69.0.1/24' }, 'live', {
    addresses: [`${LIVE}/24`],
  }));
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-stop-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** Starts something that sweeps, and goes on when it is in the midst of it. */
async function inMidSweep<T>(start: () => T): Promise<T> {
  const witness = await capture(host, host.interface);
  const run = start();
  const isHalfway = ({ tpa }: ReadArp) => tpa === HALFWAY;
  await waitFor(() => witness.frames().map(readArp).some(isHalfway), { what: `a question for ${HALFWAY}` });
  await witness.stop();
  return run;
}

const sweeping = (...words: string[]): Promise<CliRun> => inMidSweep(() => startCli([...LONG, ...words]));

/** What each format says of a sweep that heard the live host and was then interrupted. */
const partial = {
  plain(stdout: string, stderr: string) {
    expect(stdout).toMatch(new RegExp(`^${LIVE}\t${host.mac}\t[^\n]*\n$`));
    expect(stderr).toMatch(
      /^untested: .* on stop0 \(interrupted\)\nTo ask what is left, .* --resume [\w-]+\n$/,
    );
  },
  csv(stdout: string, stderr: string) {
    expect(stdout).toMatch(new RegExp(`^ip,mac,.*\n${LIVE},${host.mac},.*\n$`));
    expect(stderr).toMatch(/^untested: .* \(interrupted\)\nTo ask what is left, .* --resume [\w-]+\n$/);
  },
  table(stdout: string) {
    expect(stdout).toMatch(new RegExp(`^${LIVE} +${host.mac}`, 'm'));
    expect(stdout).toMatch(/^untested: .* \(interrupted\)$/m);
    expect(stdout).toMatch(/^Interrupted\. 959 addresses: 1 answered, \d+ silent, \d+ untested; /m);
  },
  json(stdout: string) {
    expectInterrupted(JSON.parse(stdout) as Report);
  },
  ndjson(stdout: string) {
    const [responder, summary, ...rest] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(responder).toMatchObject({ type: 'responder', ip: LIVE, mac: host.mac });
    expect(summary).toMatchObject({ type: 'summary', outcome: 'interrupted' });
    expect(rest).toEqual([]);
  },
};

function expectInterrupted(report: Report) {
  expectSound(report);
  expect(report.outcome).toBe('interrupted');
  expect(respondersByIp(report)).toEqual({ [LIVE]: [host.mac] });
  expect(report.untested).toEqual([expect.objectContaining({ link: 0, reason: 'interrupted' })]);
  expect(report.counts.untested).toBeGreaterThan(900);
}

describe('an interrupted sweep reports what it heard', () => {
  test.each(Object.entries(partial))('as %s, and ends with 130', async (format, expectPartial) => {
    const run = await sweeping('-f', format);
    run.child.kill('SIGINT');
    const { status, stdout, stderr } = await run.result;
    expect(status).toBe(130);
    expectPartial(stdout, stderr);
  });

  test('by SIGTERM just as well, and ends with 143', async () => {
    const run = await sweeping('-f', 'json', '--fail-on', 'duplicate-address');
    run.child.kill('SIGTERM');
    const { status, stdout, stderr } = await run.result;
    expectInterrupted(JSON.parse(stdout) as Report);
    expect({ status, stderr }).toEqual({ status: 143, stderr: '' });
  });

  test('at a terminal, by Ctrl-C', async () => {
    const run = await inMidSweep(() => onTerminal([process.execPath, ARPSWEEP, ...LONG, '--no-color']));
    run.type('\x03');
    const { status, output } = await run.result;
    expect(status).toBe(130);
    partial.table(shown(output));
  });

  test('into the place of the output file, which was as before until then', async () => {
    const output = join(directory, 'report.json');
    writeFileSync(output, 'of yesterday\n');
    const run = await sweeping('-f', 'json', '-o', output);
    expect(readFileSync(output, 'utf8')).toBe('of yesterday\n');
    run.child.kill('SIGINT');
    const { status, stdout } = await run.result;
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
    expectInterrupted(JSON.parse(readFileSync(output, 'utf8')) as Report);
    expect(readdirSync(directory)).toEqual(['report.json']);
  });
});

test('a second signal ends it at once, and leaves no draft of the output file', async () => {
  const output = join(directory, 'never');
  const run = await sweeping('-f', 'json', '-o', output);
  // Both arrive before the report is written.
  run.child.kill('SIGINT');
  run.child.kill('SIGTERM');
  const { status } = await run.result;
  expect([130, 143]).toContain(status);
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  // Whichever came first: complete or not there.
  if (existsSync(output)) expectInterrupted(JSON.parse(readFileSync(output, 'utf8')) as Report);
});

test('a link that is deleted in mid-sweep leaves a partial report, and ends with 3', async () => {
  const run = await sweeping('-f', 'json');
  await link.delete();
  const { status, stdout } = await run.result;
  const report = JSON.parse(stdout) as Report;
  expectSound(report);
  expect(respondersByIp(report)).toEqual({ [LIVE]: [host.mac] });
  expect(report.untested).toEqual([expect.objectContaining({ reason: 'link-gone' })]);
  expect(status).toBe(3);
});
