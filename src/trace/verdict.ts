/** Where a question or its answer was lost, from who saw them. */

/** A link on the way, from the asker to the target. */
export interface Hop {
  /** As it is named on the command line. */
  readonly link: string;
  readonly request: boolean;
  readonly reply: boolean;
}

/** The last link that saw it, counted in its own direction; null for what was not lost, or was never there. */
export interface LostAt {
  readonly request: string | null;
  readonly reply: string | null;
}

/**
 * A reply, wherever it was seen, proves that the request has arrived: only one of the two can be lost. A request that
 * passed every link and was not answered is lost at the last one: beyond that nobody looked.
 * @param asker the link that asks, where it is not the first of the hops
 */
export function lostAt(asker: Hop, hops: readonly Hop[]): LostAt {
  const way = [asker, ...hops];
  if (asker.reply) return { request: null, reply: null };
  const lastReply = way.find(({ reply }) => reply);
  if (lastReply) return { request: null, reply: lastReply.link };
  return { request: way.findLast(({ request }) => request)?.link ?? null, reply: null };
}
