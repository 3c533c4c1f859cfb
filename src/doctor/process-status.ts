/** What the kernel says of a process: proc_pid_status(5). */

import { namesInSet } from '../privileges/capabilities.js';

/** Capabilities by name, without the `CAP_` in front. */
export interface CapabilitySets {
  readonly effective: readonly string[];
  readonly permitted: readonly string[];
  readonly inheritable: readonly string[];
  /** Beyond these, no program that is started from here can have any, whoever runs it. */
  readonly bounding: readonly string[];
  /** What programs that are started get though they are neither root's nor have capabilities of their own. */
  readonly ambient: readonly string[];
}

export interface ProcessStatus {
  readonly capabilities: CapabilitySets;
  /** Programs that are started get no privileges that this process does not have: sudo and file capabilities are void. */
  readonly noNewPrivs: boolean;
  readonly seccomp: 'disabled' | 'strict' | 'filter';
}

const seccompModes = ['disabled', 'strict', 'filter'] as const;

/** What a line does not say, is not there. */
export function parseProcessStatus(status: string): ProcessStatus {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  const set = (name: string): string[] => namesInSet(BigInt(`0x${field(name) ?? '0'}`));
  return {
    capabilities: {
      effective: set('CapEff'),
      permitted: set('CapPrm'),
      inheritable: set('CapInh'),
      bounding: set('CapBnd'),
      ambient: set('CapAmb'),
    },
    noNewPrivs: field('NoNewPrivs') === '1',
    seccomp: seccompModes[Number(field('Seccomp') ?? 0)] ?? 'filter',
  };
}
