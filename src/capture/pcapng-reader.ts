/** Reads pcapng (draft-ietf-opsawg-pcapng): any number of sections, of either byte order. */

import { prefixLengthOf } from '../targets/address.js';
import { BlockBody } from './block-body.js';
import { begin, type Decoder, Malformed, skip, take, viewOf, type Want } from './decoding.js';
import { blockType, byteOrderMagic, nameRecord, option, packetTypeOf } from './pcapng.js';
import {
  type RecordedInterface,
  type RecordedName,
  type RecordedStatistics,
  type RecordingSink,
  unknownPacketType,
} from './recorded.js';

/** Whether a file that begins with these four bytes, which read the same in either byte order, is of this format. */
export function isPcapng(magic: Uint8Array): boolean {
  return viewOf(magic).getUint32(0) === blockType.section;
}

/** A longer block is passed over, for it holds no ARP; or refused, where the others cannot be understood without it. */
const mostBytes = 1 << 20;

/** An interface costs memory; no machine has so many. */
const mostInterfaces = 65_536;

/** What is known of an interface while its section is read. */
interface Source {
  readonly link: number;
  /** Units of time are 2^-n or 10^-n seconds, and begin so many seconds after the epoch. */
  readonly binary: boolean;
  readonly exponent: number;
  readonly offset: bigint;
}

/** Of a block's type and length, of the byte-order magic, and of the length once more at the end. */
const headerLength = 8;
const orderLength = 4;
const trailerLength = 4;

const knownTypes: ReadonlySet<number> = new Set(Object.values(blockType));

/** @param magic the first four bytes, which are read already: the type of the first block */
export function* decodePcapng(magic: Uint8Array, sink: RecordingSink): Decoder {
  let little = true;
  let sources: Source[] = [];
  let links = 0;
  // Kept until the byte order is known: the next section may have the other one.
  const header = new Uint8Array(headerLength);
  const headerView = viewOf(header);
  header.set(magic);
  header.set(yield take(headerLength - magic.length), magic.length);
  for (;;) {
    const isSection = isPcapng(header);
    if (isSection) {
      little = isLittle(yield take(orderLength));
      sources = [];
    }
    const type = headerView.getUint32(0, little);
    const total = headerView.getUint32(4, little);
    const rest = total - headerLength - trailerLength - (isSection ? orderLength : 0);
    if (rest < 0 || total % 4 !== 0) throw new Malformed(`a block of ${total} bytes cannot be`);
    if (rest > mostBytes || !knownTypes.has(type)) {
      if (type === blockType.interface) throw new Malformed(`an interface takes ${total} bytes`);
      yield* pass(rest);
      checkEnd(total, viewOf(yield take(trailerLength)).getUint32(0, little));
    } else {
      const view = viewOf(yield take(rest + trailerLength));
      checkEnd(total, view.getUint32(rest, little));
      const body = new BlockBody(view, rest, little);
      if (type === blockType.interface) {
        if (links === mostInterfaces) throw new Malformed(`there are more than ${mostInterfaces} interfaces`);
        const { recorded, ...source } = interfaceOf(body);
        sources.push({ ...source, link: links++ });
        sink.interface?.(recorded);
      } else if (type === blockType.section) {
        sink.section?.(applicationOf(body));
      } else if (type === blockType.names) {
        for (const name of namesIn(body)) sink.name?.(name);
      } else {
        tell(type, body, sources, sink);
      }
    }
    header.set(yield begin(headerLength));
  }
}

function* pass(bytes: number): Generator<Want, void, Uint8Array> {
  if (bytes > 0) yield skip(bytes);
}

/** The length stands at both ends of a block. */
function checkEnd(total: number, atEnd: number): void {
  if (atEnd !== total) throw new Malformed(`a block of ${total} bytes ends as one of ${atEnd}`);
}

function isLittle(order: Uint8Array): boolean {
  const view = viewOf(order);
  if (view.getUint32(0, true) === byteOrderMagic) return true;
  if (view.getUint32(0, false) === byteOrderMagic) return false;
  throw new Malformed('its byte order cannot be told');
}

/** Version and length of the section come first. */
function applicationOf(body: BlockBody): string | null {
  body.bytes(12);
  for (const [code, value] of body.options()) {
    if (code === option.section.application) return textOf(value);
  }
  return null;
}

/** Records have the form of options. */
function* namesIn(body: BlockBody): Generator<RecordedName> {
  for (const [code, value] of body.options()) {
    if (code !== nameRecord.eui48 || value.length < 6) continue;
    const names = textOf(value.subarray(6)).split('\0');
    yield { mac: macOf(value.subarray(0, 6)), names: names.filter((name) => name !== '') };
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const macOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');

function interfaceOf(body: BlockBody): Omit<Source, 'link'> & { readonly recorded: RecordedInterface } {
  const { interface: codes } = option;
  const linkType = body.u16();
  body.u16();
  body.u32();
  const texts = new Map<number, string>();
  const addresses: RecordedInterface['addresses'][number][] = [];
  let mac: string | null = null;
  let resolution = 6;
  let offset = 0n;
  for (const [code, value] of body.options()) {
    const view = viewOf(value);
    if (code === codes.name || code === codes.description || code === codes.hardware) {
      texts.set(code, textOf(value));
    } else if (code === codes.mac && value.length === 6) {
      mac = macOf(value);
    } else if (code === codes.ipv4 && value.length === 8) {
      const prefixLength = prefixLengthOf(view.getUint32(4));
      if (prefixLength !== null) addresses.push({ ip: view.getUint32(0), prefixLength });
    } else if (code === codes.timeResolution && value.length >= 1) {
      resolution = value[0] ?? 6;
    } else if (code === codes.timeOffset && value.length === 8) {
      offset = view.getBigInt64(0, body.little);
    }
  }
  const text = (code: number): string | null => texts.get(code) ?? null;
  return {
    recorded: {
      name: text(codes.name),
      description: text(codes.description),
      hardware: text(codes.hardware),
      linkType,
      mac,
      addresses,
    },
    binary: (resolution & 0x80) !== 0,
    exponent: resolution & 0x7f,
    offset,
  };
}

/** Tells the sink what a block within a section holds. */
function tell(type: number, body: BlockBody, sources: readonly Source[], sink: RecordingSink): void {
  if (type === blockType.simplePacket) {
    const length = body.u32();
    const { link } = sourceAt(sources, 0);
    // How much was kept of it only the interface's snapshot length would say: at most what is there.
    const bytes = body.bytes(Math.min(length, body.left));
    sink.frame({ link, timeNs: 0n, packetType: unknownPacketType, length, bytes });
    return;
  }
  const number = type === blockType.packet ? body.u16() : body.u32();
  // The obsolete block counts drops here.
  if (type === blockType.packet) body.u16();
  const source = sourceAt(sources, number);
  const time = body.time();
  if (type === blockType.statistics) {
    sink.statistics?.({ link: source.link, ...countsOf(body) });
    return;
  }
  const captured = body.u32();
  const length = body.u32();
  const bytes = body.bytes(captured);
  let packetType: number | null = null;
  for (const [code, value] of body.options()) {
    if (code === option.packet.flags && value.length === 4) {
      packetType = packetTypeOf(viewOf(value).getUint32(0, body.little));
    }
  }
  sink.frame({
    link: source.link,
    timeNs: nanosecondsOf(time, source),
    packetType: packetType ?? unknownPacketType,
    length,
    bytes,
  });
}

function sourceAt(sources: readonly Source[], number: number): Source {
  const source = sources[number];
  if (source === undefined) throw new Malformed(`there is no interface ${number} before its first frame`);
  return source;
}

/** Some count what the interface dropped, others what the system did; who counts both means the same. */
function countsOf(body: BlockBody): Omit<RecordedStatistics, 'link'> {
  const { statistics: codes } = option;
  const counts = { received: 0, dropped: 0, comment: null as string | null };
  for (const [code, value] of body.options()) {
    if (code === option.any.comment) counts.comment = textOf(value);
    if (value.length !== 8) continue;
    const count = Number(viewOf(value).getBigUint64(0, body.little));
    if (code === codes.received) counts.received = count;
    if (code === codes.dropped || code === codes.droppedBySystem) {
      counts.dropped = Math.max(counts.dropped, count);
    }
  }
  return counts;
}

const perSecond = 1_000_000_000n;
/** What fits 64 bits with a sign. */
const latest = 2n ** 63n - 1n;

function nanosecondsOf(time: bigint, { binary, exponent, offset }: Source): bigint {
  const whole = binary
    ? (time * perSecond) >> BigInt(exponent)
    : exponent <= 9
      ? time * 10n ** BigInt(9 - exponent)
      : time / 10n ** BigInt(exponent - 9);
  const ns = whole + offset * perSecond;
  return ns < 0n ? 0n : ns > latest ? latest : ns;
}
