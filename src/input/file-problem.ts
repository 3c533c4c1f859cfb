/** A sentence for what Node's file system calls throw: `No space left on device (ENOSPC)`. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // Node's form is "ENOENT: no such file or directory, open '/x'".
  const words = /^[A-Z0-9]+: (.*?)(?:, \w+(?: '.*')?)?$/s.exec(message)?.[1];
  return words === undefined ? message : `${words} (${code})`;
}

/** Whether a system call failed, rather than we. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
