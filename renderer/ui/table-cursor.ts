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

export function actionOfKey(
  { key, shift, command }: TableKeys,
  at: number,
  total: number,
  page: number,
): TableAction {
  if (total === 0) return null;
  const clamp = (index: number) => Math.min(total - 1, Math.max(0, index));
  const move = (to: number): TableAction => ({ kind: 'move', to: clamp(to), extend: shift });
  if (command) return key.toLowerCase() === 'a' && !shift ? { kind: 'select-all' } : null;
  switch (key) {
    case 'ArrowDown':
    case 'j':
    case 'J':
      return move(at + 1);
    case 'ArrowUp':
    case 'k':
    case 'K':
      return move(at < 0 ? 0 : at - 1);
    case 'PageDown':
      return move(at + page);
    case 'PageUp':
      return move(at - page);
    case 'Home':
      return move(0);
    case 'End':
      return move(total - 1);
    case 'Enter':
      return { kind: 'open' };
    case ' ':
    case 'x':
      return { kind: 'toggle' };
    case 'Escape':
      return { kind: 'clear' };
    default:
      return null;
  }
}

/** The selection with one row turned over. */
export function toggled(selection: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}
