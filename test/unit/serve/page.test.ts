import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { statusPage } from '../../../src/serve/page.js';

const text = statusPage().html.toString();
const within = (element: string): string[] =>
  text.match(new RegExp(`(?<=<${element}>)[^]*?(?=</${element}>)`, 'g')) ?? [];

test('the page is one document, which fetches nothing but data', () => {
  expect(text.match(/\b(?:src|srcset|action|integrity)=|url\(|@import|import\(/g)).toBeNull();
  expect([...text.matchAll(/(?:https?:)?\/\/[\w.-]+/g)].map(([url]) => url)).toEqual(['http://www.w3.org']);
  const markup = within('script').reduce((rest, script) => rest.replace(script, ''), text);
  expect([...markup.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    'data:,',
    ...['/state', '/state', '/report', '/metrics'],
  ]);
  expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
});

test('its policy allows its own style and script, and no other', () => {
  const { contentSecurityPolicy } = statusPage();
  for (const element of ['style', 'script']) {
    const [own = '', ...others] = within(element);
    expect(own.length).toBeGreaterThan(1000);
    expect(others).toEqual([]);
    const hash = createHash('sha256').update(own).digest('base64');
    expect(contentSecurityPolicy).toContain(`${element}-src 'sha256-${hash}';`);
  }
  expect(contentSecurityPolicy).toMatch(/^default-src 'none'; /);
  expect(contentSecurityPolicy).not.toContain('unsafe');
});
