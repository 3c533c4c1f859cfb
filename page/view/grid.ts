/** A block of 256 cells, 16 to a row, as a grid that the arrow keys walk (w3.org/WAI/ARIA/apg, grid). */

import { type Block, blockName, type Cell, type CellState, cellName, cellsPerBlock } from '../blocks.js';
import { grouped } from '../verdict.js';
import { element } from './dom.js';

const columns = 16;

/** Each state has a sign of its own, for those who do not tell the colours apart. */
export const cellSigns: Readonly<Record<CellState, string>> = {
  up: '●',
  conflict: '!',
  flapping: '~',
  gone: '×',
  silent: '·',
  unswept: '?',
  outside: '',
};

export const cellWords: Readonly<Record<CellState, string>> = {
  up: 'answers',
  conflict: 'conflict',
  flapping: 'keeps changing hands',
  gone: 'gone',
  silent: 'silent',
  unswept: 'not swept yet',
  outside: 'not swept',
};

export interface GridListener {
  /** A cell is pointed at, has the focus, or has no more of it (null). */
  look(index: number | null): void;
  choose(index: number): void;
}

export interface Grid {
  readonly element: HTMLElement;
  update(cells: readonly Cell[], chosen: number | null): void;
  focus(index: number): void;
}

export function createGrid(block: Block, listener: GridListener): Grid {
  const cellElements: HTMLElement[] = [];
  const rows: HTMLElement[] = [];
  /** What a cell shows, so that only what changes is touched. */
  const shown: string[] = [];
  let tabStop = -1;

  for (let index = 0; index < cellsPerBlock; index++) {
    const made = element(
      'div',
      { role: 'gridcell', class: 'cell', 'data-index': String(index) },
      element('span', { class: 'glyph', 'aria-hidden': 'true' }),
      element('span', { class: 'octet', 'aria-hidden': 'true' }, String(index)),
    );
    cellElements.push(made);
    if (index % columns === 0) {
      const label = element('div', { role: 'rowheader', class: 'row-label' }, String(index));
      rows.push(element('div', { role: 'row', class: 'row' }, label));
    }
    rows.at(-1)?.append(made);
  }
  const grid = element(
    'div',
    {
      role: 'grid',
      class: 'grid',
      'aria-label': blockName(block),
      'data-prefix': String(block.prefixLength),
    },
    ...rows,
  );

  const indexOf = (event: Event): number | null => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('.cell') : null;
    return cell && cell.dataset.state !== 'outside' ? Number(cell.dataset.index) : null;
  };

  function stopAt(index: number): void {
    cellElements[tabStop]?.setAttribute('tabindex', '-1');
    tabStop = index;
    cellElements[index]?.setAttribute('tabindex', '0');
  }

  function focus(index: number): void {
    stopAt(index);
    cellElements[index]?.focus();
  }

  /** The next cell in steps that is swept. */
  function walk(from: number, step: number): void {
    for (let at = from + step; at >= 0 && at < cellsPerBlock; at += step) {
      if (cellElements[at]?.dataset.state === 'outside') continue;
      focus(at);
      return;
    }
  }

  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
  };
  grid.addEventListener('keydown', (event) => {
    const index = indexOf(event);
    if (index === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = steps[event.key];
    if (step !== undefined) walk(index, step);
    else if (event.key === 'Home') walk(index - (index % columns) - 1, 1);
    else if (event.key === 'End') walk(index - (index % columns) + columns, -1);
    else if (event.key === 'Enter' || event.key === ' ') listener.choose(index);
    else return;
    event.preventDefault();
  });
  grid.addEventListener('click', (event) => {
    const index = indexOf(event);
    if (index === null) return;
    stopAt(index);
    listener.choose(index);
  });
  grid.addEventListener('focusin', (event) => listener.look(indexOf(event)));
  grid.addEventListener('focusout', () => listener.look(null));
  // A finger chooses; only a mouse can point.
  grid.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'mouse') listener.look(indexOf(event));
  });
  grid.addEventListener('pointerleave', () => listener.look(null));

  function update(cells: readonly Cell[], chosen: number | null): void {
    cells.forEach((cell, index) => {
      const label = labelOf(block, index, cell);
      const seen = `${label}${cell.state}${index === chosen}`;
      const made = cellElements[index];
      if (shown[index] === seen || !made) return;
      if (shown[index] !== undefined && made.dataset.state !== cell.state) flash(made);
      shown[index] = seen;
      made.dataset.state = cell.state;
      made.setAttribute('aria-label', label);
      made.setAttribute('aria-selected', String(index === chosen));
      if (made.firstChild) made.firstChild.textContent = cellSigns[cell.state];
      const share = cell.targets === 0 ? 0 : cell.up / cell.targets;
      // A single host of 256 is to be seen, too.
      made.style.setProperty('--share', share === 0 ? '0' : String(Math.max(0.12, share)));
    });
    rows.forEach((row, at) => {
      const first = at * columns;
      row.hidden = cells.slice(first, first + columns).every(({ state }) => state === 'outside');
    });
    if (tabStop < 0 || cells[tabStop]?.state === 'outside') {
      stopAt(cells.findIndex(({ state }) => state !== 'outside'));
    }
  }

  return { element: grid, update, focus };
}

/** A change draws the eye for a moment; the style sheet decides whether it may. */
function flash(made: HTMLElement): void {
  made.classList.remove('changed');
  // Reading a measure starts the animation afresh.
  void made.offsetWidth;
  made.classList.add('changed');
}

export function labelOf(block: Block, index: number, cell: Cell): string {
  const name = cellName(block, index);
  if (block.prefixLength === 24) return `${name}: ${cellWords[cell.state]}`;
  const parts = [
    `${grouped(cell.up)} of ${grouped(cell.targets)} answer`,
    ...(cell.troubled > 0 ? [`${grouped(cell.troubled)} in conflict or flapping`] : []),
    ...(cell.gone > 0 ? [`${grouped(cell.gone)} gone`] : []),
  ];
  return `${name}: ${parts.join(', ')}`;
}
