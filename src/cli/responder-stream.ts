/** Carries responders from a sweep to a reporter as they are heard, with their vendors and names. */
import type { Report } from '../generated/report-types.js';
import type { Reporter } from '../reporters/reporter.js';
import type { Responder } from '../sweep/sweep-api.js';
import { type VendorOf, vendorOf } from '../vendors.js';
import type { ReverseDns } from './reverse-dns.js';

/**
 * Hands each responder to the reporter in the order heard. A slow reader slows the loop, not the sweep; a slow name
 * server slows neither: responders queue for their names.
 * @returns once the sweep has ended, or at once where nobody wants its responders; the promise within resolves when
 * the last responder has got its name
 */
export async function streamResponders(
  responders: AsyncIterable<Responder>,
  reporter: Pick<Reporter, 'responder'>,
  names: ReverseDns | null,
  vendors: VendorOf = vendorOf,
): Promise<{ readonly named: Promise<void> }> {
  let named: Promise<void> = Promise.resolve();
  // A format that waits for the report takes no part of the processors from the sweep.
  if (!reporter.responder && !names) return { named };
  for await (const responder of responders) {
    const name = names && (responder.name === null ? names.nameOf(responder.ip) : responder.name);
    if (!reporter.responder) continue;
    // Each object is made for this loop alone; a copy would cost as much again.
    const known: { -readonly [Key in keyof Responder]: Responder[Key] } = responder;
    known.vendor = vendors(responder.mac);
    if (name === null) {
      const full = reporter.responder(known);
      if (full) await full;
    } else {
      const before = named;
      named = before.then(async () => reporter.responder?.({ ...known, name: await name }));
      // Whoever awaits the last one learns of it; until then it must not count as unhandled.
      named.catch(() => undefined);
    }
  }
  return { named };
}

/** Fills vendors and names into a report, in place: a copy of a large one would cost as much again. */
export async function completeReport(
  report: Report,
  names: ReverseDns | null,
  vendors: VendorOf = vendorOf,
): Promise<void> {
  for (const { ip, responders } of report.hosts) {
    const nameless = responders.some(({ name }) => name === null);
    const name = names && nameless ? await names.nameOf(ip) : null;
    for (const responder of responders) {
      responder.vendor = vendors(responder.mac);
      responder.name ??= name;
    }
  }
}
