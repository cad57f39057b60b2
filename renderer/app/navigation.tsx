import { useEffect } from 'react';
import { useForwards } from '#renderer/features/ports/store.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { IconButton, Splitter } from '#renderer/ui/index.ts';
import { keyText } from './key-names.ts';
import { setPane, toggleNavigation, useArrangement } from './layout-store.ts';
import { Link } from './link.tsx';
import { useMachines } from './machine-store.ts';
import { paths } from './routes.ts';
import { keysOf } from './shell-commands.ts';
import { useSites } from './site-store.ts';

/** Where one can go. Can be put away, and made wider. */
export function Navigation({ location }: { location: string }) {
  const t = useT();
  const going = useRuns(
    ({ counts }) => (counts.running ?? 0) + (counts.starting ?? 0) + (counts.preparing ?? 0),
  );
  const machines = useMachines(({ total }) => total);
  const sites = useSites(({ sites: all }) => all.length);
  const forwards = useForwards(({ byId }) => byId.size);
  const at = (path: string) => (path === '/' ? location === '/' : location.startsWith(path));
  const item = (path: string, label: string, command: string, count?: number) => {
    const keys = keysOf(command);
    return (
      <Link
        href={path}
        aria-current={at(path) ? 'page' : undefined}
        title={keys ? t('app.withKeys', { label, keys: keyText(keys) }) : label}
      >
        <span className="clip">{label}</span>
        {count ? <small>{count}</small> : null}
      </Link>
    );
  };
  return (
    <nav className="nav" id="navigation" aria-label={t('app.navigation')}>
      {item(paths.overview, t('app.overview'), 'go.overview')}
      {item(paths.runs, t('app.runs'), 'go.runs', going)}
      {item(paths.machines, t('app.machines'), 'go.machines', machines)}
      {item(paths.files(), t('files.title'), 'go.files')}
      {item(paths.terminals, t('terminals.title'), 'go.terminals')}
      {item(paths.ports(), t('ports.title'), 'go.ports', forwards)}
      <h2>{t('app.planning')}</h2>
      {item(paths.plan(), t('plan.title'), 'go.plan')}
      {item(paths.offers(), t('catalog.title'), 'go.offers')}
      {item(paths.fit(), t('fit.title'), 'go.fit')}
      {item(paths.costs, t('costs.title'), 'go.costs')}
      <h2>{t('app.yard')}</h2>
      {item(paths.sites, t('app.sites'), 'go.sites', sites)}
      {item(paths.credentials, t('credentials.title'), 'go.credentials')}
      {item(paths.data, t('data.title'), 'go.data')}
      {item(paths.activity, t('app.activity'), 'go.activity')}
      {item(paths.settings, t('app.settings'), 'go.settings')}
    </nav>
  );
}

/** As layout.css makes it where nobody has changed it. */
const usualWidth = () => (window.innerWidth <= 1100 ? 152 : 188);
const [narrowest, widest] = [120, 340];

/** The width of the navigation as it is now, CSS pixels. */
export const navigationWidth = (): number => {
  const { navigation, panes } = useArrangement.getState();
  return navigation ? (panes.navigation ?? usualWidth()) : 0;
};

/** Told to the document, where first-look.js says it before the first paint. */
export function useNavigationWidth(): void {
  const navigation = useArrangement((state) => state.navigation);
  const width = useArrangement(({ panes }) => panes.navigation);
  useEffect(() => {
    const { dataset, style } = document.documentElement;
    dataset.nav = navigation ? 'on' : 'off';
    if (width === undefined) style.removeProperty('--nav');
    else style.setProperty('--nav', `${width}px`);
  }, [navigation, width]);
}

export function NavigationSplitter() {
  const t = useT();
  const { navigation, panes } = useArrangement();
  const label = t('app.navigationWidth');
  return navigation ? (
    // A landmark of its own: everything on the page is in one.
    <section className="nav-edge" aria-label={label}>
      <Splitter
        label={label}
        size={panes.navigation ?? usualWidth()}
        min={narrowest}
        max={widest}
        pane="before"
        onSize={(size) => setPane('navigation', size)}
      />
    </section>
  ) : null;
}

export function NavigationButton() {
  const t = useT();
  const shown = useArrangement((state) => state.navigation);
  const keys = keysOf('navigation');
  const label = t('app.toggleNavigation');
  return (
    <IconButton
      className="titlebar__nav"
      label={keys ? t('app.withKeys', { label, keys: keyText(keys) }) : label}
      aria-expanded={shown}
      aria-controls="navigation"
      onClick={toggleNavigation}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
        <rect x="1.5" y="2.5" width="13" height="11" rx="2" />
        <path d="M6 2.5v11" />
      </svg>
    </IconButton>
  );
}
