/** Checks the options of a sweep, and reads them from text for the command line. */

import { OptionError } from '../errors.js';
import type { Expectations } from '../expect/expectation.js';
import type { WantedLink } from '../links/choice.js';
import { parseLinkSpec, parseTags } from '../links/link-spec.js';
import type { NamedMachine } from '../names/named-machine.js';
import { parseAddress } from '../targets/address.js';
import { type Course, type CourseWish, courseOf, parseShard } from './course.js';
import { type CheckedFields, checkFrameFields } from './frame-fields.js';
import { profileNames, type RateOption } from './pace.js';
import type { ProfileName, Progress, SweepOptions } from './sweep-api.js';

/** Options that are known to be right, each alone; what depends on a link is checked in plan.ts. */
export interface CheckedOptions {
  readonly links: readonly WantedLink[];
  readonly exclude: readonly string[];
  readonly rate: RateOption;
  /** Null lets each link choose. */
  readonly profile: ProfileName | null;
  readonly passes: number | 'auto';
  readonly cooldownMs: number | 'auto';
  /** Host byte order, 0 to ask by probe, null to choose by the target's subnet. */
  readonly sourceIp: number | null;
  readonly sourceMac: string | null;
  readonly course: Course;
  readonly offLink: boolean;
  readonly fields: CheckedFields;
  /** Files, directories and machines that name hardware addresses. */
  readonly names: readonly (string | NamedMachine)[];
  /** What should answer, as a file or read, or null. */
  readonly expect: string | Expectations | null;
  readonly fingerprint: boolean;
  readonly signal: AbortSignal | null;
  readonly onProgress: ((progress: Progress) => void) | null;
}

const slowestRate = 0.1;
const fastestRate = 100_000_000;
const rateForm = `a number of frames per second from ${slowestRate} to 100M, such as 1000, 10k or 1M; "max"; "auto"; or "auto:" and a ceiling`;

/** The record keeps the number of questions in one byte. */
const mostPasses = 255;
const passesForm = `a whole number from 1 to ${mostPasses}, or "auto"`;

const longestMs = 3_600_000;
const durationForm = (mostMs: number) =>
  `a number and its unit, such as 350ms, 2s or 1m, or 0; at most ${mostMs / 3_600_000}h`;

const largestSeed = 0xffff_ffff;

const millisecondsPer: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const factors: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6 };

/** @throws OptionError that shows the value and says which form would be right */
export function refuse(option: string, words: string, value: unknown, form: string): never {
  const asJson = typeof value === 'string' || Array.isArray(value);
  const shown = asJson ? JSON.stringify(value) : String(value);
  throw new OptionError(option, `The ${words} ${shown} cannot be right.`, `Give ${form}.`);
}

function frequency(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kKM])?$/.exec(text);
  return match ? Number(match[1]) * (match[2] ? (factors[match[2]] ?? Number.NaN) : 1) : Number.NaN;
}

const isRate = (value: number) => value >= slowestRate && value <= fastestRate;

/**
 * Reads a rate: `1000`, `10k`, `1.5M`, `max`, `auto`, `auto:1M` or `auto:max`.
 * @throws OptionError
 */
export function parseRate(text: string | number): RateOption {
  if (text === 'auto' || text === 'max' || text === 'auto:max') return text;
  if (typeof text === 'string' && text.startsWith('auto:')) {
    const ceiling = frequency(text.slice('auto:'.length));
    return isRate(ceiling) ? `auto:${ceiling}` : refuse('rate', 'rate', text, rateForm);
  }
  const rate = typeof text === 'number' ? text : frequency(String(text));
  return isRate(rate) ? rate : refuse('rate', 'rate', text, rateForm);
}

/**
 * Reads a duration with its unit (`ms`, `s`, `m` or `h`), of `mostMs` at most; only 0 needs none.
 * @returns milliseconds
 * @throws OptionError that names `option`
 */
export function parseDuration(text: string, option = 'cooldownMs', mostMs = longestMs): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = match ? Number(match[1]) * (millisecondsPer[match[2] ?? ''] ?? Number.NaN) : Number.NaN;
  if (text === '0') return 0;
  return ms <= mostMs ? ms : refuse(option, 'duration', text, durationForm(mostMs));
}

/**
 * Reads how long to listen after the last frame: a duration or `auto`.
 * @throws OptionError
 */
export function parseCooldown(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : parseDuration(text, 'cooldownMs');
}

/**
 * Reads a number of passes or `auto`.
 * @throws OptionError
 */
export function parsePasses(text: string | number): number | 'auto' {
  if (text === 'auto') return 'auto';
  const passes = typeof text === 'number' || /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isInteger(passes) || passes < 1 || passes > mostPasses) {
    refuse('passes', 'number of passes', text, passesForm);
  }
  return passes;
}

/**
 * Reads the seed of the random order.
 * @throws OptionError
 */
export function parseSeed(text: string | number): number {
  const seed = typeof text === 'number' || /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) {
    refuse('seed', 'seed', text, `a whole number from 0 to ${largestSeed}`);
  }
  return seed;
}

/**
 * Reads a sender hardware address: six bytes in hexadecimal, parted by colons or hyphens. A group address
 * (IEEE 802: the lowest bit of the first byte, broadcast included) or zero is no sender.
 * @returns the address in lower case with colons
 * @throws OptionError
 */
export function parseSourceMac(text: string): string {
  const form = 'a unicast hardware address such as 02:00:00:00:00:01';
  const match = typeof text === 'string' && /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i.test(text);
  if (!match) refuse('sourceMac', 'source MAC', text, form);
  const mac = text.toLowerCase().replaceAll('-', ':');
  const group = Number.parseInt(mac.slice(0, 2), 16) & 1;
  if (group || mac === '00:00:00:00:00:00') refuse('sourceMac', 'source MAC', text, form);
  return mac;
}

function checkSourceIp(text: string): number {
  const ip = typeof text === 'string' ? parseAddress(text) : null;
  return ip ?? refuse('sourceIp', 'source IP', text, 'an IPv4 address of the link, or 0.0.0.0');
}

function checkCooldown(value: number | 'auto'): number | 'auto' {
  if (value === 'auto') return value;
  const right = typeof value === 'number' && value >= 0 && value <= longestMs;
  return right
    ? value
    : refuse('cooldownMs', 'cooldown', value, `milliseconds from 0 to ${longestMs}, or "auto"`);
}

/**
 * Reads links. `netns` and `vlan` hold for every one that does not say.
 * @param otherwise what becomes of it without any
 * @throws OptionError
 */
export function checkLinks(
  { links, netns, vlan }: Pick<SweepOptions, 'links' | 'netns' | 'vlan'>,
  otherwise = 'take the link of the default route',
): readonly WantedLink[] {
  const form = `at least one link, or leave it out to ${otherwise}`;
  if (netns !== undefined && (typeof netns !== 'string' || netns === '')) {
    refuse('netns', 'network namespace', netns, 'a name, a path or a process id');
  }
  const place = {
    netns: netns ?? null,
    tags: vlan === undefined ? null : parseTags(String(vlan), 'vlan'),
  };
  if (links === undefined) return [{ ...place, interface: null }];
  if (!Array.isArray(links) || links.length === 0) refuse('links', 'list of links', links, form);
  return links.map((text) => {
    if (typeof text !== 'string') refuse('links', 'link', text, form);
    const spec = parseLinkSpec(text, 'links');
    return { ...spec, netns: spec.netns ?? place.netns, tags: spec.tags ?? place.tags };
  });
}

function checkFields({ frame = {}, sourceIp }: SweepOptions): CheckedFields {
  const fields = checkFrameFields(frame);
  if (fields.spa === null || sourceIp === undefined) return fields;
  throw new OptionError(
    'frame.spa',
    'The sender protocol address is given twice.',
    'Give --source-ip (sourceIp) for an address of the link, or --arp-spa (frame.spa) for any other.',
  );
}

function checkFingerprint({ fingerprint = false, frame }: SweepOptions): boolean {
  if (!fingerprint || frame === undefined) return fingerprint;
  throw new OptionError(
    'fingerprint',
    'A fingerprint is taken by frames of its own, not by those that are set by hand.',
    'Leave out --fingerprint (fingerprint), or the fields of the frame.',
  );
}

function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  return allowed.includes(value) ? value : refuse(option, option, value, `one of ${allowed.join(', ')}`);
}

function courseWish({ order, seed, shard }: SweepOptions): CourseWish {
  return {
    sequential: order === undefined ? null : oneOf('order', order, ['random', 'sequential']) === 'sequential',
    seed: seed === undefined ? null : parseSeed(seed),
    shard: shard === undefined ? null : parseShard(shard),
  };
}

/**
 * Checks every option alone and fills in the defaults.
 * @throws OptionError that names the option, what was given and the form expected
 */
export function checkOptions(options: SweepOptions): CheckedOptions {
  const { exclude = [], names = [], profile, sourceIp, sourceMac, resume } = options;
  const mac = sourceMac === undefined ? null : parseSourceMac(sourceMac);
  // A foreign SHA with our own SPA would point the neighbours' caches away from us.
  const impliedIp = mac === null ? null : 0;
  return {
    links: checkLinks(options),
    exclude: typeof exclude === 'string' ? [exclude] : exclude,
    rate: parseRate(options.rate ?? 'auto'),
    profile: profile === undefined ? null : oneOf('profile', profile, profileNames),
    passes: parsePasses(options.passes ?? 'auto'),
    cooldownMs: checkCooldown(options.cooldownMs ?? 'auto'),
    sourceIp: sourceIp === undefined ? impliedIp : checkSourceIp(sourceIp),
    sourceMac: mac,
    course: courseOf(courseWish(options), resume),
    offLink: options.offLink ?? false,
    fields: checkFields(options),
    names: typeof names === 'string' ? [names] : names,
    expect: options.expect ?? null,
    fingerprint: checkFingerprint(options),
    signal: options.signal ?? null,
    onProgress: options.onProgress ?? null,
  };
}
