import './layout.css';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useAskedMove, useDraggedRun } from '#renderer/features/moves/index.ts';
import { ActionDialog } from '#renderer/features/runs/action-dialog.tsx';
import { useAskedAction } from '#renderer/features/runs/ask-action.ts';
import { useDock } from '#renderer/features/terminals/dock-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { KeyHint, Toasts } from '#renderer/ui/index.ts';
import { contextNow } from './command-context.ts';
import { type CommandContext, hotkeysOf } from './commands.ts';
import { listenForHotkeys } from './hotkeys.ts';
import { capsOf } from './key-names.ts';
import { Link } from './link.tsx';
import { loadKeyMap, loadPalette } from './load-palette.ts';
import { Navigation, NavigationButton, NavigationSplitter, useNavigationWidth } from './navigation.tsx';
import { NoticeToasts } from './notice-toasts.tsx';
import { OfflineBar } from './offline-bar.tsx';
import { Prompts } from './prompts.tsx';
import { paths } from './routes.ts';
import { sayError, useMay } from './session-store.ts';
import { may, shellCommands } from './shell-commands.ts';
import { StatusBar } from './status-bar.tsx';
import { TaskDrop } from './task-drop.tsx';

const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const TerminalDock = lazy(async () => ({
  default: (await import('#renderer/features/terminals/index.ts')).TerminalDock,
}));
const MoveDialog = lazy(async () => ({
  default: (await import('#renderer/features/moves/dialogs.ts')).MoveDialog,
}));
const DropTray = lazy(async () => ({
  default: (await import('#renderer/features/moves/dialogs.ts')).DropTray,
}));
const KeyMap = lazy(async () => ({ default: (await loadKeyMap()).KeyMap }));

/** Title bar, navigation, the page, status bar; and what lies over all pages. */
export function Layout({ children }: { children: ReactNode }) {
  const t = useT();
  const [location, navigate] = useLocation();
  const [over, setOver] = useState<{ what: 'keys' } | { what: 'palette'; context: CommandContext } | null>(
    null,
  );
  const content = useRef<HTMLElement>(null);
  const context = useCallback((): CommandContext => {
    const now: CommandContext = contextNow(window.location.pathname, {
      navigate,
      show: (what) =>
        setOver((before) =>
          before?.what === what ? null : what === 'keys' ? { what } : { what, context: now },
        ),
    });
    return now;
  }, [navigate]);
  useEffect(() => listenForHotkeys(() => hotkeysOf(shellCommands, may, context, sayError)), [context]);
  useNavigationWidth();
  useFocusOnNewPage(location, content);
  useEffect(() => window.trainyard?.onNavigate((path) => navigate(path)), [navigate]);

  return (
    <div className="app">
      <a className="skip button" href="#content">
        {t('app.skipToContent')}
      </a>
      <header className="titlebar">
        <NavigationButton />
        <Link className="brand" href={paths.overview}>
          <Mark />
          {t('app.name')}
        </Link>
        <button type="button" className="finder" onClick={() => context().show('palette')}>
          <span className="clip">{t('app.find')}</span>
          <KeyHint keys={capsOf('mod+k')} />
        </button>
        <NewRunButton />
      </header>
      <OfflineBar />
      <Navigation location={location} />
      <NavigationSplitter />
      <main id="content" className="content" tabIndex={-1} ref={content}>
        {children}
      </main>
      <Dock location={location} />
      <StatusBar />
      <Suspense>
        {over?.what === 'palette' ? <Palette context={over.context} onClose={() => setOver(null)} /> : null}
        {over?.what === 'keys' ? <KeyMap onClose={() => setOver(null)} /> : null}
      </Suspense>
      <AskedAction />
      <TaskDrop navigate={navigate} />
      <Moving location={location} />
      <Prompts />
      <NoticeToasts />
      <Toasts label={t('app.notices')} />
    </div>
  );
}

/** The panel of terminals, below every page but their own. */
function Dock({ location }: { location: string }) {
  const open = useDock((state) => state.open);
  if (!open || location.startsWith(paths.terminals)) return null;
  return (
    <Suspense>
      <TerminalDock />
    </Suspense>
  );
}

/** Asks before an action on runs that was chosen by name. */
function AskedAction() {
  const asked = useAskedAction((state) => state.asked);
  return asked ? <ActionDialog {...asked} onClose={() => useAskedAction.setState({ asked: null })} /> : null;
}

/** The dialog that plans a move, and what a dragged run can be dropped on where the page shows no machines. */
function Moving({ location }: { location: string }) {
  const asked = useAskedMove((state) => state.asked);
  const drags = useDraggedRun(({ run }) => run !== null);
  return (
    <Suspense>
      {asked ? <MoveDialog key={`${asked.run.id} ${asked.machineId}`} asked={asked} /> : null}
      {drags && location !== paths.overview ? <DropTray /> : null}
    </Suspense>
  );
}

function Mark() {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M3 4h5c5 0 4 12 9 12M3 16h4M13 4h4" />
    </svg>
  );
}

function NewRunButton() {
  const t = useT();
  return useMay('operator') ? (
    <Link className="button button--primary" href={paths.newRun}>
      {t('app.newRun')}
    </Link>
  ) : null;
}

/** After going to another page the focus is in it, so that the next key and the screen reader start there. */
function useFocusOnNewPage(location: string, content: { current: HTMLElement | null }): void {
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    content.current?.scrollTo({ top: 0 });
    if (!document.activeElement || !content.current?.contains(document.activeElement))
      content.current?.focus();
  }, [location, content]);
}
