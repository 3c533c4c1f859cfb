/** Expectations as `--expect` and the library take them: a file of either form, or the object that it holds in JSON. */

import { OptionError } from '../errors.js';
import { type InputFile, readInput, refuseInput } from '../input/input-file.js';
import { parseJsonDocuments } from '../input/json-text.js';
import {
  allowOnly,
  elements,
  flag,
  ipv4,
  mac,
  member,
  optional,
  type Place,
  text,
  wholeNumber,
} from '../input/shape.js';
import { isUnicast } from '../mac-address.js';
import { formatAddress } from '../targets/address.js';
import type { Expectation, Expectations, KnownGroup, KnownHost } from './expectation.js';
import { parseExpectationLines } from './expectation-lines.js';

const remedy =
  'Give lines of an address, its MACs and its name under [group] headings, or JSON: {"groups": [{"name": "z1", "min": 1, "hosts": [{"ip": "10.0.0.5", "macs": ["02:00:00:00:00:05"], "name": "db-1", "several": false}]}]}';

/**
 * Reads what is expected.
 * @throws OptionError that names file and place
 */
export async function readExpectation(source: string | Expectations): Promise<Expectation> {
  if (typeof source !== 'string') return expectationOf(given(source));
  const file: InputFile = { option: 'expect', what: 'expectation file', path: source, remedy };
  const content = await readInput(file);
  // A heading begins with a bracket as well.
  if (!content.trimStart().startsWith('{')) {
    const { groups, placeOf } = parseExpectationLines(content, file);
    return expectationOf({
      value: { groups },
      path: '',
      fail: (path, problem) => refuseInput(file, placeOf(path), problem),
    });
  }
  const [value, second] = parseJsonDocuments(content, file);
  if (second !== undefined) refuseInput(file, '', 'it holds more than one JSON document');
  return expectationOf({ value, path: '', fail: (path, problem) => refuseInput(file, path, problem) });
}

/** Expectations that a program gives. */
function given(value: unknown): Place {
  const fail: Place['fail'] = (path, problem) => {
    throw new OptionError('expect', `What is expected is wrong at ${path || 'its top'}: ${problem}.`, remedy);
  };
  return { value, path: '', fail };
}

function expectationOf(place: Place): Expectation {
  allowOnly(place, ['groups']);
  const list = member(place, 'groups');
  const seen = { groups: new Set<string>(), hosts: new Set<number>() };
  const groups = elements(list).map((group) => groupOf(group, seen));
  if (groups.length === 0) list.fail(list.path, 'no address is expected');
  return { groups };
}

interface Seen {
  readonly groups: Set<string>;
  readonly hosts: Set<number>;
}

function groupOf(place: Place, seen: Seen): KnownGroup {
  allowOnly(place, ['name', 'min', 'hosts']);
  const name = optional(member(place, 'name'), text, null);
  if (seen.groups.has(name ?? '')) place.fail(place.path, `the group ${JSON.stringify(name)} comes twice`);
  seen.groups.add(name ?? '');
  const hosts = elements(member(place, 'hosts')).map((host) => hostOf(host, seen));
  if (hosts.length === 0) place.fail(place.path, 'the group has no address');
  const min = optional(member(place, 'min'), (at) => wholeNumber(at, 0, hosts.length), 1);
  return { name, min, hosts };
}

function hostOf(place: Place, seen: Seen): KnownHost {
  allowOnly(place, ['ip', 'macs', 'name', 'several']);
  const address = ipv4(member(place, 'ip'));
  const ip = formatAddress(address);
  if (seen.hosts.has(address)) place.fail(place.path, `${ip} comes twice`);
  seen.hosts.add(address);
  return {
    ip,
    macs: optional(member(place, 'macs'), (macs) => elements(macs).map(unicastMac), []),
    name: optional(member(place, 'name'), text, null),
    several: optional(member(place, 'several'), flag, false),
  };
}

function unicastMac(place: Place): string {
  const address = mac(place);
  return isUnicast(address) ? address : place.fail(place.path, `${address} is no machine's MAC address`);
}
