import type { Finding, Host } from '../generated/report-types.js';
import { counted, expectedMissed, grouped, percent } from '../reporters/text.js';
import type { NotedHost, SweepFacts, WireFacts } from './context.js';
import { hasLoop } from './own-mac-on-wire.js';

/**
 * The wire loses requests or their answers: some at any rate, or more above a limit, or both. What this machine
 * itself dropped is not the wire's and no finding, and what a loop takes is own-mac-on-wire's.
 */
export function diagnoseLoss(facts: SweepFacts): Finding[] {
  const { interfaces, links, wires } = facts;
  return wires.flatMap((wire, link) => {
    const own = links[link];
    const loss = own && hasLoop(own) ? null : lossOf(facts, wire, link);
    return loss === null ? [] : [describe(interfaces[link] ?? '', link, wire, loss)];
  });
}

/** What is wrong with a wire: at least one of the two. */
interface Loss {
  readonly atAnyRate: boolean;
  /** Frames per second above which more is lost, or null. */
  readonly above: number | null;
}

function lossOf(facts: SweepFacts, wire: WireFacts, link: number): Loss | null {
  const atAnyRate = losesAtAnyRate(wire) && isOfTheWire(facts, wire, link);
  const loss = { atAnyRate, above: tellingLimit(wire) };
  return loss.atAnyRate || loss.above !== null ? loss : null;
}

/** A share of this is no cause for alarm, and nothing that asking twice does not make good. */
const harmless = 0.01;

/** Among twenty wires that lose no more than is harmless, fewer than one passes for worse. */
const byChance = 1 / 20;

const fewestLost = 3;

/**
 * Whether more is lost than is harmless. By Chernoff's bound, a wire that loses a share p of n pilots or less loses a
 * larger share q with a probability of at most exp(-n KL(q || p)), at any n: so the lower 95 % confidence bound of the
 * share is above p. A healthy wire, which loses one in thousands, is far from it.
 */
function losesAtAnyRate({ statistics, pilots, pilotsLost }: WireFacts): boolean {
  if (statistics.lossEstimate === null || pilotsLost < fewestLost) return false;
  const share = pilotsLost / pilots;
  return share > harmless && Math.exp(-pilots * divergence(share, harmless)) < byChance;
}

/**
 * Whether the losses are the wire's, for that above holds of independent ones. A host that is switched off during the
 * sweep loses every pilot from then on: several must have left a question unanswered, unless only one is there. A machine
 * that answers now and then, for many addresses perhaps, does so while all others answer, and more often than is likely
 * on a wire that loses so much. Of what is behind an ARP proxy, that one answers as it likes: Linux late, and not all
 * that is asked at once (proxy_delay and proxy_qlen of arp(7)). And while an address moves, nobody has it.
 */
function isOfTheWire(
  { hosts, noted, proxies }: SweepFacts,
  { pilots, pilotsLost }: WireFacts,
  link: number,
): boolean {
  const proxied = new Set(
    proxies.flatMap((proxy) => (proxy.link === link ? proxy.proxied.map(({ ip }) => ip) : [])),
  );
  const moved = new Set(noted.filter(hasMoved).map(({ ip }) => ip));
  const answering = hosts.filter(
    (host) => host.link === link && !host.self && !proxied.has(host.ip) && !moved.has(host.ip),
  );
  const inPart = answering.filter(leftQuestions);
  if (inPart.length === 0 || inPart.length < Math.min(2, answering.length)) return false;
  const macs = new Set(inPart.flatMap(({ responders }) => responders.map(({ mac }) => mac)));
  if (macs.size > 1) return true;
  const others = answering.filter(({ responders }) => responders.every(({ mac }) => !macs.has(mac)));
  const answeredByOthers = others.reduce((sum, { asked }) => sum + asked, 0);
  return (1 - pilotsLost / pilots) ** answeredByOthers >= byChance;
}

/** Several answered, and no two of them at the same time. */
const hasMoved = ({ responders, sameRequest, alternated }: NotedHost): boolean =>
  responders.length > 1 && !sameRequest && !alternated;

const leftQuestions = ({ asked, responders }: Host): boolean =>
  responders.every(({ replies }) => replies < asked);

/** Kullback-Leibler divergence in nats of a coin that falls with probability q from one with p. */
function divergence(q: number, p: number): number {
  const part = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return part(q, p) + part(1 - q, 1 - p);
}

/**
 * Frames per second that fill 100 Mbit/s, the slowest Ethernet that is still common: 64 bytes each, with 8 of preamble
 * and 12 of gap (IEEE 802.3, 3.1.1 and 4.4.2). Some links and hosts of a healthy network carry no more.
 */
const fullLink = 100e6 / ((64 + 8 + 12) * 8);

/** The limit that was met, or null where none was but that of any network. */
function tellingLimit({ limit }: WireFacts): number | null {
  return limit !== null && limit < fullLink ? limit : null;
}

function describe(name: string, link: number, wire: WireFacts, loss: Loss): Finding {
  const { rate, passes, lossEstimate, expectedMissedAtLeast } = wire.statistics;
  const { pilots, pilotsLost: lost, limit, askedAgain } = wire;
  return {
    kind: 'loss',
    severity: 'warning',
    link,
    ips: [],
    macs: [],
    message: `${name} loses ${whatIsLost(wire, loss)}. ${whatWasDone(wire, loss)}. ${whatToDo(wire, loss)}.`,
    evidence: { pilots, lost, lossEstimate, limit, rate, passes, askedAgain, expectedMissedAtLeast },
  };
}

/** As exact as a limit that was felt for can be told. */
const twoDigits = (rate: number): number => Number(rate.toPrecision(2));

const framesPerSecond = (rate: number): string => `${grouped(twoDigits(rate))} frames/s`;

function whatIsLost({ statistics, pilots, pilotsLost }: WireFacts, { atAnyRate, above }: Loss): string {
  const limit = above === null ? '' : `above about ${framesPerSecond(above)}`;
  if (!atAnyRate) return `requests ${limit}`;
  const share = percent(statistics.lossEstimate ?? 0);
  const witnesses = `${grouped(pilotsLost)} of ${grouped(pilots)} requests to hosts that had answered before stayed unanswered`;
  return above === null
    ? `${share} of the questions or their answers: ${witnesses}`
    : `${share} of the questions or their answers at any rate (${witnesses}) and more ${limit}`;
}

function whatWasDone({ statistics, regulation, askedAgain }: WireFacts, { above }: Loss): string {
  const { rate, passes, expectedMissedAtLeast } = statistics;
  const missed =
    expectedMissedAtLeast === null
      ? 'too few answers to tell how many hosts are missed'
      : expectedMissed(expectedMissedAtLeast);
  const asked = `asked in ${counted(passes, 'pass', 'passes')}, with ${missed}`;
  if (regulation !== 'auto') {
    return `At its fixed rate, ${grouped(rate)}/s, the sweep could not tell whether that grows with the rate; it ${asked}`;
  }
  if (above === null) {
    return `That was not seen to grow with the rate, so the sweep did not slow down; it ${asked}`;
  }
  const again =
    askedAgain > 0 ? `, sent ${counted(askedAgain, 'request')} again that may have been lost,` : '';
  return `The sweep slowed to less than that${again} and ${asked}`;
}

const faults =
  'the error counters of the switch ports, at cabling and duplex, at Wi-Fi reception and at hosts too busy to answer';

const limiters = 'the policers, storm control, ARP inspection and CPU protection of the switches';

function whatToDo({ regulation }: WireFacts, { atAnyRate, above }: Loss): string {
  if (regulation === 'fixed') {
    return `Sweep with --rate auto, which finds the rate that the link carries; for what is still lost then, look at ${faults}`;
  }
  if (above === null) return `Look at ${faults}`;
  const slower = `--rate auto:${twoDigits(above * 0.9)} stays below the limit from the start`;
  return `Look at ${limiters}${atAnyRate ? `, for the rest at ${faults}` : ''}; ${slower}`;
}
