/** The syntax of host names (RFC 1123, section 2.1), checked before a resolver sees them. */

import { isIPv6 } from 'node:net';
import { type Fail, quoteCharacter, targetForms } from './refusal.js';

/** RFC 1035, section 2.3.4, in the text form without the final dot. */
const longestName = 253;
const longestLabel = 63;

const nameForm =
  'Write a host name of letters, digits, hyphens and dots, such as printer.example.net; names in other scripts in their xn-- form.';

/** Refuses what belongs to another world than IPv4, with a word about that world. */
export function refuseForeign(word: string, fail: Fail): void {
  const [, bare = ''] = /^\[?([\da-f:.]*)/i.exec(word) ?? [];
  if (word.startsWith('[') || isIPv6(bare)) {
    fail(0, 'An IPv6 address is given', `ARP serves IPv4 only; IPv6 has Neighbour Discovery. ${targetForms}`);
  }
  if (/^[\da-f]{1,2}(?::[\da-f]{1,2}){5}$/i.test(word)) {
    fail(0, 'A MAC address is given', `ARP asks for IPv4 addresses. ${targetForms}`);
  }
  if (word.includes('://')) fail(0, 'A URL is given', `Write its host alone. ${targetForms}`);
}

/** Checks a host name; `fail` is called for one that no resolver could know. */
export function checkHostName(word: string, fail: Fail): void {
  const stray = word.search(/[^A-Za-z\d._-]/);
  if (word[stray] === '/') fail(stray, 'A prefix length follows a host name', 'Write the host name alone.');
  if (word[stray] === ':') fail(stray, 'A port follows a host name', 'Write the host name alone.');
  if (stray >= 0) fail(stray, `${quoteCharacter(word, stray)} is out of place in a host name`, nameForm);

  const name = word.endsWith('.') ? word.slice(0, -1) : word;
  if (name.length > longestName) {
    fail(longestName, `The host name is longer than ${longestName} characters`, nameForm);
  }
  let start = 0;
  for (const label of name.split('.')) {
    const end = start + label.length;
    if (label === '') fail(start, 'A part of the host name is empty', nameForm);
    if (label.length > longestLabel) {
      fail(
        start + longestLabel,
        `A part of the host name is longer than ${longestLabel} characters`,
        nameForm,
      );
    }
    if (label.startsWith('-')) fail(start, 'A part of the host name begins with a hyphen', nameForm);
    if (label.endsWith('-')) fail(end - 1, 'A part of the host name ends with a hyphen', nameForm);
    start = end + 1;
  }
}
