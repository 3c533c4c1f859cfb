/** What a terminal shows while arpsweep listens: those who spoke last, what is wrong, and where it stands. */
import type { Finding } from '../generated/report-types.js';
import { painter } from '../reporters/colour.js';
import { linkName, nameAndVendor } from '../reporters/link-name.js';
import { type SpeakerRow, saidInShort, speakerLines } from '../reporters/listen/table.js';
import { emphases } from '../reporters/table.js';
import { counted, cut, duration, grouped, printable } from '../reporters/text.js';
import { deviceName } from '../speakers/listen-links.js';
import type { Speaker } from '../speakers/observer.js';
import type { Session } from '../speakers/session.js';
import { formatAddress } from '../targets/address.js';
import type { VendorOf } from '../vendors.js';
import { list } from '../wording.js';

export interface ListenView {
  readonly session: Session;
  readonly findings: readonly Finding[];
  readonly vendorOf: VendorOf;
  readonly elapsedMs: number;
  /** ms since the epoch. */
  readonly nowMs: number;
}

/** The size of the terminal, and whether it has colour. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

/** Lines that fit the screen, without its last row. */
export function viewLines(view: ListenView, screen: Screen): string[] {
  // The last column stays free, for some terminals wrap as soon as it is filled.
  const columns = screen.columns - 1;
  const room = screen.rows - 1;
  const findings = findingLines(view.findings, { ...screen, columns }).slice(-Math.floor(room / 3));
  const headings = 1;
  const statusLines = 1;
  const speakers = latestSpeakers(view.session, Math.max(0, room - findings.length - headings - statusLines));
  const table = [
    ...speakerLines(rowsOf(view, speakers), { columns, colour: screen.colour, oneLineEach: true }),
  ];
  const status = painter(screen.colour)(cut(statusOf(view, speakers.length), columns), 'faint');
  return [...(speakers.length > 0 ? table : []), ...findings, status].slice(-room);
}

function findingLines(
  findings: readonly Finding[],
  { columns, colour }: Pick<Screen, 'columns' | 'colour'>,
): string[] {
  const paint = painter(colour);
  return findings.map(({ severity, kind, message }) => {
    return paint(
      cut(printable(`${severity}: ${kind}: ${message}`), columns),
      severity === 'info' ? 'none' : severity,
    );
  });
}

function statusOf({ session, elapsedMs }: ListenView, shown: number): string {
  const { observer, listened, counts } = session;
  const all = observer.speakers + observer.probers;
  const where = list(listened.map(deviceName));
  const some = shown < all ? ` (last ${grouped(shown)} shown)` : '';
  const heard = `${counted(all, 'speaker')}${some}, ${counted(counts.received + counts.sent, 'frame')}`;
  return `listening ${duration(elapsedMs)}: ${heard}; Ctrl-C ends it; on ${where}`;
}

/** Those that were heard last, by address, link and first time. */
function latestSpeakers({ observer }: Session, most: number): Speaker[] {
  /** By time; of tens of thousands it would take too long to sort them all, four times a second. */
  const latest: Speaker[] = [];
  for (const { speakers } of observer.addresses) {
    for (const speaker of speakers.values()) {
      const before = latest.findLastIndex(({ lastAtMs }) => lastAtMs <= speaker.lastAtMs);
      if (latest.length >= most && before < 0) continue;
      latest.splice(before + 1, 0, speaker);
      if (latest.length > most) latest.shift();
    }
  }
  return latest.sort(
    (a, b) =>
      a.address.ip - b.address.ip ||
      a.address.place.index - b.address.place.index ||
      a.firstAtMs - b.firstAtMs,
  );
}

function rowsOf(
  { session, findings, vendorOf, nowMs }: ListenView,
  speakers: readonly Speaker[],
): SpeakerRow[] {
  const { places, roster, isOwn } = session;
  const worst = emphases({ findings: [...findings] });
  return speakers.map(({ address, mac, frames, lastAtMs }) => {
    const ip = formatAddress(address.ip);
    const { index } = address.place;
    const isThisMachine = isOwn(address) && mac === address.place.mac;
    return {
      ip,
      mac,
      frames: frames.request + frames.probe + frames.announcement + frames.reply,
      said: saidInShort(frames),
      agoMs: Math.max(0, nowMs - lastAtMs),
      link: linkName(places[index]),
      who: isThisMachine
        ? 'this machine'
        : nameAndVendor({ mac, name: roster.nameOf(mac, ip), vendor: vendorOf(mac) }),
      emphasis: isThisMachine ? 'faint' : (worst.get(`${index} ${ip}`) ?? 'none'),
    };
  });
}
