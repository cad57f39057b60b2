import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { RunsPage } from '#renderer/features/runs/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { EmptyState, Skeleton, TooltipProvider } from '#renderer/ui/index.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Layout } from './layout.tsx';
import { Link } from './link.tsx';
import { loadKeyMap, loadPalette } from './load-palette.ts';
import { paths } from './routes.ts';

/** A page that may check things by schema: those must be told first that no code can be made from text here. */
async function withSchemas<T>(load: () => Promise<T>): Promise<T> {
  await import('#renderer/rpc/jitless.ts');
  return load();
}

// The list of runs is part of the first file; the rest comes when it is opened, or when there is nothing else to do.
const loaders = {
  run: () => import('#renderer/features/runs/detail/index.ts'),
  overview: () => withSchemas(() => import('#renderer/features/overview/index.ts')),
  sites: () => withSchemas(() => import('#renderer/features/sites/index.ts')),
  newRun: () => withSchemas(() => import('#renderer/features/new-run/index.ts')),
  credentials: () => withSchemas(() => import('#renderer/features/credentials/index.ts')),
  data: () => withSchemas(() => import('#renderer/features/data/index.ts')),
  activity: () => withSchemas(() => import('#renderer/features/activity/index.ts')),
  settings: () => withSchemas(() => import('#renderer/features/settings/index.ts')),
  offers: () => withSchemas(() => import('#renderer/features/catalog/index.ts')),
  fit: () => withSchemas(() => import('#renderer/features/fit/index.ts')),
  plan: () => withSchemas(() => import('#renderer/features/plan/index.ts')),
  costs: () => withSchemas(() => import('#renderer/features/costs/index.ts')),
  files: () => withSchemas(() => import('#renderer/features/files/index.ts')),
  terminals: () => import('#renderer/features/terminals/index.ts'),
  ports: () => import('#renderer/features/ports/index.ts'),
  palette: loadPalette,
  keys: loadKeyMap,
  moves: () => import('#renderer/features/moves/dialogs.ts'),
};
const RunPage = lazy(async () => ({ default: (await loaders.run()).RunPage }));
const OverviewPage = lazy(async () => ({ default: (await loaders.overview()).OverviewPage }));
const MachinesPage = lazy(async () => ({ default: (await loaders.sites()).MachinesPage }));
const MachinePage = lazy(async () => ({ default: (await loaders.sites()).MachinePage }));
const SitesPage = lazy(async () => ({ default: (await loaders.sites()).SitesPage }));
const NewRunPage = lazy(async () => ({ default: (await loaders.newRun()).NewRunPage }));
const ActivityPage = lazy(async () => ({ default: (await loaders.activity()).ActivityPage }));
const CredentialsPage = lazy(async () => ({ default: (await loaders.credentials()).CredentialsPage }));
const DataPage = lazy(async () => ({ default: (await loaders.data()).DataPage }));
const FilesPage = lazy(async () => ({ default: (await loaders.files()).FilesPage }));
const TerminalsPage = lazy(async () => ({ default: (await loaders.terminals()).TerminalsPage }));
const PortsPage = lazy(async () => ({ default: (await loaders.ports()).PortsPage }));
const OffersPage = lazy(async () => ({ default: (await loaders.offers()).OffersPage }));
const FitPage = lazy(async () => ({ default: (await loaders.fit()).FitPage }));
const PlanPage = lazy(async () => ({ default: (await loaders.plan()).PlanPage }));
const CostsPage = lazy(async () => ({ default: (await loaders.costs()).CostsPage }));
const SettingsPage = lazy(async () => ({ default: (await loaders.settings()).SettingsPage }));

const firstOf: Record<string, keyof typeof loaders> = { '': 'overview', machines: 'sites', new: 'newRun' };

/** Fetches the files of the page at this address before React asks for them: with the program's other first questions. */
export function preloadPage(address: string): void {
  const [first = '', second] = address.split('/').slice(1);
  const name = first === 'runs' ? (second ? 'run' : null) : (firstOf[first] ?? first);
  if (name === null || !(name in loaders)) return;
  loaders[name as keyof typeof loaders]().catch((thrown: unknown) =>
    console.info('A page could not be fetched ahead:', thrown),
  );
}

/** Fetches the other pages' files while nothing else happens, so that going there waits for nothing. */
export function preloadPages(): void {
  const idle = window.requestIdleCallback ?? ((call: () => void) => setTimeout(call, 500));
  idle(() => {
    for (const load of Object.values(loaders)) {
      load().catch((thrown: unknown) => console.info('A page could not be fetched ahead:', thrown));
    }
  });
}

export function App() {
  return (
    <TooltipProvider>
      <Layout>
        <ErrorBoundary>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/" component={OverviewPage} />
              <Route path="/runs" component={RunsPage} />
              <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
              <Route path="/machines" component={MachinesPage} />
              <Route path="/machines/:id">{({ id }) => <MachinePage key={id} id={id} />}</Route>
              <Route path="/files/:machineId?">
                {({ machineId }) => <FilesPage machineId={machineId} />}
              </Route>
              <Route path="/terminals" component={TerminalsPage} />
              <Route path="/ports/:machineId?">
                {({ machineId }) => <PortsPage machineId={machineId} />}
              </Route>
              <Route path="/sites" component={SitesPage} />
              <Route path="/new" component={NewRunPage} />
              <Route path="/offers" component={OffersPage} />
              <Route path="/fit" component={FitPage} />
              <Route path="/plan/:view?/:id?">{({ view, id }) => <PlanPage view={view} id={id} />}</Route>
              <Route path="/costs" component={CostsPage} />
              <Route path="/credentials" component={CredentialsPage} />
              <Route path="/data" component={DataPage} />
              <Route path="/activity" component={ActivityPage} />
              <Route path="/settings" component={SettingsPage} />
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </Layout>
    </TooltipProvider>
  );
}

const Loading = () => (
  <div className="page">
    <Skeleton rows={8} />
  </div>
);

function NotFound() {
  const t = useT();
  return (
    <EmptyState
      title={t('app.notFound')}
      actions={
        <Link className="button" href={paths.overview}>
          {t('app.toOverview')}
        </Link>
      }
    />
  );
}
