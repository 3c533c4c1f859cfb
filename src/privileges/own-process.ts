/** Whether the process is arpsweep's own: what changes a whole process is not done to a program that we are part of. */

let isOwn = false;

/** For the launcher, which starts nothing else. */
export function takeProcess(): void {
  isOwn = true;
}

export function ownsProcess(): boolean {
  return isOwn;
}
