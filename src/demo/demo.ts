import { createLab } from '../lab/lab.js';
import { scenarios } from './catalogue.js';
import { replay } from './replay.js';
import { showServerRoom } from './tour.js';

/** Longer lines of prose are hard to read. */
const WIDEST = 100;

/** The lab's own, which vanishes with it. */
const DIRECTORY = '/run';

/**
 * Builds a network in the namespace that this process is in, has the program look at it, and removes it.
 * @param name of a scenario; any other shows the server room
 * @returns the exit code: 0 where all went as it should
 */
export async function runDemoHere(name: string | undefined, signal: AbortSignal): Promise<number> {
  const scenario = scenarios.find((each) => each.name === name);
  const lab = await createLab();
  const columns = Math.min(process.stdout.columns || WIDEST, WIDEST);
  const surroundings = { lab, directory: DIRECTORY, columns, signal };
  try {
    return await (scenario ? replay(scenario, surroundings) : showServerRoom(surroundings));
  } finally {
    await lab.remove();
  }
}
