/** Entry point of the process that `arpsweep demo` starts in namespaces of its own. */
import { runDemoHere } from '../demo/demo.js';
import { relayInterrupts } from '../lab/isolate.js';
import { describeError, exitCodeOf } from './failure.js';
import { catchInterruption } from './interruption.js';

const interruption = catchInterruption();
const stopRelaying = relayInterrupts();
// A reader that has closed the pipe (`| head`) has seen enough; what is still running here ends with this process.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
try {
  const status = await runDemoHere(process.argv[2], interruption.signal);
  process.exitCode = interruption.exitCode() ?? status;
} catch (error) {
  process.exitCode = interruption.exitCode() ?? exitCodeOf(error);
  // What fails because we are being interrupted is no news.
  if (!interruption.signal.aborted)
    process.stderr.write(describeError(error, 'ARPSWEEP_DEBUG' in process.env));
} finally {
  interruption.release();
  stopRelaying();
}
