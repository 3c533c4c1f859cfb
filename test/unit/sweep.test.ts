import { describe, expect, it, vi } from 'vitest';
import { OptionError, PermissionError, SystemError, TargetSyntaxError } from '../../src/errors.js';
import { runSweep } from '../../src/sweep/run-sweep.js';
import { sweep } from '../../src/sweep/sweep.js';
import type { Responder, SweepOptions } from '../../src/sweep/sweep-api.js';
import {
  address,
  defaultRoute,
  type FakeEngine,
  fakeAddon,
  ip,
  link,
  type Scenario,
} from '../support/fake-addon.js';

const macA = '52:54:00:00:00:0a';
const macB = '52:54:00:00:00:0b';

const eth0 = link('eth0', [address('10.0.0.2/24')]);
const eth1 = link('eth1', [address('10.0.1.2/24')]);

function start(scenario: Partial<Scenario> = {}, options: SweepOptions = {}, targets?: string | string[]) {
  const fake = fakeAddon({ links: [eth0, eth1], routes: [defaultRoute(eth0)], ...scenario });
  return { ...fake, run: runSweep(() => fake.addon, targets, options) };
}

/** The engines, once they are started. */
async function started(engines: readonly FakeEngine[], count = 1): Promise<void> {
  await vi.waitUntil(() => engines.filter((engine) => engine.started).length === count, { interval: 1 });
}

async function collect(run: AsyncIterable<Responder>): Promise<string[]> {
  const heard: string[] = [];
  for await (const { ip, mac } of run) heard.push(`${ip} ${mac}`);
  return heard;
}

const answers = [
  { ip: '10.0.0.5', mac: macA },
  { ip: '10.0.0.6', mac: macB },
];

describe('a sweep', () => {
  it('reports what was heard though nobody iterates', async () => {
    const { run, engines } = start({
      onStart: (engine) => {
        engine.hear(answers);
        engine.end();
      },
    });
    const report = await run.report();
    expect(report.outcome).toBe('complete');
    expect(report.hosts.filter(({ self }) => !self).map(({ ip }) => ip)).toEqual(['10.0.0.5', '10.0.0.6']);
    expect(report.counts).toEqual({ targets: 256, answered: 2, self: 1, silent: 253, untested: 0 });
    expect(engines.every(({ closed }) => closed)).toBe(true);
  });

  it('says once when every socket is open, before it sends', async () => {
    const fake = fakeAddon({ links: [eth0, eth1], onStart: (engine) => engine.end() });
    const seen: object[][] = [];
    const onOpen = () => seen.push(fake.engines.map(({ opened, started }) => ({ opened, started })));
    await runSweep(() => fake.addon, undefined, { links: ['eth0', 'eth1'] }, { onOpen }).report();
    const waiting = { opened: true, started: false };
    expect(seen).toEqual([[waiting, waiting]]);
  });

  it('does not stand still while the kernel closes the sockets, and is over when it has', async () => {
    const { run, engines } = start({}, { links: ['eth0', 'eth1'] });
    await started(engines, 2);
    for (const engine of engines) engine.end();
    await run.report();
    expect(engines.map(({ closed, waited }) => ({ closed, waited }))).toEqual([
      { closed: true, waited: false },
      { closed: true, waited: false },
    ]);
  });

  it('yields each responder as it is heard, before the sweep has ended', async () => {
    const { run, engines } = start();
    const responders = run[Symbol.asyncIterator]();
    const first = responders.next();
    await started(engines);
    engines[0]?.hear(answers.slice(0, 1));
    expect((await first).value).toMatchObject({
      ip: '10.0.0.5',
      mac: macA,
      interface: 'eth0',
      link: 0,
      rttMs: null,
    });
    const second = responders.next();
    engines[0]?.hear(answers.slice(1));
    expect((await second).value).toMatchObject({ ip: '10.0.0.6' });
    const third = responders.next();
    engines[0]?.end();
    expect((await third).done).toBe(true);
  });

  it('gives a late iterator, and a second one, everything from the beginning', async () => {
    const { run } = start({
      onStart: (engine) => {
        engine.hear(answers);
        engine.end();
      },
    });
    await run.report();
    const everything = [`10.0.0.5 ${macA}`, `10.0.0.6 ${macB}`];
    expect(await collect(run)).toEqual(everything);
    expect(await collect(run)).toEqual(everything);
  });

  it('yields more responders than are read at once', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({
      ip: `10.0.0.${i % 250}`,
      mac: macA,
      asked: i % 200,
    }));
    const { run } = start({
      onStart: (engine) => {
        engine.hear(many);
        engine.end();
      },
    });
    expect(await collect(run)).toHaveLength(5000);
  });

  it('asks on the link of the default route, from its address, its own address by probe only', async () => {
    const { run, engines } = start({ onStart: (engine) => engine.end() });
    await run.report();
    expect(engines).toHaveLength(1);
    expect(engines[0]?.options).toMatchObject({
      interfaceIndex: eth0.index,
      namespacePath: null,
      promiscuous: false,
      frame: { source: eth0.mac, senderHardware: eth0.mac, senderIp: ip('10.0.0.2'), tags: [] },
      targets: Uint32Array.from([ip('10.0.0.0'), ip('10.0.0.255')]),
      part: Uint32Array.from([0, 255]),
      own: Uint32Array.from([ip('10.0.0.2')]),
      rate: 1000,
      burst: 512,
      ceiling: 5000,
      passes: 30,
      adaptivePasses: true,
      census: true,
    });
  });

  it('sweeps two links at once and tells their responders apart', async () => {
    const { run, engines } = start({}, { links: ['eth0', 'eth1'] });
    await started(engines, 2);
    engines[1]?.hear([{ ip: '10.0.1.9', mac: macB }]);
    engines[1]?.end();
    engines[0]?.hear([{ ip: '10.0.0.9', mac: macA }]);
    engines[0]?.end();
    const report = await run.report();
    expect(report.links.map((l) => l.interface)).toEqual(['eth0', 'eth1']);
    expect(report.hosts.filter(({ self }) => !self)).toMatchObject([
      { ip: '10.0.0.9', link: 0 },
      { ip: '10.0.1.9', link: 1 },
    ]);
    expect(report.counts).toEqual({ targets: 512, answered: 2, self: 2, silent: 508, untested: 0 });
  });
});

describe('an abort', () => {
  it('before the start sends nothing and reports every target as untested', async () => {
    const { run, engines } = start({}, { signal: AbortSignal.abort() });
    const report = await run.report();
    expect(engines.map(({ started, closed }) => ({ started, closed }))).toEqual([
      { started: false, closed: true },
    ]);
    expect(report.outcome).toBe('interrupted');
    expect(report.counts).toEqual({ targets: 256, answered: 0, self: 1, silent: 0, untested: 255 });
    expect(report.untested).toEqual([
      { link: 0, targets: ['10.0.0.0/31', '10.0.0.3-10.0.0.255'], reason: 'interrupted' },
    ]);
    expect(report.hosts).toMatchObject([{ ip: '10.0.0.2', self: true, asked: 0 }]);
    expect(await collect(run)).toEqual([]);
  });

  it('leaves a token, by which a sweep of the same asks the rest and nothing else', async () => {
    const abort = new AbortController();
    const { run, engines } = start({}, { signal: abort.signal, seed: 5 });
    await started(engines);
    Object.assign(engines[0] ?? {}, { remaining: Uint32Array.from([90, 254]) });
    abort.abort();
    const { resume = '', part } = await run.report();
    expect(part).toBeUndefined();

    const next = start({ onStart: (engine) => engine.end() }, { resume });
    const report = await next.run.report();
    expect(next.engines[0]?.options).toMatchObject({
      targets: engines[0]?.options.targets,
      part: Uint32Array.from([90, 254]),
      seed: 5,
    });
    expect(report).toMatchObject({ outcome: 'complete', part: { shard: null, resumed: true } });
    expect(report.counts.targets).toBe(165);
    expect(report).not.toHaveProperty('resume');
  });

  it('in mid-sweep ends the iteration and resolves the report with what was heard', async () => {
    const abort = new AbortController();
    const { run, engines } = start({}, { signal: abort.signal });
    const heard = collect(run);
    await started(engines);
    engines[0]?.hear(answers);
    abort.abort();
    expect(await heard).toEqual([`10.0.0.5 ${macA}`, `10.0.0.6 ${macB}`]);
    expect(await run.report()).toMatchObject({ outcome: 'interrupted', counts: { answered: 2 } });
    expect(engines[0]?.closed).toBe(true);
  });

  it('after the end changes nothing', async () => {
    const abort = new AbortController();
    const { run, engines } = start({ onStart: (engine) => engine.end() }, { signal: abort.signal });
    await run.report();
    abort.abort();
    expect(engines[0]?.stops).toBe(0);
    expect((await run.report()).outcome).toBe('complete');
  });
});

describe('leaving early', () => {
  it('by break stops the engine before the loop is left', async () => {
    const { run, engines } = start({ onStart: (engine) => engine.hear(answers) });
    for await (const responder of run) {
      expect(responder.ip).toBe('10.0.0.5');
      break;
    }
    expect(engines[0]).toMatchObject({ stops: 1, closed: true });
    expect((await run.report()).outcome).toBe('interrupted');
  });

  it('by return() works while next() waits for a responder', async () => {
    const { run, engines } = start();
    const responders = run[Symbol.asyncIterator]();
    const waiting = responders.next();
    await started(engines);
    await responders.return?.();
    expect((await waiting).done).toBe(true);
    expect(engines[0]?.closed).toBe(true);
  });

  it('by disposal stops the sweep and waits for its end', async () => {
    const { run, engines } = start();
    await started(engines);
    await run[Symbol.asyncDispose]();
    expect(engines[0]).toMatchObject({ stops: 1, closed: true });
  });
});

describe('a failure', () => {
  const permission = Object.assign(new Error('socket'), { syscall: 'socket', errno: 1 });
  const noDevice = Object.assign(new Error('bind'), { syscall: 'bind', errno: 19 });

  it('to open one of two links starts neither, closes both and rejects with the typed error', async () => {
    const { run, engines } = start(
      {
        onOpen: ({ interfaceIndex }) => {
          if (interfaceIndex === eth1.index) throw permission;
        },
      },
      { links: ['eth0', 'eth1'] },
    );
    const error = await run.report().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PermissionError);
    expect(error).toMatchObject({ code: 'ERR_PERMISSION', cause: permission });
    expect((error as PermissionError).remedy).toContain(process.execPath);
    expect(engines).toMatchObject([
      { opened: true, started: false, closed: true },
      { opened: false, started: false, closed: true },
    ]);
  });

  it('to start one of two links ends the other', async () => {
    const { run, engines } = start(
      {
        onStart: ({ options }) => {
          if (options.interfaceIndex === eth1.index) throw noDevice;
        },
      },
      { links: ['eth0', 'eth1'] },
    );
    await expect(run.report()).rejects.toMatchObject({ code: 'ENODEV', errno: 19, syscall: 'bind' });
    await expect(run.report()).rejects.toBeInstanceOf(SystemError);
    expect(engines.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('of one of two links in mid-sweep leaves the report of both, as inconclusive', async () => {
    const { run, engines } = start({}, { links: ['eth0', 'eth1'] });
    await started(engines, 2);
    engines[0]?.hear(answers);
    engines[0]?.end();
    const [gone] = engines.slice(1);
    if (gone) gone.untested = Uint32Array.from([ip('10.0.1.100'), ip('10.0.1.255')]);
    gone?.end({ stopped: 'link-gone', untested: 156 });
    const report = await run.report();
    expect(report.outcome).toBe('inconclusive');
    expect(report.counts).toEqual({ targets: 512, answered: 2, self: 2, silent: 352, untested: 156 });
    expect(report.untested).toEqual([{ link: 1, targets: ['10.0.1.100-10.0.1.255'], reason: 'link-gone' }]);
  });

  it('of the system that lets nothing out at all rejects, for there is nothing to report', async () => {
    const { run, engines } = start({
      onStart: (engine) =>
        engine.end({ stopped: 'system-error', fault: { syscall: 'sendmmsg', errno: 1 }, transmitted: 0 }),
    });
    await expect(run.report()).rejects.toBeInstanceOf(PermissionError);
    expect(engines[0]?.closed).toBe(true);
  });

  it('ends the iteration with the same error as the report', async () => {
    const { run } = start({}, {}, '10.0.0.300');
    await expect(collect(run)).rejects.toBeInstanceOf(TargetSyntaxError);
    await expect(run.report()).rejects.toBeInstanceOf(TargetSyntaxError);
  });

  it.each<[SweepOptions]>([[{ sourceIp: '10.77.0' }], [{ rate: -1 }], [{ links: [] }]])(
    'in the options %j ends iteration, report and disposal',
    async (options) => {
      const { run } = start({}, options);
      await expect(collect(run)).rejects.toBeInstanceOf(OptionError);
      await expect(run.report()).rejects.toBeInstanceOf(OptionError);
      await run[Symbol.asyncDispose]();
      expect(run.progress().phase).toBe('done');
    },
  );

  it('that nobody looks at does not disturb the process', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    sweep('10.0.0.0/24', { rate: -1 });
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is found in options and targets before the addon is loaded', async () => {
    const load = vi.fn(() => {
      throw new Error('loaded');
    });
    await expect(runSweep(load, undefined, { passes: 0 }).report()).rejects.toBeInstanceOf(OptionError);
    await expect(runSweep(load, '10.1', {}).report()).rejects.toBeInstanceOf(TargetSyntaxError);
    expect(load).not.toHaveBeenCalled();
  });
});

describe('progress', () => {
  it('sums over the links and takes phase and time left from the last of them', async () => {
    const { run, engines } = start({}, { links: ['eth0', 'eth1'] });
    await started(engines, 2);
    engines[0]?.hear(answers);
    engines[0]?.end({ transmitted: 10, answered: 2 });
    expect(run.progress()).toMatchObject({
      phase: 'sweep',
      pass: 1,
      targets: 512,
      answered: 2,
      responders: 2,
      transmitted: 11,
    });
    engines[1]?.end();
    await run.report();
    expect(run.progress()).toMatchObject({ phase: 'done', remainingMs: 0 });
  });

  it('is told at the end, once more and as done', async () => {
    const onProgress = vi.fn();
    const { run } = start({ onStart: (engine) => engine.end() }, { onProgress });
    await run.report();
    expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ phase: 'done', targets: 256 }));
  });

  it('ends the sweep with what its listener throws', async () => {
    const { run, engines } = start(
      {},
      {
        onProgress: () => {
          throw new Error('listener');
        },
      },
    );
    await expect(run.report()).rejects.toThrow('listener');
    expect(engines[0]?.closed).toBe(true);
  });
});
