import { describe, expect, it } from 'vitest';
import { sparkPath } from '#renderer/ui/marks.tsx';
import { type Column, layOut } from '#renderer/ui/table-columns.ts';
import { actionOfKey, toggled } from '#renderer/ui/table-cursor.ts';

const column = (key: string, width: number, rest: Partial<Column<null>> = {}): Column<null> => ({
  key,
  title: key,
  width,
  cell: () => null,
  ...rest,
});
const widthsOf = (columns: { key: string; px: number }[]) => columns.map(({ key, px }) => `${key} ${px}`);

describe('columns', () => {
  const columns = [
    column('name', 200, { grows: true }),
    column('gpu', 80, { drop: 1 }),
    column('loss', 100, { drop: 2 }),
  ];
  it('fill the room: one grows', () => {
    expect(widthsOf(layOut(columns, {}, 500))).toEqual(['name 320', 'gpu 80', 'loss 100']);
  });
  it('are left out where there is too little, the least needed first', () => {
    expect(widthsOf(layOut(columns, {}, 300))).toEqual(['name 220', 'gpu 80']);
    expect(widthsOf(layOut(columns, {}, 100))).toEqual(['name 200']);
  });
  it('keep what was dragged, never below their least', () => {
    expect(widthsOf(layOut(columns, { gpu: 5, name: 250 }, 500))).toEqual(['name 352', 'gpu 48', 'loss 100']);
  });
});

describe('keys in a table', () => {
  const press = (key: string, at = 5, rest: { shift?: boolean; command?: boolean } = {}) =>
    actionOfKey({ key, shift: rest.shift ?? false, command: rest.command ?? false }, at, 100, 20);
  it('move within the table', () => {
    expect(press('j')).toEqual({ kind: 'move', to: 6, extend: false });
    expect(press('ArrowUp')).toEqual({ kind: 'move', to: 4, extend: false });
    expect(press('ArrowUp', -1)).toEqual({ kind: 'move', to: 0, extend: false });
    expect(press('ArrowDown', -1)).toEqual({ kind: 'move', to: 0, extend: false });
    expect(press('PageDown', 95)).toEqual({ kind: 'move', to: 99, extend: false });
    expect(press('Home')).toEqual({ kind: 'move', to: 0, extend: false });
    expect(press('ArrowDown', 5, { shift: true })).toEqual({ kind: 'move', to: 6, extend: true });
  });
  it('open, choose and clear', () => {
    expect(press('Enter')).toEqual({ kind: 'open' });
    expect(press('x')).toEqual({ kind: 'toggle' });
    expect(press('a', 5, { command: true })).toEqual({ kind: 'select-all' });
    expect(press('Escape')).toEqual({ kind: 'clear' });
  });
  it('that mean nothing do nothing', () => {
    expect(press('q')).toBeNull();
    expect(press('c', 5, { command: true })).toBeNull();
    expect(actionOfKey({ key: 'j', shift: false, command: false }, -1, 0, 20)).toBeNull();
  });
});

it('a selection turns one row over', () => {
  expect([...toggled(new Set(['a']), 'b')]).toEqual(['a', 'b']);
  expect([...toggled(new Set(['a', 'b']), 'a')]).toEqual(['b']);
});

describe('a small line', () => {
  it('breaks where there is no number', () => {
    expect(sparkPath([0, 1, null, 1, 0], 8, 10)).toBe('M0.0 9.0L2.0 1.0M6.0 1.0L8.0 9.0');
  });
  it('of nothing, one value or the same value does not fail', () => {
    expect(sparkPath([], 8, 10)).toBe('');
    expect(sparkPath([1], 8, 10)).toBe('');
    expect(sparkPath([1, 1], 8, 10)).toBe('M0.0 9.0L8.0 9.0');
  });
});
