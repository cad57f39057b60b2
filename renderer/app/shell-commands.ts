import { toggleDock } from '#renderer/features/terminals/dock-store.ts';
import type { Command, CommandContext } from './commands.ts';
import { isMac } from './key-names.ts';
import { toggleNavigation } from './layout-store.ts';
import { paths } from './routes.ts';
import { useSession } from './session-store.ts';
import { openWindow } from './windows.ts';

const go = (name: string, title: Command['title'], path: string, ...keys: string[]): Command => ({
  id: `go.${name}`,
  title,
  group: 'go',
  keys,
  run: ({ navigate }: CommandContext) => navigate(path),
});

/** What has keys everywhere. The navigation, tooltips, the palette and the map of keys all read it from here. */
export const shellCommands: readonly Command[] = [
  {
    id: 'palette',
    title: 'app.keyPalette',
    group: 'act',
    keys: ['mod+k', 'mod+shift+p'],
    run: ({ show }) => show('palette'),
  },
  { id: 'keys', title: 'app.keyHelp', group: 'act', keys: ['?'], run: ({ show }) => show('keys') },
  {
    id: 'new-run',
    title: 'app.newRun',
    group: 'act',
    keys: ['n'],
    role: 'operator',
    run: ({ navigate }) => navigate(paths.newRun),
  },
  go('overview', 'app.keyGoOverview', paths.overview, 'g o'),
  go('runs', 'app.keyGoRuns', paths.runs, 'g r'),
  go('machines', 'app.keyGoMachines', paths.machines, 'g m'),
  go('files', 'files.keyGo', paths.files(), 'g f'),
  go('terminals', 'terminals.keyGo', paths.terminals, 'g t'),
  go('ports', 'ports.keyGo', paths.ports(), 'g p'),
  go('plan', 'plan.keyGo', paths.plan(), 'g l'),
  go('offers', 'catalog.keyGo', paths.offers(), 'g e'),
  go('fit', 'fit.keyGo', paths.fit(), 'g i'),
  go('costs', 'costs.keyGo', paths.costs, 'g b'),
  go('sites', 'app.keyGoSites', paths.sites, 'g s'),
  go('credentials', 'app.keyGoCredentials', paths.credentials, 'g c'),
  go('data', 'app.keyGoData', paths.data, 'g d'),
  go('activity', 'app.keyGoActivity', paths.activity, 'g a'),
  go('settings', 'app.keyGoSettings', paths.settings, 'g ,', 'mod+,'),
  {
    id: 'navigation',
    title: 'app.toggleNavigation',
    group: 'look',
    keys: ['mod+b'],
    run: toggleNavigation,
  },
  {
    id: 'terminals',
    title: 'terminals.keyDock',
    group: 'look',
    keys: [isMac() ? 'ctrl+`' : 'mod+`'],
    run: toggleDock,
  },
  {
    id: 'window',
    title: 'app.newWindow',
    group: 'act',
    keys: ['g w'],
    run: () => openWindow(`${location.pathname}${location.search}`),
  },
];

/** The first keys of a command, for tooltips; null: it has none, or there is no such command. */
export const keysOf = (id: string): string | null =>
  shellCommands.find((command) => command.id === id)?.keys?.[0] ?? null;

const rank = { viewer: 0, operator: 1, owner: 2 } as const;
/** As `useMay`, outside of components. */
export function may(role: keyof typeof rank): boolean {
  const { info } = useSession.getState();
  return info === null || rank[info.role] >= rank[role];
}
