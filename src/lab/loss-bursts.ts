/** Bursts of loss at random moments, in the words of nft(8): the kernel alone keeps the time. */
import { seededNumbers } from './random.js';

/**
 * What every frame has alike (no socket of the lab sets a mark). A set that is looked up by it is a switch, and an
 * element with a timeout one that the kernel turns off.
 */
const SAME_FOR_ALL = 'meta mark';
const SWITCH = `{ typeof ${SAME_FOR_ALL}; flags dynamic,timeout; size 65535; }`;

/** How many calms are drawn before they come again in the same order. */
const CALMS = 64;

/** Times between bursts that come at random moments: exponential, with exactly this mean, at least 1. */
function drawCalms(meanMs: number, seed: number): number[] {
  const numbers = seededNumbers(seed);
  const calms = Array.from({ length: CALMS }, () => -Math.log(1 - numbers.next().value));
  const scale = meanMs / (calms.reduce((sum, calm) => sum + calm) / CALMS);
  return calms.map((calm) => Math.max(1, Math.round(calm * scale)));
}

/**
 * Sets and chains of a table in which the chain `bursts` ends with `drop` what falls into a burst. Time is cut into
 * cycles of a calm and a burst; the first frame after a cycle begins the next one and turns on two switches: one for
 * the whole, one for its calm. A frame that finds only the first one on is in the burst, however few frames there were
 * before it. Where several processors begin a cycle at once, only the frame that put `begun` there finds a token in it.
 */
export function lossBurstRules(everyMs: number, lastMs: number, seed: number, drop: string): string {
  const calmsMs = drawCalms(everyMs - lastMs, seed);
  const begin = calmsMs.map((_, i) => `${i} : goto cycle${i}`).join(', ');
  const add = (set: string, ms: number, further = '') =>
    `add @${set} { ${SAME_FOR_ALL} timeout ${ms}ms ${further} }`;
  const cycle = (calmMs: number) =>
    [
      add('begun', calmMs + lastMs, 'limit rate 1/day burst 1 packets'),
      add('cycle', calmMs + lastMs),
      add('calm', calmMs),
    ].join(' ');
  return `set begun ${SWITCH}
    set cycle ${SWITCH}
    set calm ${SWITCH}
    chain bursts {
      ${SAME_FOR_ALL} @calm accept
      ${SAME_FOR_ALL} @cycle ${drop}
      numgen inc mod ${calmsMs.length} vmap { ${begin} }
    }
    ${calmsMs.map((calmMs, i) => `chain cycle${i} { ${cycle(calmMs)}; }`).join('\n')}`;
}
