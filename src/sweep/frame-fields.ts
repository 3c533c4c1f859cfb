/** Fields of a sweep's frames that are set by hand, right or wrong: to see what a network makes of them. */

import { OptionError } from '../errors.js';
import { parseMac } from '../mac-address.js';
import type { RequestFrame } from '../native.js';
import { parseAddress } from '../targets/address.js';

/**
 * Each changes its own field and no other. With any of them but `llc` and `padding`, a sweep sends nothing but this frame:
 * it neither asks responders by unicast nor probes, so that nothing is `confirmed`.
 */
export interface FrameFields {
  /** Ethernet destination; default broadcast. */
  readonly destination?: string;
  /** Ethernet source, where it is not to be `sourceMac`. */
  readonly source?: string;
  /** EtherType; default 0x0806. */
  readonly etherType?: number;
  /** Frames by RFC 1042, LLC/SNAP, in place of Ethernet II. */
  readonly llc?: boolean;
  /** ar$hrd; default 1, Ethernet. */
  readonly hardwareType?: number;
  /** ar$pro; default 0x0800, IPv4. */
  readonly protocolType?: number;
  /** ar$hln; default 6. The addresses stay as long as they are. */
  readonly hardwareLength?: number;
  /** ar$pln; default 4. */
  readonly protocolLength?: number;
  /** ar$op; default 1, a request. */
  readonly operation?: number;
  /** ar$sha, to which answers come, where it is not to be `sourceMac`. */
  readonly sha?: string;
  /** ar$spa: any address at all, or `'target'` for that of each target. */
  readonly spa?: string;
  /** ar$tha; default zero. */
  readonly tha?: string;
  /** Bytes behind the ARP packet, in hexadecimal. */
  readonly padding?: string;
}

/** Checked, as the engine takes them. */
export interface CheckedFields {
  readonly given: FrameFields;
  /** Host byte order; null where it is not set by hand. */
  readonly spa: number | 'target' | null;
  /** What is sent is no ordinary request, so that it is all that is sent. */
  readonly byHand: boolean;
  readonly frame: Partial<RequestFrame>;
}

/** An Ethernet frame holds 1500 bytes (802.3): LLC/SNAP takes 8 of them and ARP 28. */
const mostPadding = 1464;

const largestWord = 0xffff;
const largestByte = 0xff;

const numbers = {
  etherType: ['EtherType', largestWord],
  hardwareType: ['hardware type', largestWord],
  protocolType: ['protocol type', largestWord],
  hardwareLength: ['hardware length', largestByte],
  protocolLength: ['protocol length', largestByte],
  operation: ['operation', largestWord],
} as const;

const macs = {
  destination: ['Ethernet destination', 'destination'],
  source: ['Ethernet source', 'source'],
  sha: ['sender hardware address', 'senderHardware'],
  tha: ['target hardware address', 'targetHardware'],
} as const;

function refuse(field: string, words: string, value: unknown, form: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new OptionError(`frame.${field}`, `The ${words} ${shown} cannot be right.`, `Give ${form}.`);
}

/**
 * Checks each field alone.
 * @throws OptionError that names the field, what was given and the form expected
 */
export function checkFrameFields(given: FrameFields): CheckedFields {
  const frame: Record<string, unknown> = {};
  for (const [field, [words, largest]] of Object.entries(numbers)) {
    const value = given[field as keyof typeof numbers];
    if (value === undefined) continue;
    const right = Number.isInteger(value) && value >= 0 && value <= largest;
    if (!right) refuse(field, words, value, `a number from 0 to ${largest}, or to 0x${largest.toString(16)}`);
    frame[field] = value;
  }
  for (const [field, [words, name]] of Object.entries(macs)) {
    const value = given[field as keyof typeof macs];
    if (value === undefined) continue;
    const mac = typeof value === 'string' ? parseMac(value) : null;
    frame[name] = mac ?? refuse(field, words, value, 'a hardware address such as 02:00:00:00:00:01');
  }
  const byHand = Object.keys(frame).length > 0 || given.spa !== undefined;
  const spa = given.spa === undefined ? null : checkSpa(given.spa);
  const framing: Partial<RequestFrame> = {
    ...(given.llc && { llc: true }),
    ...(given.padding !== undefined && { padding: checkPadding(given.padding) }),
  };
  return { given, spa, byHand, frame: { ...frame, ...framing } };
}

function checkSpa(value: string): number | 'target' {
  if (value === 'target') return value;
  const ip = typeof value === 'string' ? parseAddress(value) : null;
  return (
    ip ??
    refuse('spa', 'sender protocol address', value, 'an IPv4 address, or "target" for that of each target')
  );
}

function checkPadding(value: string): Uint8Array {
  const isHex = typeof value === 'string' && /^(?:[0-9a-f]{2})*$/i.test(value);
  if (!isHex || value.length > 2 * mostPadding) {
    const form = `bytes in hexadecimal, two digits each and at most ${mostPadding} of them, such as 00ff`;
    refuse('padding', 'padding', value, form);
  }
  return Uint8Array.from(value.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/**
 * Reads a number of a field: decimal, or hexadecimal as in 0x0806.
 * @throws OptionError
 */
export function parseFieldNumber(text: string, field: keyof typeof numbers): number {
  const [words, largest] = numbers[field];
  const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (value <= largest) return value;
  return refuse(field, words, text, `a number from 0 to ${largest}, or to 0x${largest.toString(16)}`);
}
