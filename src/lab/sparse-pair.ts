import type { Host, Lab, Link } from './lab.js';
import { scatteredNumbers } from './random.js';

export interface SparseOptions {
  /** Default 16. */
  readonly prefixLength?: number;
  /** Default 301. */
  readonly live?: number;
  /** Decides which addresses are live. */
  readonly seed?: number;
}

/** A large range of which few addresses answer, all by one host at the other end of a cable. */
export interface SparsePair {
  readonly link: Link;
  readonly host: Host;
  /** In CIDR form; the link's own address is outside of it. */
  readonly range: string;
  /** In ascending order. */
  readonly live: readonly string[];
}

/** Adds such a pair to a lab; `name` is that of the link. */
export async function sparsePair(
  lab: Lab,
  name: string,
  { prefixLength = 16, live: count = 301, seed = 20_260_701 }: SparseOptions = {},
): Promise<SparsePair> {
  const live = scatteredNumbers(count, 2 ** (32 - prefixLength), seed).map(
    (index) => `10.99.${index >> 8}.${index & 0xff}`,
  );
  const { link, host } = await lab.pair(name, { address: '10.98.0.2/15' }, `${name}-peer`, {
    answersFor: live.map((ip) => `${ip}/32`),
  });
  return { link, host, range: `10.99.0.0/${prefixLength}`, live };
}
