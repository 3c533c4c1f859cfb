// Says something on a link ten times a second, which concerns nobody: `node speaker.mjs INTERFACE`.
import cap from 'cap';

const [, , device] = process.argv;
/** Untagged Ethernet from a MAC to itself, of IEEE 802 local experimental EtherType 1. */
const frame = Buffer.concat([Buffer.from('02000000000102000000000188b5', 'hex'), Buffer.alloc(46)]);

const session = new cap.Cap();
// The filter lets nothing in: this process only sends.
session.open(device, 'less 1', 65536, Buffer.alloc(65536));
setInterval(() => session.send(frame, frame.length), 100);
