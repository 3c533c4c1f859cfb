import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockName, blocksOf, type Cell, cellName, cellStart, cellsOf } from '../../../page/blocks.js';
import { type LinkModel, modelOf } from '../../../page/model.js';
import { formatAddress } from '../../../src/targets/address.js';
import { watchedAddress, watchState } from '../../support/status-server.js';

function linkOf(targets: string[], addresses: ReturnType<typeof watchedAddress>[] = []): LinkModel {
  const link = modelOf(watchState({ targets, addresses })).links.get('eth0');
  if (!link) throw new Error('no eth0');
  return link;
}

const names = (targets: string[]): string[] => blocksOf(linkOf(targets), 4).map(blockName);

test('a link is shown by its addresses where few grids do, otherwise by blocks of them', () => {
  expect(names(['10.0.0.0/24'])).toEqual(['10.0.0.0/24']);
  expect(names(['10.0.0.7-90'])).toEqual(['10.0.0.0/24']);
  expect(names(['10.0.0-3.1-254'])).toEqual(['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24']);
  expect(names(['10.0.0.0/20'])).toEqual(['10.0.0.0/16']);
  expect(names(['10.0.0.0/8'])).toEqual(['10.0.0.0/8']);
  expect(names(['0.0.0.0/0'])).toEqual(['0.0.0.0/0']);
  expect(names(['255.255.255.255', 'gateway.example'])).toEqual(['255.255.255.0/24']);
});

test('addresses beyond the targets have a place, too', () => {
  const link = linkOf(['10.0.0.0/28'], [watchedAddress('169.254.1.1')]);
  expect(blocksOf(link, 4).map(blockName)).toEqual(['10.0.0.0/24', '169.254.1.0/24']);
});

test('a cell counts what is in it, at every size', () => {
  const octet = fc.nat(255);
  const state = fc.constantFrom('up', 'gone', 'conflict', 'flapping');
  const known = fc.uniqueArray(fc.record({ three: fc.nat(3), four: octet, state }), {
    maxLength: 40,
    selector: ({ three, four }) => `${three}.${four}`,
  });
  fc.assert(
    fc.property(known, fc.tuple(octet, octet), (addresses, [one, other]) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const targets = [`10.0.0-1.${low}-${high}`];
      const watched = addresses.map(({ three, four, state }) =>
        watchedAddress(`10.0.${three}.${four}`, { state }),
      );
      const link = linkOf(targets, watched);
      const coarse = cellsOf(link, { first: 0x0a00_0000, prefixLength: 16 });
      for (let three = 0; three < 4; three++) {
        const fine = cellsOf(link, { first: 0x0a00_0000 + three * 256, prefixLength: 24 });
        const sum = (of: (cell: Cell) => number): number => fine.reduce((total, cell) => total + of(cell), 0);
        const { up, gone, troubled, targets: counted } = coarse[three] as Cell;
        expect({ up, gone, troubled, counted }).toEqual({
          up: sum((cell) => cell.up),
          gone: sum((cell) => cell.gone),
          troubled: sum((cell) => cell.troubled),
          counted: sum((cell) => cell.targets),
        });
        fine.forEach((cell, four) => {
          const own = addresses.find((address) => address.three === three && address.four === four)?.state;
          const silent = three < 2 && four >= low && four <= high ? 'silent' : 'outside';
          expect(cell.state).toBe(own ?? silent);
        });
      }
    }),
  );
});

test('cells are named by what they hold', () => {
  expect(cellName({ first: 0x0a00_0500, prefixLength: 24 }, 7)).toBe('10.0.5.7');
  expect(cellName({ first: 0x0a00_0000, prefixLength: 16 }, 5)).toBe('10.0.5.0/24');
  expect(formatAddress(cellStart({ first: 0, prefixLength: 0 }, 255))).toBe('255.0.0.0');
});
