import { actionsOf, type KeyList, keyLine, keyPair } from '#renderer/ui/key-list.ts';

export type LogKeyAction =
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'start'
  | 'end'
  | 'follow'
  | 'wrap'
  | 'search'
  | 'close-search';

export const logKeys: KeyList<LogKeyAction> = {
  title: 'app.keysLog',
  keys: [
    keyPair('app.keyMove', ['down', 'j', 'ArrowDown'], ['up', 'k', 'ArrowUp']),
    keyPair('app.keyPages', ['page-down', ' ', 'PageDown'], ['page-up', 'PageUp']),
    keyPair('app.keyLogEnds', ['start', 'Home'], ['end', 'End']),
    keyLine('app.keySearchLog', 'search', '/'),
    keyLine('app.keyFollow', 'follow', 'f'),
    keyLine('app.keyWrap', 'wrap', 'w'),
    keyLine('app.keyCloseSearch', 'close-search', 'Escape'),
  ],
};
export const logActions = actionsOf(logKeys);
