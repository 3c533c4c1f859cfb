/** Expectations in lines: `IP [MAC[,MAC...]] [name]` under headings such as `[z2/doppler]`. */

import { type InputFile, refuseInput } from '../input/input-file.js';
import { parseMac } from '../mac-address.js';
import type { ExpectedGroup, ExpectedHost } from './expectation.js';

interface Lines {
  readonly groups: readonly ExpectedGroup[];
  /** Where in the file a part of them comes from, such as `line 3` for `groups[0].hosts[1].macs[0]`. */
  readonly placeOf: (path: string) => string;
}

interface Section {
  readonly name: string | null;
  readonly line: number;
  readonly hosts: ExpectedHost[];
  readonly lines: number[];
}

/**
 * Reads such lines; what stands before the first heading belongs to a group without a name. A comment goes from `#` to
 * the end of its line. Whoever gives several MACs for an address lets several machines answer for it.
 * @throws OptionError that names the line
 */
export function parseExpectationLines(content: string, file: InputFile): Lines {
  const sections: Section[] = [];
  const begin = (name: string | null, line: number): Section => {
    const section: Section = { name, line, hosts: [], lines: [] };
    sections.push(section);
    return section;
  };
  for (const [i, whole] of content.split(/\r\n|\n|\r/).entries()) {
    const line = whole.replace(/(^|\s)#.*/, '').trim();
    if (line === '') continue;
    const heading = /^\[(.*)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      if (heading.trim() === '') refuseInput(file, `line ${i + 1}`, 'the heading names no group');
      begin(heading.trim(), i + 1);
      continue;
    }
    const { hosts, lines } = sections.at(-1) ?? begin(null, i + 1);
    hosts.push(parseHost(line, (problem) => refuseInput(file, `line ${i + 1}`, problem)));
    lines.push(i + 1);
  }
  const placeOf = (path: string): string => {
    const [, group, host] = /^groups\[(\d+)\](?:\.hosts\[(\d+)\])?/.exec(path) ?? [];
    const section = sections[Number(group)];
    const line = host === undefined ? section?.line : section?.lines[Number(host)];
    return line === undefined ? '' : `line ${line}`;
  };
  return { groups: sections.map(({ name, hosts }) => ({ name, hosts })), placeOf };
}

function parseHost(line: string, refuse: (problem: string) => never): ExpectedHost {
  const [ip = '', second = '', ...rest] = line.split(/\s+/);
  // No name of a machine has these.
  if (!/[:,]/.test(second) && parseMac(second) === null) return { ip, name: nameOf([second, ...rest]) };
  const macs = second.split(',').map((word) => {
    return parseMac(word) ?? refuse(`${JSON.stringify(word)} is no MAC address`);
  });
  return { ip, macs, name: nameOf(rest), several: macs.length > 1 };
}

const nameOf = (words: readonly string[]): string | null => words.join(' ') || null;
