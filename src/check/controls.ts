/**
 * Addresses that most likely nobody has, asked beside the expected ones: who answers for these as well, answers for
 * everything, and its answer for an expected address says nothing of the machine behind it.
 */

import type { Subnet } from '../links/subnets.js';
import { contains, type Ranges } from '../targets/ranges.js';

/** Most of them have to be answered, and a machine has several addresses now and then. */
const controlsPerSubnet = 5;

/**
 * Chooses controls in each subnet that an expected address lies in: spread evenly, neither expected nor `taken`, and
 * neither the first nor the last address. A small subnet may have none to spare.
 * @param expected and `taken` in host byte order
 */
export function chooseControls(
  subnets: readonly Subnet[],
  expected: readonly number[],
  taken: readonly number[],
): number[] {
  const used = new Set([...expected, ...taken]);
  return subnets.flatMap((subnet) =>
    expected.some((address) => contains([subnet], address)) ? spread(subnet, used) : [],
  );
}

function spread({ first, last }: Subnet, used: ReadonlySet<number>): number[] {
  const controls = new Set<number>();
  const step = (last - first) / (controlsPerSubnet + 1);
  for (let i = 1; i <= controlsPerSubnet; i++) {
    const free = nextFree(first + Math.ceil(i * step), last, used, controls);
    if (free !== null) controls.add(free);
  }
  return [...controls].sort((a, b) => a - b);
}

/** The next address that is free, short of the last one, which is the broadcast address. */
function nextFree(
  from: number,
  last: number,
  used: ReadonlySet<number>,
  chosen: ReadonlySet<number>,
): number | null {
  for (let address = from; address < last; address++) {
    if (!used.has(address) && !chosen.has(address)) return address;
  }
  return null;
}

/** Single addresses as a set of ranges. */
export function singly(addresses: readonly number[]): Ranges {
  return addresses.map((address) => ({ first: address, last: address }));
}
