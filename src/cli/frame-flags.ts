/** The options that set fields of the frames by hand, from words to what the library takes. */

import { type FrameFields, parseFieldNumber } from '../sweep/frame-fields.js';

/** As commander hands them over. */
export interface FrameFlags {
  readonly etherDst?: string;
  readonly etherSrc?: string;
  readonly etherType?: string;
  readonly llc?: true;
  readonly padding?: string;
  readonly arpHrd?: string;
  readonly arpPro?: string;
  readonly arpHln?: string;
  readonly arpPln?: string;
  readonly arpOp?: string;
  readonly arpSha?: string;
  readonly arpSpa?: string;
  readonly arpTha?: string;
}

/**
 * Nothing where none is given.
 * @throws OptionError for a number that cannot be right; all else the library checks
 */
export function frameFieldsOf(flags: FrameFlags): FrameFields | undefined {
  const { etherDst, etherSrc, llc, padding, arpSha, arpSpa, arpTha } = flags;
  const numbers = {
    etherType: flags.etherType,
    hardwareType: flags.arpHrd,
    protocolType: flags.arpPro,
    hardwareLength: flags.arpHln,
    protocolLength: flags.arpPln,
    operation: flags.arpOp,
  } as const;
  const given = {
    destination: etherDst,
    source: etherSrc,
    llc,
    padding,
    sha: arpSha,
    spa: arpSpa,
    tha: arpTha,
  };
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given)) if (value !== undefined) fields[field] = value;
  for (const [field, text] of Object.entries(numbers)) {
    if (text !== undefined) fields[field] = parseFieldNumber(text, field as keyof typeof numbers);
  }
  return Object.keys(fields).length > 0 ? (fields as FrameFields) : undefined;
}
