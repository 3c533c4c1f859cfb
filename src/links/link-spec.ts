/** Links as people name them: `[NETNS:]IFACE[@VID[.PRIO]]`. */

import { OptionError } from '../errors.js';

/** A VLAN tag to be put on (IEEE 802.1Q): `id` 0 says nothing but a priority. */
export interface Tag {
  readonly id: number;
  /** PCP, 0 to 7. */
  readonly priority: number;
}

export interface LinkSpec {
  /** A name, a path or a process id, as it was given; null for the present network namespace. */
  readonly netns: string | null;
  readonly interface: string;
  /** The outer one first; none for untagged, null where nothing was said of tags. */
  readonly tags: readonly Tag[] | null;
}

const form =
  'Give [NETNS:]IFACE[@VID[.PRIO]], as in eth0, qdhcp-7:tap0, eth1@100 or eth1@100.5, and the outer tag first ' +
  'where there are two (eth1@100@7); VID is a number up to 4094, PRIO up to 7.';

/** Provider bridges carry a customer's tag within their own (802.1ad); nobody nests them deeper. */
const mostTags = 2;

/**
 * Reads a link. The kernel has no interface with a colon or a slash in its name, so that what stands before the last
 * colon is the namespace, be it a path with colons of its own.
 * @throws OptionError that names `option`
 */
export function parseLinkSpec(text: string, option: string): LinkSpec {
  const colon = text.lastIndexOf(':');
  const netns = colon < 0 ? null : text.slice(0, colon);
  const [name = '', ...tags] = text.slice(colon + 1).split('@');
  if (netns === '' || name === '' || /[\s/]/.test(name)) refuse('link', text, option, form);
  const read = tags.length === 0 ? null : tagsIn(tags);
  if (read === undefined) refuse('link', text, option, form);
  return { netns, interface: name, tags: read };
}

/**
 * Reads tags alone: `100`, `100.5`, `100@7`; `0` for none.
 * @throws OptionError that names `option`
 */
export function parseTags(text: string, option: string): readonly Tag[] {
  const remedy = 'Give VID[.PRIO], as in 100 or 100.5: a number up to 4094 and a priority up to 7.';
  return tagsIn(text.split('@')) ?? refuse('VLAN', text, option, remedy);
}

function refuse(what: string, text: string, option: string, remedy: string): never {
  throw new OptionError(option, `The ${what} ${JSON.stringify(text)} cannot be right.`, remedy);
}

/** Undefined where they cannot be right. */
function tagsIn(texts: readonly string[]): readonly Tag[] | undefined {
  const tags = texts.map(readTag).filter((tag) => tag !== null);
  if (tags.length < texts.length || tags.length > mostTags) return undefined;
  const isTagged = ({ id, priority }: Tag): boolean => id !== 0 || priority !== 0;
  // 802.1Q: a tag with VID 0 equals none; within another it says nothing that the outer one does not.
  if (tags.length > 1) return tags.every(({ id }) => id !== 0) ? tags : undefined;
  return tags.filter(isTagged);
}

function readTag(text: string): Tag | null {
  const [, id = '', priority = '0'] = /^(\d{1,4})(?:\.([0-7]))?$/.exec(text) ?? [];
  return id === '' || Number(id) > 4094 ? null : { id: Number(id), priority: Number(priority) };
}

/** A link in the form that `parseLinkSpec` reads, by the VLAN IDs of its tags; 0 and null stand for none. */
export function formatLink(netns: string | null, name: string, ids: readonly (number | null)[]): string {
  const tags = ids.map((id) => (id ? `@${id}` : ''));
  return `${netns === null ? '' : `${netns}:`}${name}${tags.join('')}`;
}
