/** What is answered to whom. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Document } from './document.js';
import { mostReaders } from './event-stream.js';
import type { KeptReport } from './latest-report.js';
import { metricsType } from './metrics.js';
import { statusPage } from './page.js';
import { type Answer, head, plainText, send, sentence, whenOver } from './response.js';
import type { Served } from './sidecar.js';

type Route = (served: Served, request: IncomingMessage) => Answer | Promise<Answer>;

const routes: Readonly<Record<string, Route>> = {
  '/': () => {
    const { html, contentSecurityPolicy } = statusPage();
    const headers = { 'Content-Security-Policy': contentSecurityPolicy };
    return { status: 200, type: 'text/html; charset=utf-8', body: [html], headers };
  },
  '/metrics': async ({ metrics }) => ({ status: 200, type: metricsType, body: await metrics.text() }),
  '/healthz': ({ isWatching }) => (isWatching ? sentence(200, 'ok') : sentence(500, 'The watch has ended.')),
  '/readyz': ({ readiness }) => {
    const { isReady, why } = readiness.verdict();
    return sentence(isReady ? 200 : 503, why);
  },
  '/report': ({ report, readiness }, request) =>
    report === null
      ? sentence(503, readiness.verdict().why, { 'Retry-After': '1' })
      : reported(report, request),
  '/state': async ({ state }) =>
    state === null ? sentence(503, 'The watch has not begun yet.') : json(await state()),
};

const places = [...Object.keys(routes), '/events'];

/** Answers this long are given to few at once: until the last of them is read, each may be another generation of it. */
const longLength = 1 << 20;
const mostLongAnswers = 8;

/** Names by which a browser reaches this machine and no other. */
const localNames = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * @param onlyLocal refuses requests that are addressed to any other name than this machine's own: what a page from elsewhere makes a
 * browser ask, once it has its own name point here (DNS rebinding)
 */
export function createListener(served: Served, onlyLocal: boolean): RequestListener {
  let longAnswers = 0;

  async function answer(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
    const found = await route(served, request);
    const length = lengthOf(found);
    if (length <= longLength) return send(request, response, found);
    if (longAnswers >= mostLongAnswers)
      return send(request, response, tooMany('long answers', mostLongAnswers));
    longAnswers++;
    whenOver(request, response, () => longAnswers--);
    return send(request, response, found);
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    const type = 'text/event-stream; charset=utf-8';
    if (request.method === 'HEAD') {
      head(response, { status: 200, type });
      response.end();
      return;
    }
    const opened = served.events.attach(request, response, () => head(response, { status: 200, type }));
    if (!opened) void send(request, response, tooMany('event streams', mostReaders));
  }

  return (request, response) => {
    const { method = '', url = '' } = request;
    const { host } = request.headers;
    const [path = ''] = url.split('?');
    // Nothing that is asked here has a body; what comes as one is not read.
    if (hasBody(request)) response.setHeader('Connection', 'close');
    if (onlyLocal && host !== undefined && !localNames.test(host)) {
      const names = 'this machine is asked as localhost or by its loopback address';
      void send(request, response, sentence(421, `Misdirected: ${names}.`));
    } else if (method !== 'GET' && method !== 'HEAD') {
      void send(request, response, sentence(405, 'Everything here is read by GET.', { Allow: 'GET, HEAD' }));
    } else if (path === '/events') {
      stream(request, response);
    } else {
      const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
      const nothing = (): Answer => sentence(404, `Nothing is here; there are ${places.join(' ')}.`);
      answer(request, response, route ?? nothing).catch(() => response.destroy());
    }
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function lengthOf({ body }: Answer): number {
  return typeof body === 'string' ? body.length : body.reduce((sum, { length }) => sum + length, 0);
}

function tooMany(what: string, most: number): Answer {
  return sentence(503, `There are ${most} ${what} under way, and no more are given at once.`, {
    'Retry-After': '1',
  });
}

function json({ chunks }: Document, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, type: 'application/json', body: chunks, headers };
}

async function reported(report: KeptReport, { headers }: IncomingMessage): Promise<Answer> {
  const { tag, endedAt } = report;
  // It may be kept, but has to be asked for again.
  const known = { ETag: tag, 'Last-Modified': endedAt.toUTCString(), 'Cache-Control': 'no-cache' };
  const tags = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (tags?.includes(tag)) return { status: 304, type: plainText, body: [], headers: known };
  return json(await report.document(), known);
}
