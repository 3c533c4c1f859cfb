/** Files of `--vendors`: lines of a MAC prefix and a name, as mac-vendor(5) of arp-scan has them. */

import { type InputFile, readInput, refuseInput } from '../input/input-file.js';
import { type PrefixNames, prefixNames } from './prefix-names.js';

const vendorsFile = (path: string): InputFile => ({
  option: 'vendors',
  what: 'vendors file',
  path,
  remedy:
    'Give lines of a MAC prefix and a name, such as "00:50:56:ab Our VMware" or "8C1F64FFC/36 Our sensors".',
});

/**
 * Reads such files; of a prefix that comes twice, the later name holds.
 * @throws OptionError that names the file and the line
 */
export async function readVendors(paths: readonly string[]): Promise<PrefixNames> {
  const files = paths.map(vendorsFile);
  const contents = await Promise.all(files.map(readInput));
  return prefixNames(files.flatMap((file, i) => [...parseVendorLines(contents[i] ?? '', file)]));
}

/**
 * Prefixes, as addresses in lower case with colons begin, and their names. A comment is a line that begins with `#`, or
 * goes from a blank and `#` to the end of its line; what follows a tab behind the name, as in Wireshark's manuf, is left out.
 * @throws OptionError that names the line
 */
export function* parseVendorLines(content: string, file: InputFile): Iterable<readonly [string, string]> {
  for (const [i, line] of content.split(/\r\n|\n|\r/).entries()) {
    const [, word, rest = ''] = /^\s*(\S+)(.*)$/.exec(line.replace(/(^|\s)#.*/, '')) ?? [];
    if (word === undefined) continue;
    const place = `line ${i + 1}`;
    const prefix = parsePrefix(word);
    if (prefix === null) refuseInput(file, place, `${JSON.stringify(word)} is no MAC prefix`);
    const [name = ''] = rest.trim().split('\t');
    if (name === '') refuseInput(file, place, 'there is no name behind the MAC prefix');
    yield [prefix, name.trim()];
  }
}

/** Bytes parted by colons, hyphens or dots, or digits alone; the last byte may be half of one. */
const forms = [
  /^[0-9a-f]{2}(:[0-9a-f]{2}){0,4}(:[0-9a-f]{1,2})?$/,
  /^[0-9a-f]{2}(-[0-9a-f]{2}){0,4}(-[0-9a-f]{1,2})?$/,
  /^[0-9a-f]{4}(\.[0-9a-f]{4})?(\.[0-9a-f]{1,4})?$/,
  /^[0-9a-f]{1,12}$/,
];

/** `00:50:56:a`, `00-50-56-A`, `0050.56a`, `005056a`, or a longer one cut to whole digits, as `00:50:56:a0:00:00/28`. */
function parsePrefix(text: string): string | null {
  const [, address = '', length] = /^([^/]*)(?:\/(\d+))?$/.exec(text.toLowerCase()) ?? [];
  if (!forms.some((form) => form.test(address))) return null;
  const digits = address.replace(/[^0-9a-f]/g, '');
  const kept = length === undefined ? digits.length : Number(length) / 4;
  if (!Number.isInteger(kept) || kept < 1 || kept > digits.length) return null;
  return digits.slice(0, kept).replace(/..(?=.)/g, '$&:');
}
