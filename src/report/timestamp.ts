let lastMs = Number.NaN;
let lastText = '';

/** ISO 8601 in UTC. Answers come in bursts, so that most share their millisecond, and its text, with the one before. */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms);
  if (whole !== lastMs) {
    lastText = new Date(whole).toISOString();
    lastMs = whole;
  }
  return lastText;
}
