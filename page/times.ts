/** How long ago something was, and when. */

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** `90 s`, `4 min`, `36 h`, `2 d`: in the largest unit of which there are two or more. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [name, size] = units.find(([, unit]) => seconds >= 2 * unit) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${name}`;
}

export function ago(ms: number): string {
  return ms < 1000 ? 'now' : `${duration(ms)} ago`;
}

const sameDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const anotherDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The time where the reader is, with the day where it is not today's. */
export function clock(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = sameDay.format(at);
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${anotherDay.format(at)} ${time}`;
}

/** `2026-11-21 03:12:05 UTC` */
export function universal(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
