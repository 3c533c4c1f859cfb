/** Frames of ARP by what they say, for tests of listening. `at` is in seconds from an arbitrary beginning. */
import { decodeHeardFrame, type HeardFrame } from '../../src/listen/heard-frame.js';
import { NO_IP, NO_MAC, REPLY, REQUEST } from './arp-frames.js';
import { type HeardFields, packedFrame } from './fake-listener.js';

export const beginningMs = 1_700_000_000_000;

type More = Partial<Omit<HeardFields, 'operation' | 'sha' | 'spa' | 'tpa'>> & { readonly at?: number };

function spoken(
  fields: Pick<HeardFields, 'operation' | 'sha' | 'spa' | 'tha' | 'tpa'>,
  { at = 0, ...more }: More,
): HeardFields {
  return { ...fields, atMs: beginningMs + at * 1000, ...more };
}

/** Somebody asks all. */
export const request = (sha: string, spa: string, tpa: string, more: More = {}): HeardFields =>
  spoken({ operation: REQUEST, sha, spa, tha: NO_MAC, tpa }, more);

export const probe = (sha: string, tpa: string, more: More = {}): HeardFields =>
  request(sha, NO_IP, tpa, more);

export const announcement = (sha: string, ip: string, more: More = {}): HeardFields =>
  request(sha, ip, ip, more);

/** Somebody answers the one that asked. */
export const reply = (
  sha: string,
  spa: string,
  [tha, tpa]: readonly [mac: string, ip: string],
  more: More = {},
): HeardFields => spoken({ operation: REPLY, sha, spa, tha, tpa }, more);

/** As the listener hands it over. */
export function heardFrame(fields: HeardFields): HeardFrame {
  const bytes = packedFrame(fields);
  return decodeHeardFrame(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
}
