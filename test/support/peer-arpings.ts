/** The two other arpings, run beside ours on the same links. */
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/lab/command.js';

/** Where scripts/setup.sh unpacks the one of Thomas Habets. */
const HABETS = fileURLToPath(new URL('../../.peers/usr/sbin/arping', import.meta.url));

export interface PeerReply {
  /** In lower case. */
  readonly mac: string;
  readonly ms: number;
}

/** arping of Thomas Habets (Debian's package arping): a reply from each MAC, with its time in its own unit. */
export async function habetsArping(link: string, ...words: string[]): Promise<PeerReply[]> {
  const { stdout } = await runCommand([HABETS, '-i', link, ...words]);
  const units: Record<string, number> = { usec: 1e-3, msec: 1, sec: 1e3 };
  return [...stdout.matchAll(/^\d+ bytes from (\S+) \(\S+\): index=\d+ time=([\d.]+) (\w+)/gm)].map(
    ([, mac = '', time, unit = '']) => ({
      mac: mac.toLowerCase(),
      ms: Number(time) * (units[unit] ?? Number.NaN),
    }),
  );
}

/** arping of iputils. */
export async function iputilsArping(
  link: string,
  ...words: string[]
): Promise<{ readonly status: number | null; readonly replies: PeerReply[] }> {
  const { status, stdout } = await runCommand(['/usr/bin/arping', '-I', link, ...words]);
  const replies = [...stdout.matchAll(/reply from \S+ \[(\S+)\] +([\d.]+)ms/g)].map(([, mac = '', ms]) => ({
    mac: mac.toLowerCase(),
    ms: Number(ms),
  }));
  return { status, replies };
}
