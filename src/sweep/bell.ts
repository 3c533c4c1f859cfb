/** Wakes whoever waits, any number at once. */
export interface Bell {
  /** Resolves at the next ring. Take it before looking, so that no ring in between is lost. */
  next(): Promise<void>;
  ring(): void;
}

export function createBell(): Bell {
  let ring = () => {};
  const rearm = () => new Promise<void>((resolve) => (ring = resolve));
  let next = rearm();
  return {
    next: () => next,
    ring: () => {
      ring();
      next = rearm();
    },
  };
}
