/** Stands at `/` where the status page was not built. */

export interface StatusPage {
  readonly html: Buffer;
  /** For the header of that name. */
  readonly contentSecurityPolicy: string;
}

const endpoints = ['metrics', 'report', 'state', 'events', 'healthz', 'readyz'];

const html = Buffer.from(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>arpsweep</title>
<h1>arpsweep</h1>
<ul>${endpoints.map((name) => `<li><a href="/${name}">/${name}</a>`).join('')}</ul>
</html>
`);

export function statusPage(): StatusPage {
  return { html, contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'" };
}
