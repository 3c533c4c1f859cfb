/** What the kernel says of the threads of a process: proc_pid_status(5). */
import { readdirSync, readFileSync } from 'node:fs';

/** The capability sets of a thread as hexadecimal digits without leading zeros, and no_new_privs. */
export interface ThreadStatus {
  readonly effective: string;
  readonly permitted: string;
  readonly inheritable: string;
  readonly bounding: string;
  readonly ambient: string;
  readonly noNewPrivs: string;
}

/** Of every thread there is; one that ends meanwhile is left out. */
export function threadsOf(pid: number): ThreadStatus[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return [parseStatus(readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1'))];
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}

/** Whether a command has opened its sockets: then every thread of it has given up what it does not need any more. */
export function hasOpened(pid: number | undefined): boolean {
  const threads = pid === undefined ? [] : threadsOf(pid);
  return threads.length > 1 && threads.every(({ noNewPrivs }) => noNewPrivs === '1');
}

function parseStatus(text: string): ThreadStatus {
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*0*([0-9a-f]+)$`, 'm').exec(text)?.[1] ?? 'missing';
  return {
    effective: field('CapEff'),
    permitted: field('CapPrm'),
    inheritable: field('CapInh'),
    bounding: field('CapBnd'),
    ambient: field('CapAmb'),
    noNewPrivs: field('NoNewPrivs'),
  };
}
