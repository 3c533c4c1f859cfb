import { describe, expect, test } from 'vitest';
import type { LinkPlan } from '../../src/links/plan.js';
import { createRoster } from '../../src/names/roster.js';
import { RECORD_BYTES } from '../../src/native.js';
import { createBell } from '../../src/sweep/bell.js';
import type { LinkRun } from '../../src/sweep/link-run.js';
import { respondersOf } from '../../src/sweep/responders.js';
import { type Answer, link, packRecords } from '../support/fake-addon.js';

const eth0 = link('eth0', []);
const neighbour = '52:54:00:00:00:0a';

/** A sweep of one link that hears what a test tells it. */
function listening() {
  const bell = createBell();
  let table = Buffer.alloc(0);
  let ended = false;
  const plan: Partial<LinkPlan> = {
    link: { ...eth0, mac: eth0.mac ?? '' },
    tags: [],
    sourceMac: eth0.mac ?? '',
  };
  const run: Partial<LinkRun> = {
    plan: plan as LinkPlan,
    read: (from, into) => table.copy(into, 0, from * RECORD_BYTES) / RECORD_BYTES,
  };
  return {
    responders: respondersOf({
      bell,
      runs: () => [run as LinkRun],
      roster: () => createRoster([]),
      ended: () => ended,
    }),
    hear(answers: readonly Answer[]) {
      table = Buffer.concat([table, packRecords(answers)]);
      bell.ring();
    },
    end() {
      ended = true;
      bell.ring();
    },
  };
}

const answer = (n: number): Answer => ({ ip: `10.0.${n >> 8}.${n & 255}`, mac: neighbour });
/** The answer of our own machine to the probe for its address, which is no responder. */
const echo: Answer = { ip: '10.0.0.1', mac: eth0.mac ?? '', recordFlags: 1 };
const end = { done: true, value: undefined };

describe('the responders of a sweep', () => {
  test('come in the order heard, to however many ask at once', async () => {
    const { responders, hear, end: endSweep } = listening();
    const asked = [1, 2, 3, 4].map(() => responders.next());
    hear([answer(1)]);
    await asked[0];
    hear([answer(2), answer(3)]);
    endSweep();
    const heard = await Promise.all(asked);
    expect(heard.map(({ value }) => value?.ip)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', undefined]);
  });

  test('do not end at our own echoes, however many', async () => {
    const { responders, hear, end: endSweep } = listening();
    hear([...Array.from({ length: 3000 }, () => echo), answer(7)]);
    endSweep();
    expect(await responders.next()).toMatchObject({ value: { ip: '10.0.0.7', mac: neighbour } });
    expect(await responders.next()).toEqual(end);
    expect(await responders.next()).toEqual(end);
  });

  test('end for whoever leaves, though more are heard', async () => {
    const { responders, hear } = listening();
    hear([answer(1), answer(2)]);
    await responders.next();
    expect(await responders.return()).toEqual(end);
    expect(await responders.next()).toEqual(end);
  });
});
