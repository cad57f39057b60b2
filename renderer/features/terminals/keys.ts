import { isMac, type PressedKey, pressName } from '#renderer/app/key-names.ts';
import { actionsOf, type KeyList, keyLine, keyPair } from '#renderer/ui/key-list.ts';

/** What the app itself does with a key while a terminal has the keyboard. Everything else belongs to the terminal. */
export type TerminalAction =
  | 'copy'
  | 'paste'
  | 'search'
  | 'split-right'
  | 'split-down'
  | 'new'
  | 'close'
  | 'leave'
  | 'commands'
  | 'next-tab'
  | 'previous-tab'
  | 'tab-right'
  | 'tab-left'
  | 'pane-left'
  | 'pane-right'
  | 'pane-up'
  | 'pane-down'
  | 'move-left'
  | 'move-right'
  | 'move-up'
  | 'move-down'
  | 'zoom'
  | 'previous-prompt'
  | 'next-prompt'
  | 'larger'
  | 'smaller'
  | 'usual-size'
  | 'dock';

// Where Ctrl is not the terminal's, the keys that everybody knows are free too.
const alsoOnMac = (...keys: string[]) => (isMac() ? keys : []);

export const terminalKeys: KeyList<TerminalAction> = {
  title: 'terminals.keys',
  keys: [
    keyLine('terminals.keyLeave', 'leave', 'mod+shift+m'),
    keyLine('terminals.keyCopy', 'copy', 'mod+shift+c', ...alsoOnMac('mod+c')),
    keyLine('terminals.keyPaste', 'paste', 'mod+shift+v', ...alsoOnMac('mod+v')),
    keyLine('terminals.keySearch', 'search', 'mod+shift+f'),
    keyPair('terminals.keyPrompts', ['previous-prompt', 'mod+arrowup'], ['next-prompt', 'mod+arrowdown']),
    keyLine('terminals.keyCommands', 'commands', 'mod+shift+l'),
    keyLine('terminals.keyNew', 'new', 'mod+shift+enter'),
    keyPair('terminals.keySplit', ['split-right', 'mod+shift+d'], ['split-down', 'mod+shift+e']),
    keyLine('terminals.keyClose', 'close', 'mod+shift+x'),
    {
      title: 'terminals.keyPanes',
      keys: ['mod+shift+arrowleft', 'mod+shift+arrowright', 'mod+shift+arrowup', 'mod+shift+arrowdown'],
      actions: {
        'mod+shift+arrowleft': 'pane-left',
        'mod+shift+arrowright': 'pane-right',
        'mod+shift+arrowup': 'pane-up',
        'mod+shift+arrowdown': 'pane-down',
      },
    },
    {
      title: 'terminals.keyMovePane',
      keys: ['mod+alt+shift+arrowleft'],
      actions: {
        'mod+alt+shift+arrowleft': 'move-left',
        'mod+alt+shift+arrowright': 'move-right',
        'mod+alt+shift+arrowup': 'move-up',
        'mod+alt+shift+arrowdown': 'move-down',
      },
    },
    keyPair('terminals.keyTabs', ['previous-tab', 'mod+shift+pageup'], ['next-tab', 'mod+shift+pagedown']),
    keyPair(
      'terminals.keyMoveTab',
      ['tab-left', 'mod+alt+shift+pageup'],
      ['tab-right', 'mod+alt+shift+pagedown'],
    ),
    keyLine('terminals.keyZoom', 'zoom', 'mod+shift+z'),
    {
      title: 'terminals.keySize',
      keys: ['mod+=', 'mod+-', 'mod+0'],
      actions: {
        'mod+=': 'larger',
        'mod++': 'larger',
        'mod+shift++': 'larger',
        'mod+-': 'smaller',
        'mod+0': 'usual-size',
      },
    },
    keyLine('terminals.keyDock', 'dock', isMac() ? 'ctrl+`' : 'mod+`'),
  ],
};
const actions = actionsOf(terminalKeys);

/** The app's part in a key, or null: it is the terminal's. `fullScreen`: a program has the whole screen to itself. */
export function actionOf(
  event: PressedKey & Pick<KeyboardEvent, 'isComposing'>,
  fullScreen: boolean,
): TerminalAction | null {
  if (event.isComposing) return null;
  if (event.key === 'Insert' && event.shiftKey && !event.ctrlKey && !event.altKey) return 'paste';
  const action = actions.get(pressName(event)) ?? null;
  if (fullScreen && (action === 'previous-prompt' || action === 'next-prompt')) return null;
  return action;
}
