import { isMac, keyText } from '#renderer/app/key-names.ts';
import { sayError, updateSettings, useSession } from '#renderer/app/session-store.ts';
import { t } from '#renderer/i18n/index.ts';
import { copyText, toast } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { toggleDock } from './dock-store.ts';
import type { TerminalAction } from './keys.ts';
import { activeTab, moveTab, panesOf, putBeside, type Side, showPane, stepTab, tabOf } from './layout.ts';
import { paneBeside } from './neighbours.ts';
import { setPane } from './pane-store.ts';
import { hasManyLines } from './paste.ts';
import { screenOf } from './screens.ts';
import {
  arrange,
  closeTerminal,
  focusSoon,
  likeThis,
  openNew,
  splitTerminal,
  useTerminals,
} from './terminal-store.ts';

const usualFontSize = 13;
/** Does what a key or an entry of a menu asks for, with this terminal. */
export function perform(action: TerminalAction, terminalId: string): void {
  const terminal = useTerminals.getState().byId.get(terminalId);
  if (terminal) acts[action](terminal);
}

const acts: Record<TerminalAction, (terminal: Terminal) => void> = {
  copy: ({ id }) => copySelection(id),
  paste: ({ id }) => void pasteClipboard(id),
  search: ({ id }) => setPane(id, { searching: true }),
  'split-right': (terminal) => void splitTerminal(terminal, 'right'),
  'split-down': (terminal) => void splitTerminal(terminal, 'down'),
  new: (terminal) => void openNew(likeThis(terminal)),
  close: (terminal) => askClose(terminal),
  leave: ({ id }) => leaveTerminal(id),
  commands: ({ id }) => setPane(id, { over: { kind: 'commands' } }),
  'next-tab': () => step(1),
  'previous-tab': () => step(-1),
  'tab-left': ({ id }) => shiftTab(id, -1),
  'tab-right': ({ id }) => shiftTab(id, 1),
  'pane-left': ({ id }) => toSide(id, 'left', false),
  'pane-right': ({ id }) => toSide(id, 'right', false),
  'pane-up': ({ id }) => toSide(id, 'up', false),
  'pane-down': ({ id }) => toSide(id, 'down', false),
  'move-left': ({ id }) => toSide(id, 'left', true),
  'move-right': ({ id }) => toSide(id, 'right', true),
  'move-up': ({ id }) => toSide(id, 'up', true),
  'move-down': ({ id }) => toSide(id, 'down', true),
  zoom: ({ id }) => zoom(id),
  'previous-prompt': ({ id }) => screenOf(id)?.jump(-1),
  'next-prompt': ({ id }) => screenOf(id)?.jump(1),
  larger: () => sizeText(1),
  smaller: () => sizeText(-1),
  'usual-size': () => sizeText(0),
  dock: () => toggleDock(),
};

export function copySelection(terminalId: string): void {
  const selection = screenOf(terminalId)?.terminal.getSelection() ?? '';
  if (selection !== '') void copyText(selection).then(() => screenOf(terminalId)?.terminal.focus());
}

async function pasteClipboard(terminalId: string): Promise<void> {
  try {
    pasteText(terminalId, await navigator.clipboard.readText());
  } catch {
    // Forbidden here: the browser's own paste is not.
    toast('info', t('terminals.pasteByKey', { keys: isMac() ? '⌘V' : keyText('shift+insert') }));
  }
}

/** Pastes; asks first where the text has several lines and the user wants to be asked. */
export function pasteText(terminalId: string, text: string): void {
  if (text === '') return;
  const asks = useSession.getState().settings?.terminalAskBeforePaste ?? true;
  if (asks && hasManyLines(text)) setPane(terminalId, { over: { kind: 'paste', text } });
  else {
    screenOf(terminalId)?.paste(text);
    screenOf(terminalId)?.terminal.focus();
  }
}

/** Closes at once what has ended or waits at its prompt; asks where something runs, or may. */
export function askClose(terminal: Terminal): void {
  const marks = screenOf(terminal.id)?.marks;
  if (terminal.state === 'ended' || marks?.atPrompt === true) closeTerminal(terminal.id).catch(sayError);
  else setPane(terminal.id, { over: { kind: 'close' } });
}

/** Takes it off the page and leaves its tmux session where it is; that can be taken back at once, or from the list of kept ones. */
export function leaveKept({ id, machineId, machineName }: Terminal): void {
  const back = () => void openNew({ machineId, session: `trainyard-${id}` });
  closeTerminal(id, { keepSession: true })
    .then(() =>
      toast('info', t('terminals.leftKept', { machine: machineName }), {
        actions: [{ label: t('app.undo'), run: back }],
      }),
    )
    .catch(sayError);
}

/** The keyboard goes out of the terminal, to the button of its tab. */
function leaveTerminal(terminalId: string): void {
  const workspace = screenOf(terminalId)?.terminal.element?.closest('.terms');
  workspace?.querySelector<HTMLElement>('.terms__tab[aria-current="true"]')?.focus();
}

function step(by: number): void {
  arrange((layout) => stepTab(layout, by));
  const tab = activeTab(useTerminals.getState().layout);
  if (tab) focusSoon(tab.focused);
}

function shiftTab(terminalId: string, by: -1 | 1): void {
  arrange((layout) => {
    const tab = tabOf(layout, terminalId);
    const at = tab ? layout.tabs.indexOf(tab) : -1;
    return tab ? moveTab(layout, tab.id, by < 0 ? at - 1 : at + 2) : layout;
  });
  focusSoon(terminalId);
}

export function zoom(terminalId: string): void {
  const { layout, zoomed } = useTerminals.getState();
  const tab = tabOf(layout, terminalId);
  if (!tab || panesOf(tab.root).length < 2) return;
  useTerminals.setState({ zoomed: zoomed === terminalId ? null : terminalId });
  focusSoon(terminalId);
}

/** The keyboard, or the pane itself, to the pane that lies on that side. */
function toSide(terminalId: string, side: Side, moves: boolean): void {
  const tab = tabOf(useTerminals.getState().layout, terminalId);
  const next = tab ? paneBeside(tab.root, terminalId, side) : null;
  if (next === null) return;
  if (moves) arrange((layout) => putBeside(layout, terminalId, next, side));
  else arrange((layout) => showPane(layout, next));
  focusSoon(moves ? terminalId : next);
}

function sizeText(by: -1 | 0 | 1): void {
  const now = useSession.getState().settings?.terminalFontSize ?? usualFontSize;
  const next = by === 0 ? usualFontSize : Math.min(32, Math.max(8, now + by));
  if (next !== now) void updateSettings({ terminalFontSize: next });
}
