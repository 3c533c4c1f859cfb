/** The status page: one document, made of page/ by scripts/build-page.mjs, and what a browser may do for it. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface StatusPage {
  readonly html: Buffer;
  /** For the header of that name. */
  readonly contentSecurityPolicy: string;
}

let page: StatusPage | undefined;

/**
 * The page, which is read once. It asks for /state, /events and /readyz where it was served, and for /report on demand.
 * @throws where the package was not built
 */
export function statusPage(): StatusPage {
  page ??= withPolicy(readFileSync(new URL('../../dist/serve/page.html', import.meta.url)));
  return page;
}

/**
 * Nothing runs or styles but what stands in the document, by its hash; and text that the network has a say in, such as the
 * names of hosts, cannot become markup, for no trusted type can be made (w3.org/TR/trusted-types).
 */
function withPolicy(html: Buffer): StatusPage {
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(html, 'style')}`,
    `script-src ${hashOf(html, 'script')}`,
    "connect-src 'self'",
    // The icon.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return { html, contentSecurityPolicy: policy.join('; ') };
}

function hashOf(html: Buffer, element: 'style' | 'script'): string {
  const start = html.indexOf(`<${element}>`) + element.length + 2;
  const text = html.subarray(start, html.indexOf(`</${element}>`, start));
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
