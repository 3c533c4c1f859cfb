/** Whether the program runs here at all: system, kernel, Node and addon. */
import { ArpsweepError } from '../errors.js';
import { type Check, note, ok, problem } from './check.js';
import type { Facts } from './facts.js';

export function programChecks(facts: Facts): Check[] {
  return [
    checkPlatform(facts),
    checkKernel(facts),
    checkNode(facts),
    checkAddon(facts),
    ...checkMemory(facts),
  ];
}

function checkPlatform({ platform }: Facts): Check {
  return platform === 'linux'
    ? ok('platform', 'This is Linux.')
    : problem(
        'platform',
        `This is ${platform}; packet sockets are a thing of Linux.`,
        'Run arpsweep on Linux.',
      );
}

/** PACKET_IGNORE_OUTGOING, the youngest that anything needs, came with Linux 4.20; only full rate makes use of it. */
function checkKernel({ kernel, platform }: Facts): Check {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return platform !== 'linux' || major > 4 || (major === 4 && minor >= 20)
    ? ok('kernel', `The kernel, ${kernel}, has all that is used.`)
    : note('kernel', `The kernel, ${kernel}, does not know --rate max.`, 'Use Linux 4.20 or later for that.');
}

/** The range of package.json's engines, which the launcher has enforced already. */
function checkNode({ nodeVersion }: Facts): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const suits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  return suits
    ? ok('node', `Node ${nodeVersion} is supported.`)
    : problem(
        'node',
        `Node ${nodeVersion} is not supported.`,
        'Use Node 20.19 or later, 22.12 or later, or 24.',
      );
}

function checkAddon({ addonError, addonFile }: Facts): Check {
  if (addonError === null) {
    const how = addonFile?.includes('/prebuilds/') ? 'as it was shipped' : 'built on this machine';
    return ok(
      'addon',
      addonFile === null ? 'The native addon loads.' : `The native addon loads, ${how}: ${addonFile}`,
    );
  }
  const remedy = addonError instanceof ArpsweepError ? addonError.remedy : 'Install arpsweep again.';
  return problem('addon', addonError.message, remedy);
}

/**
 * socket(7): a filter is held by its socket's share of net.core.optmem_max; ours take less than 3 KiB of the usual 20 or
 * more. Rings are not, and no limit on locked memory (RLIMIT_MEMLOCK) counts them.
 */
const neededOptmem = 4096;

function checkMemory({ optmemMax }: Facts): Check[] {
  if (optmemMax === null || optmemMax >= neededOptmem) return [];
  return [
    problem(
      'memory',
      `A socket may hold ${optmemMax} bytes beside its frames, too few for the filter of a sweep.`,
      'Run: sysctl -w net.core.optmem_max=20480',
    ),
  ];
}
