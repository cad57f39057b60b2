import { type DragEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useSession } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ContextMenu } from '#renderer/ui/context-menu.tsx';
import { Badge, IconButton, Menu, toast } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { pasteText, perform } from './actions.ts';
import { dragOf, droppedTerminal, isTerminalDrag, sideAt } from './drag.ts';
import { putBeside, type Side, showPane } from './layout.ts';
import { PaneBars } from './pane-bars.tsx';
import { usePaneMenu } from './pane-menu.ts';
import { FollowHint, SizeNote } from './pane-notes.tsx';
import { setPane, usePane } from './pane-store.ts';
import { droppedPaths, quotePath } from './paste.ts';
import { useReader } from './reader-store.ts';
import { terminalName } from './say.ts';
import { holdScreen, lookAgain, nameInput, releaseScreen, screenOf } from './screens.ts';
import { SearchBar } from './search-bar.tsx';
import { useSeveral } from './several-store.ts';
import { arrange, onFocusWanted, takesFocus } from './terminal-store.ts';

/** One terminal: its head where there are several, what is to be said about it, its screen. */
export function TerminalPane({
  terminal,
  alone,
  current,
}: {
  terminal: Terminal;
  /** The only pane of its tab: the tab bears its name. */
  alone: boolean;
  /** It has the keyboard, or had it last in its tab. */
  current: boolean;
}) {
  const t = useT();
  const { id } = terminal;
  const name = terminalName(terminal, t);
  const searching = usePane(id, (state) => state.searching);
  const rings = usePane(id, (state) => state.bells > 0);
  const among = useSeveral(({ ids }) => ids.has(id));
  const [dropSide, setDropSide] = useState<Side | null>(null);
  const entries = usePaneMenu(terminal);
  const holder = useScreen(terminal);

  const onDragOver = (event: DragEvent) => {
    const ours = isTerminalDrag(event.dataTransfer);
    if (!ours && !isPathDrag(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = ours ? 'move' : 'copy';
    const box = event.currentTarget.getBoundingClientRect();
    setDropSide(ours ? sideAt(box, event.clientX, event.clientY) : null);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropSide(null);
    const moved = droppedTerminal(event.dataTransfer)?.terminalId;
    if (moved === undefined) pastePaths(id, event.dataTransfer, t('terminals.noPath'));
    else {
      const box = event.currentTarget.getBoundingClientRect();
      arrange((layout) => putBeside(layout, moved, id, sideAt(box, event.clientX, event.clientY)));
    }
  };
  return (
    <section
      className={`term ${current ? 'term--current' : ''} ${rings ? 'term--rings' : ''} ${among ? 'term--among' : ''}`}
      aria-label={t('terminals.pane', { name })}
      data-terminal={id}
      onFocus={() => arrange((layout) => showPane(layout, id))}
      onDragOver={onDragOver}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropSide(null);
      }}
      onDrop={onDrop}
    >
      {alone ? null : (
        <header className="term__head" {...dragOf(id, null)}>
          <b className="clip">{name}</b>
          {terminal.title && terminal.title !== name ? (
            <span className="quiet clip">{terminal.title}</span>
          ) : null}
          {terminal.keptBy === 'tmux' ? (
            <span title={t('terminals.keptHint')}>
              <Badge>{t('terminals.kept')}</Badge>
            </span>
          ) : null}
          <Menu
            trigger={<IconButton label={t('terminals.menuOf', { name })}>⋯</IconButton>}
            entries={entries()}
          />
          <IconButton label={t('terminals.closeTab', { name })} onClick={() => perform('close', id)}>
            ×
          </IconButton>
        </header>
      )}
      <PaneBars terminal={terminal} />
      {searching ? <SearchBar terminalId={id} onClose={() => closeSearch(id)} /> : null}
      <ContextMenu entriesFor={entries}>
        <div className="term__screen" ref={holder} />
      </ContextMenu>
      <FollowHint terminalId={id} />
      <SizeNote terminalId={id} />
      {dropSide ? <div className={`term__drop term__drop--${dropSide}`} aria-hidden="true" /> : null}
    </section>
  );
}

function closeSearch(terminalId: string): void {
  setPane(terminalId, { searching: false });
  const screen = screenOf(terminalId);
  screen?.search.clearDecorations();
  screen?.terminal.focus();
}

const isPathDrag = (data: DataTransfer) =>
  data.types.includes('Files') ||
  data.types.includes('text/uri-list') ||
  data.types.includes('application/x-trainyard-paths');

/** Files that are dropped on a terminal are typed as words: their paths, quoted. */
function pastePaths(terminalId: string, data: DataTransfer, sorry: string): void {
  const paths = droppedPaths(data);
  if (paths.length > 0) pasteText(terminalId, `${paths.map(quotePath).join(' ')} `);
  else if (data.files.length > 0) toast('info', sorry);
}

/** Puts the terminal's screen into the element, keeps its look, and gives it the keyboard when it is wanted. */
function useScreen(terminal: Terminal) {
  const { id } = terminal;
  const look = useSession(({ settings }) => settings);
  const theme = usePageTheme();
  const reader = useReader(({ on }) => on);
  const ready = look !== null;
  const latest = useRef(look);
  latest.current = look;
  const element = useRef<HTMLDivElement | null>(null);
  const holder = useCallback((next: HTMLDivElement | null) => {
    element.current = next;
  }, []);
  useEffect(() => {
    const place = element.current;
    if (!ready || !latest.current || !place) return;
    holdScreen(id, place, latest.current, perform);
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      pasteText(id, event.clipboardData?.getData('text/plain') ?? '');
    };
    // Before the emulator sees it, which would paste without a question.
    place.addEventListener('paste', onPaste, true);
    const focus = () => {
      if (takesFocus(id)) setTimeout(() => screenOf(id)?.terminal.focus(), 30);
    };
    focus();
    const offFocus = onFocusWanted((wanted) => {
      if (wanted === id) focus();
    });
    // Who comes back to a window wants to see all of it.
    const onLook = () => screenOf(id)?.fit(true);
    window.addEventListener('focus', onLook);
    place.addEventListener('focusin', onLook);
    return () => {
      place.removeEventListener('paste', onPaste, true);
      place.removeEventListener('focusin', onLook);
      window.removeEventListener('focus', onLook);
      offFocus();
      releaseScreen(id);
    };
  }, [id, ready]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page's theme and the reader are part of the look
  useEffect(() => {
    if (look) lookAgain(look);
  }, [look, theme, reader]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another name is another label
  useEffect(() => nameInput(id), [id, terminal.name, terminal.title]);
  return holder;
}

function usePageTheme(): string | undefined {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(document.documentElement.dataset.theme));
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return theme;
}
