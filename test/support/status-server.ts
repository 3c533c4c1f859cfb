/** As much of `serve` as its status page sees, played by a test. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import type { WatchedAddress, WatchedFinding, WatchState } from '../../src/generated/watch-state-types.js';
import { statusPage } from '../../src/serve/page.js';

export interface StatusServer {
  readonly url: string;
  /** What /state answers with. */
  state: WatchState;
  /** What /report answers with. */
  report: unknown;
  /** What /readyz answers with: a sentence, and whether it is so. */
  readiness: { ready: boolean; why: string };
  /** Whether new requests but that for the page are refused. */
  refusing: boolean;
  /** Whether it falls silent, as behind a network that is gone: nothing is refused, and nothing answered. */
  silent: boolean;
  /** Requests so far: method, path and `Last-Event-ID`. */
  readonly requests: readonly string[];
  send(type: 'change' | 'sweep' | 'missed', data: unknown): void;
  /** Ends the streams of events as a server that dies does. */
  drop(): void;
  close(): Promise<void>;
}

export async function serveStatus(state: WatchState): Promise<StatusServer> {
  const streams = new Set<ServerResponse>();
  const requests: string[] = [];
  let latestId = 0;

  const served = createServer((request, response) => {
    const { url = '', headers } = request;
    requests.push([request.method, url, headers['last-event-id']].filter(Boolean).join(' '));
    const json = (value: unknown): void => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    };
    if (url === '/') {
      const { html, contentSecurityPolicy } = statusPage();
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', contentSecurityPolicy).end(html);
    } else if (self.silent) {
      // Left as it is.
    } else if (self.refusing) {
      response.writeHead(503).end('busy');
    } else if (url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': here\n\n');
      streams.add(response);
      response.on('close', () => streams.delete(response));
    } else if (url === '/state') {
      json(self.state);
    } else if (url === '/report') {
      json(self.report);
    } else if (url === '/readyz') {
      response.writeHead(self.readiness.ready ? 200 : 503).end(`${self.readiness.why}\n`);
    } else {
      response.writeHead(404).end();
    }
  });
  served.listen(0, '127.0.0.1');
  await once(served, 'listening');

  const self: StatusServer = {
    url: `http://127.0.0.1:${(served.address() as AddressInfo).port}/`,
    state,
    report: { hosts: [], findings: [] },
    readiness: { ready: true, why: 'ready' },
    refusing: false,
    silent: false,
    requests,
    send(type, data) {
      const text = `id: test.${latestId++}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
      for (const stream of streams) stream.write(text);
    },
    drop() {
      for (const stream of streams) stream.destroy();
    },
    async close() {
      self.drop();
      served.close();
      served.closeAllConnections();
      await once(served, 'close');
    },
  };
  return self;
}

const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

/** MACs by number, of the range that documents may use (RFC 7042, section 2.1.2). */
export const macOf = (number: number): string =>
  `00:00:5e:00:53:${(number & 255).toString(16).padStart(2, '0')}`;

export function watchedAddress(
  ip: string,
  given: {
    state?: WatchedAddress['state'];
    macs?: readonly string[];
    link?: string;
    sinceSeconds?: number;
  } = {},
): WatchedAddress {
  const {
    state = 'up',
    macs = [macOf(Number(ip.split('.')[3]))],
    link = 'eth0',
    sinceSeconds = 7200,
  } = given;
  const holder = (mac: string) => ({ mac, firstAt: secondsAgo(sinceSeconds), lastAt: secondsAgo(12) });
  return { link, ip, state, since: secondsAgo(sinceSeconds), holders: macs.map(holder) };
}

export function watchState(
  given: { targets?: string[]; sweptSeconds?: number | null; up?: boolean } & Partial<WatchState> = {},
): WatchState {
  const { targets = ['10.34.11.0/24'], sweptSeconds = 12, up = true, ...others } = given;
  return {
    schemaVersion: 1,
    command: 'watch',
    tool: { name: 'arpsweep', version: '0.1.0' },
    savedAt: secondsAgo(0),
    links: [{ link: 'eth0', up, targets, sweptAt: sweptSeconds === null ? null : secondsAgo(sweptSeconds) }],
    addresses: [],
    findings: [],
    ...others,
  };
}

export function watchedFinding(
  finding: Partial<WatchedFinding['finding']>,
  sinceSeconds = 300,
): WatchedFinding {
  return {
    link: 'eth0',
    since: secondsAgo(sinceSeconds),
    finding: {
      kind: 'loss',
      severity: 'warning',
      link: 0,
      ips: [],
      macs: [],
      message: '',
      evidence: {},
      ...finding,
    },
  };
}

export function change(event: Partial<WatchEvent>): WatchEvent {
  return {
    schemaVersion: 1,
    type: 'new',
    at: secondsAgo(0),
    link: 'eth0',
    ip: null,
    macs: [],
    previous: null,
    gapMs: null,
    whileAway: false,
    message: '',
    ...event,
  };
}
