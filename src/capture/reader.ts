/** Reads recordings of whichever format. */

import { begin, type Decoder, Malformed } from './decoding.js';
import { decodePcap, isPcap } from './pcap-reader.js';
import { decodePcapng, isPcapng } from './pcapng-reader.js';
import type { RecordingSink } from './recorded.js';

/** Decodes pcapng or pcap, by what the input begins with. */
export function* decodeRecording(sink: RecordingSink): Decoder {
  const magic = new Uint8Array(yield begin(4));
  if (isPcapng(magic)) return yield* decodePcapng(magic, sink);
  if (isPcap(magic)) return yield* decodePcap(magic, sink);
  throw new Malformed(whatElse(magic));
}

/** The first bytes of what people take for a recording. */
function whatElse(magic: Uint8Array): string {
  const hex = Buffer.from(magic).toString('hex');
  if (/^1f8b|^fd377a58|^28b52ffd|^425a68/.test(hex))
    return 'it is compressed (decompress it into "arpsweep --read -")';
  return 'it is neither pcapng nor pcap';
}
