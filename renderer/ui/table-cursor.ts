import { actionsOf, type KeyList, keyLine, keyPair } from './key-list.ts';

/** Which row the keyboard is on, and what keys do to it and to the selection. Pure, so that it is tested without a page. */
export interface TableKeys {
  key: string;
  shift: boolean;
  command: boolean;
}

export type TableAction =
  | { kind: 'move'; to: number; extend: boolean }
  | { kind: 'open' }
  | { kind: 'toggle' }
  | { kind: 'select-all' }
  | { kind: 'clear' }
  | null;

type Meaning =
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'open'
  | 'toggle'
  | 'select-all'
  | 'clear';

/** With Shift, what moves also selects. */
export const tableKeys: KeyList<Meaning> = {
  title: 'app.keysList',
  keys: [
    keyPair('app.keyMove', ['down', 'j', 'ArrowDown'], ['up', 'k', 'ArrowUp']),
    keyPair('app.keyPages', ['page-down', 'PageDown'], ['page-up', 'PageUp']),
    keyPair('app.keyEnds', ['first', 'Home'], ['last', 'End']),
    keyLine('app.keyOpen', 'open', 'Enter'),
    keyLine('app.keySelect', 'toggle', ' ', 'x'),
    keyLine('app.keySelectAll', 'select-all', 'mod+a'),
    keyLine('app.keyClear', 'clear', 'Escape'),
  ],
};
const meanings = actionsOf(tableKeys);

export function actionOfKey(
  { key, shift, command }: TableKeys,
  at: number,
  total: number,
  page: number,
): TableAction {
  if (total === 0) return null;
  const clamp = (index: number) => Math.min(total - 1, Math.max(0, index));
  const move = (to: number): TableAction => ({ kind: 'move', to: clamp(to), extend: shift });
  const name = command
    ? shift
      ? ''
      : `mod+${key.toLowerCase()}`
    : key.length === 1
      ? key.toLowerCase()
      : key;
  switch (meanings.get(name)) {
    case 'down':
      return move(at + 1);
    case 'up':
      return move(at < 0 ? 0 : at - 1);
    case 'page-down':
      return move(at + page);
    case 'page-up':
      return move(at - page);
    case 'first':
      return move(0);
    case 'last':
      return move(total - 1);
    case 'open':
      return { kind: 'open' };
    case 'toggle':
      return shift && key !== ' ' ? null : { kind: 'toggle' };
    case 'select-all':
      return { kind: 'select-all' };
    case 'clear':
      return { kind: 'clear' };
    case undefined:
      return null;
  }
}

/** The selection with one row turned over. */
export function toggled(selection: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}
