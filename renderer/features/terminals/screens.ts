import { navigate } from 'wouter/use-browser-location';
import { keyText } from '#renderer/app/key-names.ts';
import { paths } from '#renderer/app/routes.ts';
import { useSession } from '#renderer/app/session-store.ts';
import { t } from '#renderer/i18n/index.ts';
import { copyText, toast } from '#renderer/ui/index.ts';
import { actionOf, type TerminalAction } from './keys.ts';
import { forgetPane, paneState, setPane } from './pane-store.ts';
import { useReader } from './reader-store.ts';
import { commandSentence, terminalName } from './say.ts';
import { Screen, type ScreenHost, type TerminalLook } from './screen.ts';
import { sendTyped } from './several-store.ts';
import { backendSource } from './terminal-source.ts';
import { useTerminals } from './terminal-store.ts';

export type Perform = (action: TerminalAction, terminalId: string) => void;

declare global {
  interface HTMLElement {
    /** What is drawn in an element of class `term__emulator`: for benches and tests. */
    terminalScreen?: Screen;
  }
}

interface Held {
  screen: Screen;
  element: HTMLElement;
  leaving: ReturnType<typeof setTimeout> | null;
}

/** A pane that is moved is taken out of the page and put back at once: only what stays away is let go. */
const leaveAfterMs = 400;
const held = new Map<string, Held>();

export const screenOf = (terminalId: string): Screen | undefined => held.get(terminalId)?.screen;

/** Puts a terminal's screen into `holder`; it keeps what it shows when it is moved from one place to another. */
export function holdScreen(
  terminalId: string,
  holder: HTMLElement,
  look: TerminalLook,
  perform: Perform,
): void {
  const known = held.get(terminalId);
  if (known) {
    if (known.leaving !== null) clearTimeout(known.leaving);
    known.leaving = null;
    holder.append(known.element);
    known.screen.fit(true);
    return;
  }
  const element = document.createElement('div');
  element.className = 'term__emulator';
  holder.append(element);
  const screen = new Screen(
    backendSource(terminalId),
    look,
    useReader.getState().on,
    hostOf(terminalId, perform),
  );
  element.terminalScreen = screen;
  held.set(terminalId, { screen, element, leaving: null });
  void screen.open(element).then(() => nameInput(terminalId));
}

export function releaseScreen(terminalId: string): void {
  const known = held.get(terminalId);
  if (!known || known.leaving !== null) return;
  const letGo = () => {
    held.delete(terminalId);
    known.screen.dispose();
    known.element.remove();
    forgetPane(terminalId);
  };
  // A kept session that is shown again has the name of the terminal that was closed, and none of its screen.
  if (useTerminals.getState().byId.has(terminalId)) known.leaving = setTimeout(letGo, leaveAfterMs);
  else letGo();
}

export function lookAgain(look: TerminalLook): void {
  for (const { screen } of held.values()) screen.setLook(look, useReader.getState().on);
}

/** The field that the keyboard types into says which terminal it is, and how to get out of it. */
export function nameInput(terminalId: string): void {
  const input = screenOf(terminalId)?.terminal.textarea;
  const terminal = useTerminals.getState().byId.get(terminalId);
  if (!input || !terminal) return;
  const name = t('terminals.pane', { name: terminalName(terminal, t) });
  input.setAttribute('aria-label', `${name}. ${t('terminals.leaveHint', { keys: leaveKeys })}`);
}
const leaveKeys = keyText('mod+shift+m');

export const openOutside = (url: string): void => {
  if (window.trainyard) window.trainyard.openExternal(url);
  else window.open(url, '_blank', 'noopener,noreferrer');
};

function hostOf(terminalId: string, perform: Perform): ScreenHost {
  const terminalHere = () => useTerminals.getState().byId.get(terminalId);
  const settings = () => useSession.getState().settings;
  return {
    typed: (bytes) =>
      sendTyped(terminalId, bytes, (id, typed) => {
        const screen = screenOf(id);
        screen?.send(typed);
        return screen !== undefined;
      }),
    key(event) {
      const fullScreen = screenOf(terminalId)?.terminal.buffer.active.type === 'alternate';
      const action = actionOf(event, fullScreen);
      if (action === null) return 'terminal';
      if (action === 'paste') return 'browser';
      perform(action, terminalId);
      return 'app';
    },
    hover: (hover) => setPane(terminalId, { hover }),
    openUrl(url) {
      if (/^https?:\/\//i.test(url)) openOutside(url);
    },
    openFile(path, line) {
      const terminal = terminalHere();
      if (terminal) navigate(paths.files(terminal.machineId, path, line));
    },
    directory: () => terminalHere()?.directory ?? null,
    clipboard(text) {
      if (settings()?.terminalClipboard === 'allow') copyForProgram(terminalId, text);
      else if (settings()?.terminalClipboard === 'ask') setPane(terminalId, { clipboard: text });
    },
    bell() {
      const { bells } = paneState(terminalId);
      setPane(terminalId, { bells: bells + 1 });
      setTimeout(() => {
        if (held.has(terminalId))
          setPane(terminalId, { bells: Math.max(0, paneState(terminalId).bells - 1) });
      }, 900);
    },
    ended: (failure) => setPane(terminalId, { failure }),
    connected: (connected) => setPane(terminalId, { connected }),
    sized(shown, fits) {
      const before = paneState(terminalId);
      if (same(before.shown, shown) && same(before.fits, fits)) return;
      setPane(terminalId, { shown, fits });
    },
    marksChanged: () => setPane(terminalId, { marks: paneState(terminalId).marks + 1 }),
    selected() {
      const selection = screenOf(terminalId)?.terminal.getSelection() ?? '';
      if (selection !== '' && settings()?.terminalCopyOnSelect) copySoon(selection);
    },
    sayCommand: (command) => commandSentence(command, t),
  };
}

const same = (a: { cols: number; rows: number } | null, b: { cols: number; rows: number }) =>
  a !== null && a.cols === b.cols && a.rows === b.rows;

// While it is dragged the selection changes with every cell: only what it has become is copied.
let copying: ReturnType<typeof setTimeout> | null = null;
function copySoon(text: string): void {
  if (copying !== null) clearTimeout(copying);
  copying = setTimeout(() => {
    copying = null;
    void navigator.clipboard.writeText(text).catch(() => undefined);
  }, 150);
}

/** Puts on the clipboard what a program in a terminal wanted there, and says so. */
export function copyForProgram(terminalId: string, text: string): void {
  setPane(terminalId, { clipboard: null });
  const terminal = useTerminals.getState().byId.get(terminalId);
  void copyText(text).then(() => {
    if (terminal) toast('info', t('terminals.copiedByProgram', { name: terminalName(terminal, t) }));
  });
}
