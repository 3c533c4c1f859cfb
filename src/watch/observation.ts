/** What a watch gets to know, whether by sweeping, by listening or by asking a few addresses quickly. */

/** A frame by which a MAC spoke for an address. */
export interface Spoken {
  /** As `-I` takes it. */
  readonly link: string;
  /** Host byte order. */
  readonly ip: number;
  /** SHA, in lower case with colons. */
  readonly mac: string;
  /** An announcement has SPA = TPA, by either operation. */
  readonly kind: 'reply' | 'request' | 'announcement';
  readonly operation: 'request' | 'reply';
  /** The kernel's receive timestamp in ms since the epoch. */
  readonly atMs: number;
}

/** The outcome of asking an address often enough to tell. */
export interface Asked {
  readonly link: string;
  /** Host byte order. */
  readonly ip: number;
  /** Who answered, by first answer; empty where nobody did. */
  readonly macs: readonly string[];
  /** Requests that left for it. */
  readonly requests: number;
  /** Of these, those since anybody last answered. */
  readonly unanswered: number;
  /** From the first request to the end of listening for answers, in ms since the epoch. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Share of requests and answers that the wire loses, where it is known to lose any. */
  readonly loss?: number;
  /**
   * Whether several of `macs` have it at the same time: they answered one and the same request, or one came back after
   * another had answered. Left out where they may as well have had it one after the other.
   */
  readonly contested?: 'same-request' | 'alternating';
}
