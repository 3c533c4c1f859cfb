/** The status page in a real browser, against a server that the test plays; nothing leaves the loopback interface. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { WatchState } from '../../src/generated/watch-state-types.js';
import { runCommand } from '../../src/lab/command.js';
import { createLab } from '../../src/lab/lab.js';
import { startBrowser } from '../support/browser.js';
import { worstContrast } from '../support/contrast.js';
import { startSidecar } from '../support/serve-cli.js';
import {
  change,
  macOf,
  type StatusServer,
  serveStatus,
  watchedAddress,
  watchedFinding,
  watchState,
} from '../support/status-server.js';

let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  browser = await startBrowser();
  context = await browser.newContext();
});
afterAll(() => browser?.close());

const cleanups: (() => Promise<unknown>)[] = [];
/** What a page complained of, and whom it asked. */
let complaints: string[] = [];
let asked: Set<string> = new Set();
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };

/** Opens a page and waits until it is live. */
async function visit(url: string, viewport = desktop, within = context): Promise<Page> {
  const page = await within.newPage();
  cleanups.push(() => page.close());
  await page.setViewportSize(viewport);
  complaints = [];
  asked = new Set();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.add(new URL(request.url()).host));
  await page.goto(url);
  await page.waitForSelector('[data-connection=live]');
  return page;
}

async function open(
  state: WatchState,
  viewport = desktop,
  prepare: (server: StatusServer) => void = () => undefined,
  within = context,
): Promise<{ page: Page; server: StatusServer }> {
  const server = await serveStatus(state);
  cleanups.push(() => server.close());
  prepare(server);
  return { page: await visit(server.url, viewport, within), server };
}

const headline = (page: Page, text: string) =>
  page.waitForSelector(`#headline:text-is(${JSON.stringify(text)})`);
const cell = (page: Page, octet: number) => page.locator(`.grid [data-index="${octet}"]`).first();

const healthy = () =>
  watchState({ addresses: [1, 2, 50, 254].map((octet) => watchedAddress(`10.34.11.${octet}`)) });
const conflicting = () =>
  watchState({
    addresses: [
      watchedAddress('10.34.11.1'),
      watchedAddress('10.34.11.50', {
        state: 'conflict',
        macs: [macOf(1), macOf(2), macOf(3)],
        sinceSeconds: 250,
      }),
      watchedAddress('10.34.11.60', { state: 'flapping' }),
      watchedAddress('10.34.11.101', { state: 'gone' }),
    ],
    findings: [
      watchedFinding({
        kind: 'duplicate-address',
        severity: 'error',
        ips: ['10.34.11.50'],
        message: '10.34.11.50 is answered by 3 machines on eth0.',
      }),
      watchedFinding({ kind: 'loss', message: 'About 8 % of the requests on eth0 are lost.' }),
      watchedFinding({ kind: 'answered-by-fabric', severity: 'info', message: 'The switch answers.' }),
    ],
  });

test('all is well in one line, with how many answer and how long ago that was', async () => {
  const { page, server } = await open(healthy());
  await headline(page, 'All well: 4 of 256 addresses answer');
  expect(await page.textContent('#subline')).toMatch(/^Swept 1\d s ago$/);
  expect(await page.title()).toBe('arpsweep – eth0');
  expect(await page.isVisible('#conflicts')).toBe(false);
  expect(await cell(page, 50).getAttribute('aria-label')).toBe('10.34.11.50: answers');
  expect(await cell(page, 51).getAttribute('aria-label')).toBe('10.34.11.51: silent');
  expect(complaints).toEqual([]);
  expect([...asked]).toEqual([new URL(server.url).host]);
  // The report may be large, and nobody asked for it.
  expect(new Set(server.requests.map((request) => request.split(' ')[1]))).toEqual(
    new Set(['/', '/events', '/state', '/readyz']),
  );
});

test('conflicts and findings come first, each with its MACs and as the report says it', async () => {
  const { page } = await open(conflicting(), phone);
  await headline(page, '1 conflict, 1 address flaps, 1 finding');
  expect(await page.title()).toBe('(3) arpsweep – eth0');
  const cards = page.locator('.card');
  expect(await cards.locator('h3').allTextContents()).toEqual([
    '10.34.11.50',
    '10.34.11.60',
    'loss',
    'answered-by-fabric',
  ]);
  const first = await cards.first().textContent();
  for (const text of [macOf(1), macOf(2), macOf(3), 'for 4 min', 'is answered by 3 machines on eth0.']) {
    expect(first).toContain(text);
  }
  const top = async (selector: string) => (await page.locator(selector).boundingBox())?.y ?? Number.NaN;
  const order = await Promise.all(['#verdict', '#conflicts', '#findings', '#events', '#links'].map(top));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  // A letter or a shape for each state, beside its colour.
  const signs = await Promise.all(
    [1, 50, 60, 101, 102].map((octet) => cell(page, octet).locator('.glyph').textContent()),
  );
  expect(signs).toEqual(['●', '!', '~', '×', '·']);
});

test('a change shows as it is told, without a reload', async () => {
  const { page, server } = await open(healthy());
  await headline(page, 'All well: 4 of 256 addresses answer');
  const macs = [macOf(50), macOf(99)];
  server.send(
    'change',
    change({ type: 'conflict-begins', ip: '10.34.11.50', macs, message: 'Two have it.' }),
  );
  await headline(page, '1 conflict');
  expect(await page.locator('#conflicts .card').textContent()).toContain(macOf(99));
  await page.waitForSelector('.grid [data-index="50"][data-state=conflict]');
  expect(await page.locator('#events li').first().textContent()).toMatch(
    /conflict begins 10\.34\.11\.50Two have it\./,
  );

  server.send('change', change({ type: 'conflict-ends', ip: '10.34.11.50', macs: [macOf(99)] }));
  server.send('change', change({ type: 'gone', ip: '10.34.11.254' }));
  server.send('change', change({ type: 'new', ip: '10.34.11.77', macs: [macOf(77)] }));
  await headline(page, 'All well: 4 of 256 addresses answer');
  await page.waitForSelector('.grid [data-index="254"][data-state=gone]');
  await page.waitForSelector('.grid [data-index="77"][data-state=up]');

  const { finding } = watchedFinding({ kind: 'proxy-arp', message: 'One answers for all.' });
  server.send('change', change({ type: 'finding-begins', finding }));
  await headline(page, '1 finding');
  server.send('change', change({ type: 'finding-ends', finding }));
  server.send('change', change({ type: 'link-down' }));
  await headline(page, 'eth0 is down');
  expect(await page.title()).toBe('(?) arpsweep – eth0');
  server.send('change', change({ type: 'link-up' }));
  const sweep = { startedAt: new Date().toISOString(), durationMs: 0, counts: { untested: 12 } };
  server.send('sweep', { ...sweep, outcome: 'inconclusive' });
  await headline(page, 'Nothing wrong seen, but not all was asked');
  server.send('sweep', { ...sweep, outcome: 'complete', counts: { untested: 0 } });
  await headline(page, 'All well: 4 of 256 addresses answer');
  expect(await page.textContent('#subline')).toMatch(/^Swept (now|1 s ago) · 1 gone$/);
  expect(complaints).toEqual([]);
});

test('what is old never looks fresh, and is made good once the server is back', async () => {
  const { page, server } = await open(healthy());
  await headline(page, 'All well: 4 of 256 addresses answer');
  server.send('change', change({ type: 'new', ip: '10.34.11.3', macs: [macOf(3)] }));
  await headline(page, 'All well: 5 of 256 addresses answer');

  server.drop();
  await headline(page, 'Connection lost');
  expect(await page.title()).toBe('(?) arpsweep – eth0');
  expect(await page.textContent('#subline')).toMatch(/^Last heard .* · trying again .* · before: all well$/);
  expect(await page.locator('.grids').evaluate((grids) => getComputedStyle(grids).filter)).toBe(
    'grayscale(1)',
  );

  server.state = conflicting();
  await headline(page, '1 conflict, 1 address flaps, 1 finding');
  expect(await page.locator('.grids').evaluate((grids) => getComputedStyle(grids).filter)).toBe('none');
  server.send('missed', {});
  await page.waitForSelector('#events li:first-child .gap');
  // It went on from where it was.
  expect(server.requests.filter((request) => request.includes('/events'))).toEqual([
    'GET /events none',
    'GET /events test.0',
  ]);
});

test('a server that just falls silent is missed within 20 seconds', async () => {
  // A context of its own, for the clock is that of all its pages.
  const timed = await browser.newContext();
  cleanups.push(() => timed.close());
  await timed.clock.install();
  const { page, server } = await open(healthy(), desktop, () => undefined, timed);
  await headline(page, 'All well: 4 of 256 addresses answer');
  server.silent = true;
  await page.clock.runFor(20_000);
  await headline(page, 'Connection lost');
});

test('a server whose sweeps fail is told apart from a network that is well', async () => {
  const { page } = await open(healthy(), desktop, (server) => {
    server.readiness = { ready: false, why: 'Not ready: the latest sweep is failed.' };
  });
  await headline(page, 'No good sweep of late');
  expect(await page.textContent('#subline')).toMatch(
    /^Not ready: the latest sweep is failed\. · swept 1\d s ago · before/,
  );
});

test('a page that fails says so itself', async () => {
  const { page, server } = await open(healthy());
  await headline(page, 'All well: 4 of 256 addresses answer');
  // No server says that; it stands for whatever was not thought of.
  server.send('change', { ...change({ type: 'finding-begins' }), finding: { kind: 'loss' } });
  await headline(page, 'This page has failed');
  expect(await page.title()).toBe('(?) arpsweep – eth0');
});

test('before the first sweep nothing is called well or silent', async () => {
  const { page } = await open(watchState({ sweptSeconds: null }));
  await headline(page, 'Waiting for the first sweep');
  expect(await cell(page, 7).getAttribute('aria-label')).toBe('10.34.11.7: not swept yet');
});

test('what comes from the network stays text', async () => {
  const hostile = '</script><img src=x onerror="window.owned=1"><script>window.owned=1</script>';
  const state = watchState({
    addresses: [watchedAddress('10.34.11.5', { state: 'conflict', macs: [hostile, macOf(2)] })],
    findings: [watchedFinding({ kind: 'proxy-arp', message: hostile })],
  });
  state.links[0]?.targets.push(hostile);
  const { page, server } = await open(state, desktop, (served) => {
    served.report = {
      hosts: [{ responders: [{ mac: macOf(2), name: hostile, vendor: null }] }],
      findings: [],
    };
  });
  server.send('change', change({ type: 'moved', ip: hostile, link: hostile, message: hostile }));
  await page.click('#conflicts [data-names]');
  await page.waitForSelector('.name');
  await page.click('a[href$="10.34.11.5"]');
  await page.waitForSelector('#details .name');
  for (const place of ['.holders code', '.name', '#findings .message', '#events .message', '.link .facts']) {
    expect(await page.locator(place).first().textContent(), place).toContain(hostile);
  }
  expect(
    await page.evaluate(() => [document.querySelectorAll('img, body script ~ *').length, 'owned' in window]),
  ).toEqual([0, false]);
  expect(complaints).toEqual([]);
  // The policy is in force: what somebody slipped in would not run, nor could it be slipped in.
  const refused = await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.text = 'window.owned = 1';
    } catch (error) {
      return (error as Error).name;
    }
    return 'nothing refused';
  });
  expect(refused).toBe('TypeError');
});

test('keys walk the grid, and tell who has an address', async () => {
  const { page } = await open(conflicting());
  await headline(page, '1 conflict, 1 address flaps, 1 finding');
  await cell(page, 0).focus();
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight'])
    await page.keyboard.press(key);
  expect(await page.textContent('#details-title')).toBe('10.34.11.50');
  expect(await page.textContent('#details-body')).toContain(macOf(3));
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => location.hash)).toBe('#eth0/10.34.11.50');
  await page.waitForSelector('.grid [data-index="50"][aria-selected=true]');
  // One stop for the tabulator, and where it was left.
  expect(await page.locator('.grid [tabindex="0"]').count()).toBe(1);
  await page.keyboard.press('End');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
    '10.34.11.63: silent',
  );
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => location.hash)).toBe('');
});

test('it fits 320 pixels, and can be read in the dark and in the light', async () => {
  const { page, server } = await open(conflicting(), { width: 320, height: 640 });
  const check = async (): Promise<void> => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const { ratio, text } = await page.evaluate(worstContrast);
      expect(ratio, `${text} in the ${colorScheme}`).toBeGreaterThanOrEqual(4.5);
    }
  };
  server.send('change', change({ type: 'flapping-begins', ip: '10.34.11.60', message: 'It wanders.' }));
  await page.waitForSelector('#events li');
  await page.click('a[href$="10.34.11.50"]');
  await page.waitForSelector('#details[data-open=true]');
  await check();
  server.state = healthy();
  server.drop();
  await headline(page, 'Connection lost');
  await check();
  await headline(page, 'All well: 4 of 256 addresses answer');
  await check();
});

test('a /16 is shown by its /24s, of which each opens', async () => {
  const addresses = Array.from({ length: 65_536 }, (_, at) => watchedAddress(`10.34.${at >> 8}.${at & 255}`));
  addresses[77 * 256 + 7] = watchedAddress('10.34.77.7', { state: 'conflict', macs: [macOf(1), macOf(2)] });
  const { page, server } = await open(watchState({ targets: ['10.34.0.0/16'], addresses }));
  await headline(page, '1 conflict');
  expect(await page.textContent('#subline')).toContain('65,536 of 65,536 addresses answer');
  const block = cell(page, 77);
  expect(await block.getAttribute('aria-label')).toBe(
    '10.34.77.0/24: 256 of 256 answer, 1 in conflict or flapping',
  );
  await block.click();
  await page.waitForSelector('[role=grid][aria-label="10.34.77.0/24"] [data-index="7"][data-state=conflict]');
  server.send('change', change({ type: 'gone', ip: '10.34.77.8' }));
  await page.waitForSelector('[role=grid][aria-label="10.34.77.0/24"] [data-index="8"][data-state=gone]');
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2500);
});

test('serve shows two machines that fight for an address, a link that is down, and its own end', async () => {
  const lab = await createLab();
  cleanups.push(() => lab.remove());
  const segment = await lab.switch('segment');
  await lab.link('page0', { address: '10.81.0.1/24', on: segment });
  const first = await lab.host('first', { on: segment, addresses: ['10.81.0.5/24'] });
  const second = await lab.host('second', { on: segment, addresses: ['10.81.0.7/24'] });
  const sidecar = await startSidecar(['-I', 'page0', '10.81.0.2-11', '--interval', '500ms']);
  cleanups.push(() => sidecar.end());
  const page = await visit(`http://127.0.0.1:${sidecar.port}/`);
  await headline(page, 'All well: 2 of 10 addresses answer');
  expect(complaints.filter((text) => !text.includes('503'))).toEqual([]);
  await second.run(['ip', 'address', 'add', '10.81.0.5/24', 'dev', 'eth0']);
  await headline(page, '1 conflict');
  // What the report says of it comes with the names that were asked for.
  await page.click('#conflicts [data-names]');
  await page.waitForSelector('#conflicts .message');
  const card = await page.textContent('#conflicts .card');
  for (const text of [
    '10.81.0.5',
    first.mac,
    second.mac,
    'Traffic for it reaches one or another by chance.',
  ]) {
    expect(card).toContain(text);
  }
  await runCommand(['ip', 'link', 'set', 'page0', 'down']);
  await headline(page, 'page0 is down');
  await sidecar.end();
  await headline(page, 'Connection lost');
});
