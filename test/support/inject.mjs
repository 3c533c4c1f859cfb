/**
 * Sends frames as they are: `node inject.mjs INTERFACE`, a frame in hexadecimal on each line of standard input.
 * A process of its own, because a network namespace belongs to a process.
 */
import { readFileSync } from 'node:fs';
import cap from 'cap';

const [, , device] = process.argv;
const frames = readFileSync(0, 'latin1')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => Buffer.from(line, 'hex'));

const session = new cap.Cap();
// The filter lets nothing in: this process only sends.
session.open(device, 'less 1', 65536, Buffer.alloc(65536));
for (const frame of frames) session.send(frame, frame.length);
session.close();
