import { OptionError } from '../errors.js';
import { runIsolated } from '../lab/isolate.js';

/** The scenarios that there are, by the name that `arpsweep demo` takes. */
const SCENARIOS = ['conflict'] as const;

/**
 * `arpsweep demo [SCENARIO]`: a lab of real kernels, swept and explained. Resolves to the exit code: 0 when the sweep
 * ran, 130 or 143 when interrupted. Rejects with an `OptionError` for a scenario that there is not, and with the
 * remedy where namespaces are not permitted or iproute2 is missing.
 */
export async function runDemo(scenario: string | undefined): Promise<number> {
  if (scenario !== undefined && !SCENARIOS.some((name) => name === scenario)) {
    throw new OptionError(
      'SCENARIO',
      `There is no demo scenario ${JSON.stringify(scenario)}.`,
      `Choose one of these: ${SCENARIOS.join(', ')}.`,
    );
  }
  return runIsolated(new URL('./demo-inside.js', import.meta.url), []);
}
