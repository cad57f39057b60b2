import './layout.css';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useAskedMove, useDraggedRun } from '#renderer/features/moves/index.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { KeyHint, Toasts } from '#renderer/ui/index.ts';
import { listenForHotkeys } from './hotkeys.ts';
import { KeyMap } from './key-map.tsx';
import { Link } from './link.tsx';
import { useMachines } from './machine-store.ts';
import { NoticeToasts } from './notice-toasts.tsx';
import { OfflineBar } from './offline-bar.tsx';
import { Prompts } from './prompts.tsx';
import { paths } from './routes.ts';
import { useMay } from './session-store.ts';
import { useSites } from './site-store.ts';
import { StatusBar } from './status-bar.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const MoveDialog = lazy(async () => ({
  default: (await import('#renderer/features/moves/dialogs.ts')).MoveDialog,
}));
const DropTray = lazy(async () => ({
  default: (await import('#renderer/features/moves/dialogs.ts')).DropTray,
}));
const commandKey = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';

/** Title bar, navigation, the page, status bar; and what lies over all pages. */
export function Layout({ children }: { children: ReactNode }) {
  const t = useT();
  const [location, navigate] = useLocation();
  const [over, setOver] = useState<'palette' | 'keys' | null>(null);
  const content = useRef<HTMLElement>(null);
  useEffect(
    () =>
      listenForHotkeys(() => ({
        'command k': () => setOver('palette'),
        '?': () => setOver('keys'),
        'g o': () => navigate(paths.overview),
        'g r': () => navigate(paths.runs),
        'g m': () => navigate(paths.machines),
        'g s': () => navigate(paths.sites),
        'g c': () => navigate(paths.credentials),
        'g d': () => navigate(paths.data),
        'g a': () => navigate(paths.activity),
        'g ,': () => navigate(paths.settings),
        n: () => navigate(paths.newRun),
      })),
    [navigate],
  );
  useFocusOnNewPage(location, content);
  useEffect(() => window.trainyard?.onNavigate((path) => navigate(path)), [navigate]);

  return (
    <div className="app">
      <a className="skip button" href="#content">
        {t('app.skipToContent')}
      </a>
      <header className="titlebar">
        <Link className="brand" href={paths.overview}>
          <Mark />
          {t('app.name')}
        </Link>
        <button type="button" className="finder" onClick={() => setOver('palette')}>
          <span className="clip">{t('app.find')}</span>
          <KeyHint keys={[commandKey, 'K']} />
        </button>
        <NewRunButton />
      </header>
      <OfflineBar />
      <Navigation location={location} />
      <main id="content" className="content" tabIndex={-1} ref={content}>
        {children}
      </main>
      <StatusBar />
      {over === 'palette' ? (
        <Suspense>
          <Palette onClose={() => setOver(null)} />
        </Suspense>
      ) : null}
      {over === 'keys' ? <KeyMap onClose={() => setOver(null)} /> : null}
      <Moving location={location} />
      <Prompts />
      <NoticeToasts />
      <Toasts label={t('app.notices')} />
    </div>
  );
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

function Navigation({ location }: { location: string }) {
  const t = useT();
  const going = useRuns(
    ({ counts }) => (counts.running ?? 0) + (counts.starting ?? 0) + (counts.preparing ?? 0),
  );
  const machines = useMachines(({ total }) => total);
  const sites = useSites(({ sites: all }) => all.length);
  const at = (path: string) => (path === '/' ? location === '/' : location.startsWith(path));
  const item = (path: string, label: string, count?: number) => (
    <Link href={path} aria-current={at(path) ? 'page' : undefined}>
      <span className="clip">{label}</span>
      {count ? <small>{count}</small> : null}
    </Link>
  );
  return (
    <nav className="nav" aria-label={t('app.navigation')}>
      {item(paths.overview, t('app.overview'))}
      {item(paths.runs, t('app.runs'), going)}
      {item(paths.machines, t('app.machines'), machines)}
      <h2>{t('app.yard')}</h2>
      {item(paths.sites, t('app.sites'), sites)}
      {item(paths.credentials, t('credentials.title'))}
      {item(paths.data, t('data.title'))}
      {item(paths.activity, t('app.activity'))}
      {item(paths.settings, t('app.settings'))}
    </nav>
  );
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
