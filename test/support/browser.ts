/** Debian's Chromium, without a window and without anything that it does by itself on a network. */
import { type Browser, chromium } from 'playwright-core';

/** The network namespace is to have a loopback interface only, as scripts/in-lab.sh makes it. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
