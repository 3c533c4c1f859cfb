/**
 * Prints a short text to standard output. Whoever has closed the pipe (`| head -0`) does not want it, which is no
 * failure; whatever else is wrong with the output rejects.
 */
export function print(text: string): Promise<void> {
  const { stdout } = process;
  // The callback below is told as well; without a listener the event would end the process.
  stdout.on('error', () => {});
  return new Promise((resolve, reject) => {
    stdout.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error && error.code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
