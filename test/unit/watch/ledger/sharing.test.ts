import { describe, expect, test } from 'vitest';
import { readExpectation } from '../../../../src/expect/expectation-input.js';
import { judgeBy } from '../../../../src/expect/judge.js';
import { createRoster } from '../../../../src/names/roster.js';
import { parseAddress } from '../../../../src/targets/address.js';
import { mayShare } from '../../../../src/watch/ledger/sharing.js';

const [A, B] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'];
const ip = parseAddress('10.0.0.5') as number;
const nobody = { roster: createRoster([]), judge: null };
const none: ReadonlySet<string> = new Set();

describe('an address belongs to one machine', () => {
  test('unless nobody knows better', () => {
    expect(mayShare(nobody, none, ip, A, B)).toBe(false);
  });

  test.each(['00:00:5e:00:01:07', '00:00:0c:07:ac:01', '00:07:b4:00:01:02'])(
    'or a virtual MAC stands beside it (%s)',
    (mac) => {
      expect(mayShare(nobody, none, ip, A, mac)).toBe(true);
      expect(mayShare(nobody, none, ip, mac, A)).toBe(true);
    },
  );

  test('or a proxy answers for it as well', () => {
    expect(mayShare(nobody, new Set([B]), ip, A, B)).toBe(true);
  });

  test('or both MACs are of one machine', () => {
    const interfaces = [A, B].map((mac, i) => ({ name: `eth${i}`, mac, addresses: [] }));
    const roster = createRoster([{ name: 'node-1', interfaces } as never]);
    expect(mayShare({ ...nobody, roster }, none, ip, A, B)).toBe(true);
    expect(mayShare({ ...nobody, roster }, none, ip, A, '02:00:00:00:00:0c')).toBe(false);
  });

  test('or several are expected', async () => {
    const expectation = await readExpectation({
      groups: [{ hosts: [{ ip: '10.0.0.5', several: true }, { ip: '10.0.0.6' }] }],
    });
    const judge = judgeBy(expectation);
    expect(mayShare({ ...nobody, judge }, none, ip, A, B)).toBe(true);
    expect(mayShare({ ...nobody, judge }, none, ip + 1, A, B)).toBe(false);
  });
});
