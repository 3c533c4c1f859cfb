/** What is looked at, an address or a block: it stands behind the # of the page's address, so that it can be passed on. */

import { formatAddress, parseAddress } from '../../src/targets/address.js';

export interface Place {
  readonly link: string;
  /** Host byte order. */
  readonly ip: number;
  /** 32 for an address. */
  readonly prefixLength: number;
}

export function hrefOf({ link, ip, prefixLength }: Place): string {
  const length = prefixLength === 32 ? '' : `/${prefixLength}`;
  return `#${encodeURIComponent(link)}/${formatAddress(ip)}${length}`;
}

/** The place of an address in its text form; the page itself for what is none. */
export function hrefOfAddress(link: string, text: string): string {
  const ip = parseAddress(text);
  return ip === null ? '#' : hrefOf({ link, ip, prefixLength: 32 });
}

export function currentPlace(): Place | null {
  const [, link = '', text = '', length = '32'] =
    /^#([^/]*)\/([\d.]+)(?:\/(8|16|24))?$/.exec(location.hash) ?? [];
  const ip = parseAddress(text);
  if (ip === null) return null;
  try {
    return { link: decodeURIComponent(link), ip, prefixLength: Number(length) };
  } catch {
    return null;
  }
}

/** Leaves no entry in the history: going back goes to the page before. */
export function goTo(place: Place | null): void {
  history.replaceState(null, '', place ? hrefOf(place) : location.pathname);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
