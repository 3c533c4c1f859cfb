// tcpdump as a witness of when frames passed a link of ours: its times are the kernel's, and none of our code's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../dist/lab/wait-for.js';
import { framesSent } from './contest.mjs';
import { scratch } from './measure.mjs';

/**
 * @typedef {object} Seen an ARP frame as tcpdump saw it
 * @property {number} us microseconds since the first one
 * @property {boolean} isRequest
 * @property {string} ip that was asked for, or that answers
 */

const BUFFER_KIB = 64 * 1024;
/** An Ethernet header with its ARP. */
const SNAPSHOT_LENGTH = 64;
let captures = 0;

/**
 * Watches a link while `work` runs, and tells what passed.
 * @template T
 * @param {string} link
 * @param {() => Promise<T>} work
 * @returns {Promise<{ outcome: T, seen: Seen[] }>}
 * @throws where the witness did not see every frame that the kernel counted
 */
export async function witnessed(link, work) {
  captures += 1;
  const file = join(scratch, `capture${captures}`);
  const argv = ['-i', link, '-Z', 'root', '-B', `${BUFFER_KIB}`, '-s', `${SNAPSHOT_LENGTH}`];
  // Slots in place of blocks: what is seen is soon in the file, by which its end is known.
  argv.push('--time-stamp-precision=nano', '--immediate-mode', '-U');
  const child = spawn('tcpdump', [...argv, '-w', file, 'arp'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let ended = false;
  const exited = once(child, 'exit').then(
    () => {
      ended = true;
    },
    (error) => {
      ended = true;
      said += error.message;
    },
  );
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  try {
    await waitFor(() => /listening on/.test(said) || (ended && fail(said)), {
      what: 'tcpdump to listen',
    });
    const before = framesSent(link);
    const outcome = await work();
    const sent = framesSent(link) - before;
    await settled(file);
    child.kill('SIGINT');
    await exited;
    const seen = read(file);
    const requests = seen.filter(({ isRequest }) => isRequest).length;
    if (requests !== sent) fail(`it saw ${requests} of ${sent} requests`);
    return { outcome, seen };
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

function fail(said) {
  throw new Error(`the witness failed: ${said.trim()}`);
}

/** Waits until the file has stopped growing; that nothing is missing is asserted after it. */
function settled(file) {
  let size = -1;
  return waitFor(
    () => {
      const before = size;
      size = statSync(file).size;
      return size === before;
    },
    { what: 'tcpdump to write all that it saw', timeoutMs: 20_000, intervalMs: 100 },
  );
}

// pcap-savefile(5), in nanoseconds and in this machine's byte order; where ARP keeps its operation and addresses behind
// an untagged Ethernet header (RFC 826).
const MAGIC = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const OPERATION = 20;
const SENDER_ADDRESS = 28;
const TARGET_ADDRESS = 38;
const REQUEST = 1;

const dotted = (bytes, at) => bytes.subarray(at, at + 4).join('.');

/** @returns {Seen[]} */
function read(file) {
  const bytes = readFileSync(file);
  if (bytes.readUInt32LE(0) !== MAGIC) fail('its file is none in nanoseconds');
  const seen = [];
  let origin;
  for (let at = FILE_HEADER; at < bytes.length; ) {
    const seconds = bytes.readUInt32LE(at);
    origin ??= seconds;
    const us = (seconds - origin) * 1e6 + bytes.readUInt32LE(at + 4) / 1e3;
    const frame = at + RECORD_HEADER;
    const isRequest = bytes.readUInt16BE(frame + OPERATION) === REQUEST;
    const ip = dotted(bytes, frame + (isRequest ? TARGET_ADDRESS : SENDER_ADDRESS));
    seen.push({ us, isRequest, ip });
    at = frame + bytes.readUInt32LE(at + 8);
  }
  return seen;
}
