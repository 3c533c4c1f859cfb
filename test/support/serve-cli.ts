/** `arpsweep serve` as a process of its own, and what it answers. */
import { type Answered, ask } from './served-watch.js';
import { type CliResult, type CliRun, type SweepCliOptions, startCli } from './sweep-cli.js';
import { waitFor } from './wait-for.js';

export interface Sidecar {
  readonly run: CliRun;
  readonly port: number;
  get(path: string): Promise<Answered>;
  /** The value of a series by its whole name, or undefined. */
  metric(series: string): Promise<number | undefined>;
  /** Waits for the first sweep that comes to its end from now on, and resolves to its report. */
  nextReport(): Promise<ReportedSweep>;
  isReady(): Promise<boolean>;
  end(signal?: NodeJS.Signals): Promise<CliResult>;
}

interface ReportedSweep {
  readonly outcome: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly counts: { readonly answered: number; readonly silent: number; readonly untested: number };
  readonly statistics: { readonly rate: number; readonly kernelDrops: number; readonly overruns: number };
}

/** Starts it on a port of loopback and resolves once it serves. */
export async function startSidecar(args: readonly string[], options: SweepCliOptions = {}): Promise<Sidecar> {
  const run = startCli(['serve', '--listen', '127.0.0.1:0', ...args], { timeout: 60_000, ...options });
  const port = Number(
    await waitFor(
      () => {
        if (run.child.exitCode !== null) throw new Error(`it ended: ${run.stderr()}`);
        return /serving on http:\/\/127\.0\.0\.1:(\d+)\//.exec(run.stderr())?.[1];
      },
      { what: 'the sidecar to serve' },
    ),
  );
  const get = (path: string) => ask(port, path);

  async function metric(series: string): Promise<number | undefined> {
    const { text } = await get('/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  }

  /** Of the latest report. */
  const tag = async () => (await ask(port, '/report', { method: 'HEAD' })).headers.etag;

  async function nextReport(): Promise<ReportedSweep> {
    const before = await tag();
    const isNext = async () => ![before, undefined].includes(await tag());
    await waitFor(isNext, { what: 'the next report', timeoutMs: 20_000, intervalMs: 50 });
    return JSON.parse((await get('/report')).text);
  }

  return {
    run,
    port,
    get,
    metric,
    nextReport,
    isReady: async () => (await get('/readyz')).status === 200,
    end(signal = 'SIGTERM') {
      run.child.kill(signal);
      return run.result;
    },
  };
}
