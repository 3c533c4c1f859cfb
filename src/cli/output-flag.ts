/** `-o`: where a report goes. What writes files is loaded only where there is one. */
import type { Output } from './output.js';

/**
 * Opened before anything is sent, so that a sweep is not made in vain.
 * @returns null for standard output, which `-` stands for as well
 * @throws OptionError where nothing can be written there
 */
export async function openOutput(path: string | undefined): Promise<Output | null> {
  if (path === undefined || path === '-') return null;
  const { fileOutput } = await import('./file-output.js');
  return fileOutput(path);
}
