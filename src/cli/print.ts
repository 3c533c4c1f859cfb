/**
 * Prints a short text to standard output. Whoever has closed the pipe (`| head -0`) does not want it, which is no
 * failure.
 * @throws ArpsweepError for whatever else is wrong with the output
 */
export async function print(text: string): Promise<void> {
  const error = await written(text);
  if (error === null || error.code === 'EPIPE') return;
  const { unwritable } = await import('./standard-output.js');
  throw unwritable(error);
}

function written(text: string): Promise<NodeJS.ErrnoException | null> {
  const { stdout } = process;
  // The callback below is told as well; without a listener the event would end the process.
  stdout.on('error', () => {});
  return new Promise((resolve) => {
    stdout.write(text, (error) => resolve(error ?? null));
  });
}
