import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server, by default on 127.0.0.1, as much of one as the tests need (RFC 1035). */
export interface NameServer {
  /** Names that it was asked for, in lower case, in the order of the questions. */
  readonly asked: readonly string[];
  close(): void;
}

const TYPE_A = 1;
const TYPE_PTR = 12;
const HEADER_LENGTH = 12;

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`\0${label}`, 'latin1'));
  for (const label of labels) label[0] = label.length - 1;
  return Buffer.concat([...labels, Buffer.alloc(1)]);
}

function decodeName(message: Buffer, at: number): { name: string; end: number } {
  const labels: string[] = [];
  let length = message[at] ?? 0;
  while (length > 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
    length = message[at] ?? 0;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** The reply to a query with one question: one answer, or NXDOMAIN. */
function reply(query: Buffer, questionEnd: number, type: number, data: Buffer | null): Buffer {
  const header = Buffer.from(query.subarray(0, HEADER_LENGTH));
  header.writeUInt16BE(data ? 0x8580 : 0x8583, 2);
  header.writeUInt16BE(data ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const question = query.subarray(HEADER_LENGTH, questionEnd);
  if (!data) return Buffer.concat([header, question]);
  const fixed = Buffer.alloc(12);
  // A pointer to the question's name, class IN, a TTL of 0.
  fixed.writeUInt16BE(0xc00c, 0);
  fixed.writeUInt16BE(type, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt16BE(data.length, 10);
  return Buffer.concat([header, question, fixed, data]);
}

const pointerName = (ip: string): string => `${ip.split('.').reverse().join('.')}.in-addr.arpa`;

/**
 * Serves names by address, each answer after `delayMs`; null in place of them answers nothing at all, as a server behind a
 * firewall does. Needs the right to bind port 53, which every lab gives.
 */
export async function serveNames(
  names: Readonly<Record<string, string>> | null,
  { address: at = '127.0.0.1', delayMs = 0 } = {},
): Promise<NameServer> {
  const entries = Object.entries(names ?? {});
  const pointers = new Map(entries.map(([ip, name]) => [pointerName(ip), encodeName(name)]));
  const addresses = new Map(entries.map(([ip, name]) => [name, Buffer.from(ip.split('.').map(Number))]));
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, end } = decodeName(query, HEADER_LENGTH);
    asked.push(name);
    if (names === null) return;
    const type = query.readUInt16BE(end);
    const table = type === TYPE_PTR ? pointers : type === TYPE_A ? addresses : undefined;
    const answer = reply(query, end + 4, type, table?.get(name) ?? null);
    const timer = setTimeout(() => socket.send(answer, port, address), delayMs);
    socket.once('close', () => clearTimeout(timer));
  });
  socket.bind(53, at);
  await once(socket, 'listening');
  return { asked, close: () => socket.close() };
}
