/** A frame for people to read: its bytes, and what they say. */

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const bytesPerLine = 16;

/** The bytes as tcpdump -XX counts them, sixteen in a line. */
export function* hexLines(frame: Uint8Array): Iterable<string> {
  for (let at = 0; at < frame.length; at += bytesPerLine) {
    const bytes = Array.from(frame.subarray(at, at + bytesPerLine), (byte) => hex(byte, 2));
    yield `${hex(at, 4)}  ${bytes.join(' ')}`;
  }
}

const tagProtocols: ReadonlyMap<number, string> = new Map([
  [0x8100, '802.1Q'],
  [0x88a8, '802.1ad'],
]);
/** IEEE 802.3: what is smaller in the place of the EtherType is a length. */
const leastType = 0x0600;
const arpLength = 28;

/** What the fields of an ARP frame say, layer by layer; each with the words of its own standard. */
export function* fieldLines(frame: Uint8Array): Iterable<string> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (at: number): number => view.getUint16(at);
  const mac = (at: number): string =>
    Array.from(frame.subarray(at, at + 6), (byte) => hex(byte, 2)).join(':');
  const ip = (at: number): string => frame.subarray(at, at + 4).join('.');

  yield `Ethernet  ${mac(6)} > ${mac(0)}`;
  let at = 12;
  for (let name = tagProtocols.get(word(at)); name !== undefined; name = tagProtocols.get(word(at))) {
    yield `${name.padEnd(8)}  VLAN ${word(at + 2) & 0x0fff}, priority ${word(at + 2) >> 13}`;
    at += 4;
  }
  if (word(at) < leastType) {
    yield `LLC/SNAP  length ${word(at)}, type 0x${hex(word(at + 8), 4)}`;
    at += 8;
  } else {
    yield `type      0x${hex(word(at), 4)}`;
  }
  const arp = at + 2;
  yield `ARP       operation ${word(arp + 6)}, hardware type ${word(arp)} of length ${frame[arp + 4]}, protocol type 0x${hex(word(arp + 2), 4)} of length ${frame[arp + 5]}`;
  yield `sender    ${mac(arp + 8)} ${ip(arp + 14)}`;
  yield `target    ${mac(arp + 18)} ${ip(arp + 24)}`;
  const padding = frame.subarray(arp + arpLength);
  if (padding.length > 0) {
    yield `padding   ${padding.length} bytes: ${Array.from(padding, (byte) => hex(byte, 2)).join('')}`;
  }
}
