import { OptionError } from '../errors.js';

/** Of a command that asks one by one. */
export interface CountLimit {
  /** As the library calls what holds them. */
  readonly option: string;
  readonly most: number;
  /** What the command does with them, to be followed by how many: `Ping`. */
  readonly verb: string;
}

/** @throws OptionError where there is no address, or are too many */
export function checkCount(count: number, { option, most, verb }: CountLimit): void {
  if (count > 0 && count <= most) return;
  throw new OptionError(
    option,
    count === 0 ? 'No target is given.' : `The targets are ${count} addresses.`,
    `${verb} 1 to ${most} addresses at a time; a sweep asks any number.`,
  );
}
