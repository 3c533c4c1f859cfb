/** The frames that leave, byte for byte, as tcpdump sees them arrive at the far end of the cable. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { inShort, NO_IP, readArp } from '../support/arp-frames.js';
import { witnessedSweep } from '../support/witnessed-sweep.js';

const MAC = '02:00:00:00:00:99';
const OUR_IP = '10.0.0.2';
const OUR_SECOND_IP = '10.0.0.3';
const LIVE = '10.0.0.5';
const LIVE_MAC = '00:50:56:ab:47:53';
/** Eight addresses: two of our own, one live. */
const TARGETS = '10.0.0.0/29';
const FOREIGN_MAC = '02:00:00:00:00:77';

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ host } = await lab.pair('eth0', { mac: MAC, address: `${OUR_IP}/24` }, 'neighbour', {
    mac: LIVE_MAC,
    addresses: [`${LIVE}/24`],
  }));
  await mustRun(['ip', 'address', 'add', `${OUR_SECOND_IP}/24`, 'dev', 'eth0']);
});
afterAll(() => lab.remove());

/** Bytes as in the tables of RFC 826: fields parted by spaces, in hexadecimal. */
const bytes = (text: string) => text.replaceAll(' ', '');

describe('on the wire', () => {
  test('a broadcast request is the 42 bytes of RFC 826', async () => {
    const { questions, frames } = await witnessedSweep(host, LIVE, { passes: 1 });
    expect(questions.map(inShort)).toEqual([`probe ${OUR_IP}`, `request ${LIVE}`]);
    // Those two, the answer, and nothing beside them.
    expect(frames).toHaveLength(3);
    expect(frames[1]?.bytes.toString('hex')).toBe(
      bytes(
        'ffffffffffff 020000000099 0806 0001 0800 06 04 0001 020000000099 0a000002 000000000000 0a000005',
      ),
    );
  });

  test('a probe has SPA 0 and no other difference (RFC 5227)', async () => {
    const { frames } = await witnessedSweep(host, LIVE, { passes: 1 });
    expect(frames[0]?.bytes.toString('hex')).toBe(
      bytes(
        'ffffffffffff 020000000099 0806 0001 0800 06 04 0001 020000000099 00000000 000000000000 0a000002',
      ),
    );
  });

  test('a confirmation is a request to the responder alone', async () => {
    const { frames } = await witnessedSweep(host, LIVE);
    const unicast = frames.filter((frame) => readArp(frame).destination === LIVE_MAC);
    expect(unicast.map((frame) => frame.bytes.toString('hex'))).toEqual([
      bytes(
        '005056ab4753 020000000099 0806 0001 0800 06 04 0001 020000000099 0a000002 000000000000 0a000005',
      ),
    ]);
  });

  test('a foreign source MAC is in Ethernet and in SHA, and SPA is 0 for every question', async () => {
    const { report, questions } = await witnessedSweep(host, TARGETS, { sourceMac: FOREIGN_MAC });
    expect(questions.length).toBeGreaterThan(0);
    for (const { source, sha, spa } of questions) {
      expect({ source, sha, spa }).toEqual({ source: FOREIGN_MAC, sha: FOREIGN_MAC, spa: NO_IP });
    }
    expect(report.links[0]).toMatchObject({ mac: FOREIGN_MAC, ip: null, prefixLength: null });
    expect(report.hosts.find(({ ip }) => ip === LIVE)?.responders).toMatchObject([{ mac: LIVE_MAC }]);
  });

  test('with the source IP 0.0.0.0 everything is asked with SPA 0, and answered', async () => {
    const { report, questions } = await witnessedSweep(host, TARGETS, { sourceIp: NO_IP });
    expect(questions.length).toBeGreaterThan(0);
    for (const { source, sha, spa } of questions) {
      expect({ source, sha, spa }).toEqual({ source: MAC, sha: MAC, spa: NO_IP });
    }
    expect(report.links[0]).toMatchObject({ mac: MAC, ip: null, prefixLength: null });
    expect(report.hosts.find(({ ip }) => ip === LIVE)?.responders).toMatchObject([
      { mac: LIVE_MAC, confirmed: true },
    ]);
  });

  test.each([OUR_IP, OUR_SECOND_IP])('SPA is %s when told so, and never TPA', async (sourceIp) => {
    const { questions } = await witnessedSweep(host, TARGETS, { sourceIp });
    for (const { spa, tpa } of questions) expect(spa).not.toBe(tpa);
    expect(new Set(questions.map(({ spa }) => spa))).toEqual(new Set([sourceIp, NO_IP]));
    for (const own of [OUR_IP, OUR_SECOND_IP]) {
      const askedOfOurs = questions.filter(({ tpa }) => tpa === own);
      expect(askedOfOurs.map(inShort)).toEqual(askedOfOurs.map(() => `probe ${own}`));
      expect(askedOfOurs).not.toEqual([]);
    }
  });

  test('the primary address asks where nothing is said, and a secondary one never', async () => {
    const { questions } = await witnessedSweep(host, TARGETS);
    expect(new Set(questions.map(({ spa }) => spa))).toEqual(new Set([OUR_IP, NO_IP]));
  });
});
