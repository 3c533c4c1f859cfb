/** Decodes the packed records of the engine; native/core/sweep/record.h is the other side of this layout. */

import { type NativeEngine, RECORD_BYTES } from '../native.js';

/** One MAC that answers for one address, with what was seen of it and of the address. */
export interface ResponderRecord {
  /** Host byte order. */
  readonly ip: number;
  readonly mac: string;
  /** Whether a unicast request was answered; null where none was sent. */
  readonly confirmed: boolean | null;
  /** Requests to this MAC by unicast. */
  readonly unicasts: number;
  /** Broadcasts that it answered long after a unicast to it had stayed without an answer. */
  readonly laterBroadcasts: number;
  /** Questions to this address, by whomever answered. */
  readonly asked: number;
  /** Of `asked`, those by probe beside the requests. */
  readonly probes: number;
  readonly replies: number;
  /** Of `replies`, those to probes. */
  readonly probeReplies: number;
  /** Two MACs answered the same request for this address. */
  readonly sameRequest: boolean;
  /** The answers for this address went from one MAC to another and back. */
  readonly alternated: boolean;
  /** The address is one of ours: this answers the probe for it. */
  readonly answersOwnProbe: boolean;
  /** Kernel receive time of the first answer, in ms since the epoch. */
  readonly firstAtMs: number;
  /** The same of the latest answer. */
  readonly lastAtMs: number;
  /** Where the frame of the first answer says that it came from: `mac`, as a rule. */
  readonly ethernetSource: string;
  /** Smallest unambiguous round trip in ms, or null. */
  readonly rttMs: number | null;
}

const addressFlag = { sameRequest: 1, alternated: 2 };
const recordFlag = { answersOwnProbe: 1 };

const digits = '0123456789abcdef';
const codes = Array.from('00:00:00:00:00:00', (character) => character.charCodeAt(0));
const last = { high: 0, low: 0, text: '00:00:00:00:00:00' };

/** A MAC address of a packed record. */
export function macAt(view: DataView, offset: number): string {
  const high = view.getUint32(offset);
  const low = view.getUint16(offset + 4);
  // A proxy answers for thousands of addresses.
  if (high === last.high && low === last.low) return last.text;
  for (let i = 0; i < 6; i++) {
    const byte = view.getUint8(offset + i);
    codes[3 * i] = digits.charCodeAt(byte >> 4);
    codes[3 * i + 1] = digits.charCodeAt(byte & 15);
  }
  last.high = high;
  last.low = low;
  // Makes a flat string at once; a sum would keep its parts, in every one of a million hosts.
  last.text = String.fromCharCode(...codes);
  return last.text;
}

/** The kernel stamps nanoseconds, but what lies below a microsecond is the scheduler's noise. */
const toMicroseconds = (ms: number) => Math.round(ms * 1000) / 1000;

/** Packed records, and a view to decode them by. */
export interface RecordBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Room for so many records. */
export function recordBuffer(records: number): RecordBuffer {
  const bytes = new Uint8Array(records * RECORD_BYTES);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** All `count` records of an engine as they stand. */
export function readRecords(engine: Pick<NativeEngine, 'read'>, count: number): RecordBuffer {
  const buffer = recordBuffer(count);
  let from = 0;
  while (from < count) {
    const read = engine.read(from, buffer.bytes.subarray(from * RECORD_BYTES));
    if (read === 0) break;
    from += read;
  }
  return from === count
    ? buffer
    : { bytes: buffer.bytes.subarray(0, from * RECORD_BYTES), view: buffer.view };
}

/** Address of the `index`-th record, in host byte order. */
export function recordAddress(view: DataView, index: number): number {
  return view.getUint32(index * RECORD_BYTES, true);
}

/** Whether the `index`-th record is of an address of others that answered a probe. */
export function recordAnswersProbe(view: DataView, index: number): boolean {
  const at = index * RECORD_BYTES;
  const own = (view.getUint16(at + 46, true) & recordFlag.answersOwnProbe) !== 0;
  return !own && view.getUint32(at + 56, true) > 0;
}

/** Decodes the `index`-th record. */
export function decodeRecord(view: DataView, index: number): ResponderRecord {
  const at = index * RECORD_BYTES;
  const confirmed = view.getUint8(at + 10);
  const addressFlags = view.getUint32(at + 16, true);
  const rtt = view.getFloat64(at + 32, true);
  const recordFlags = view.getUint16(at + 46, true);
  return {
    ip: view.getUint32(at, true),
    mac: macAt(view, at + 4),
    confirmed: confirmed === 2 ? null : confirmed === 1,
    unicasts: view.getUint8(at + 11),
    laterBroadcasts: view.getUint8(at + 61),
    asked: view.getUint32(at + 20, true),
    probes: view.getUint8(at + 60),
    replies: view.getUint32(at + 12, true),
    probeReplies: view.getUint32(at + 56, true),
    sameRequest: (addressFlags & addressFlag.sameRequest) !== 0,
    alternated: (addressFlags & addressFlag.alternated) !== 0,
    answersOwnProbe: (recordFlags & recordFlag.answersOwnProbe) !== 0,
    firstAtMs: view.getFloat64(at + 24, true),
    lastAtMs: view.getFloat64(at + 48, true),
    ethernetSource: macAt(view, at + 40),
    rttMs: Number.isNaN(rtt) ? null : toMicroseconds(rtt),
  };
}
