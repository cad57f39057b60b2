import { Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { RunsPage } from '#renderer/features/runs/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { EmptyState, Skeleton, TooltipProvider } from '#renderer/ui/index.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Layout } from './layout.tsx';
import { Link } from './link.tsx';
import { loadKeyMap, loadPalette } from './load-palette.ts';
import { PageOf, type PagePart, pagePart } from './page-part.tsx';
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
const runPage = pagePart(async () => (await loaders.run()).RunPage);
const overviewPage = pagePart(async () => (await loaders.overview()).OverviewPage);
const machinesPage = pagePart(async () => (await loaders.sites()).MachinesPage);
const machinePage = pagePart(async () => (await loaders.sites()).MachinePage);
const sitesPage = pagePart(async () => (await loaders.sites()).SitesPage);
const newRunPage = pagePart(async () => (await loaders.newRun()).NewRunPage);
const activityPage = pagePart(async () => (await loaders.activity()).ActivityPage);
const credentialsPage = pagePart(async () => (await loaders.credentials()).CredentialsPage);
const dataPage = pagePart(async () => (await loaders.data()).DataPage);
const filesPage = pagePart(async () => (await loaders.files()).FilesPage);
const terminalsPage = pagePart(async () => (await loaders.terminals()).TerminalsPage);
const portsPage = pagePart(async () => (await loaders.ports()).PortsPage);
const offersPage = pagePart(async () => (await loaders.offers()).OffersPage);
const fitPage = pagePart(async () => (await loaders.fit()).FitPage);
const planPage = pagePart(async () => (await loaders.plan()).PlanPage);
const costsPage = pagePart(async () => (await loaders.costs()).CostsPage);
const settingsPage = pagePart(async () => (await loaders.settings()).SettingsPage);

/** Pages of one address. The list of runs is here already. */
const plainPages: readonly (readonly [string, PagePart<object>])[] = [
  [paths.overview, overviewPage],
  [paths.machines, machinesPage],
  [paths.sites, sitesPage],
  [paths.terminals, terminalsPage],
  [paths.newRun, newRunPage],
  [paths.offers(), offersPage],
  [paths.fit(), fitPage],
  [paths.costs, costsPage],
  [paths.credentials, credentialsPage],
  [paths.data, dataPage],
  [paths.activity, activityPage],
  [paths.settings, settingsPage],
];
/** By the first word of their addresses. */
const widePages = {
  runs: runPage,
  machines: machinePage,
  files: filesPage,
  ports: portsPage,
  plan: planPage,
};
const said = (thrown: unknown) => console.info('A page could not be fetched ahead:', thrown);

/** Fetches the page at this address before it is drawn; resolves also where that fails, which is then told where it is drawn. */
export async function fetchPage(address: string): Promise<void> {
  const first = address.split('/')[1] ?? '';
  const plain = plainPages.find(([path]) => path === address)?.[1];
  const page = plain ?? (address === paths.runs ? null : widePages[first as keyof typeof widePages]);
  await page?.fetch().catch(said);
}

/** Fetches the other pages' files while nothing else happens, so that going there waits for nothing. */
export function preloadPages(): void {
  const idle = window.requestIdleCallback ?? ((call: () => void) => setTimeout(call, 500));
  idle(() => {
    for (const page of [...plainPages.map(([, part]) => part), ...Object.values(widePages)])
      page.fetch().catch(said);
    for (const load of [loaders.palette, loaders.keys, loaders.moves]) load().catch(said);
  });
}

export function App() {
  return (
    <TooltipProvider>
      <Layout>
        <ErrorBoundary>
          <Suspense fallback={<Loading />}>
            <Switch>
              {plainPages.map(([path, part]) => (
                <Route key={path} path={path}>
                  <PageOf key={path} part={part} props={{}} />
                </Route>
              ))}
              <Route path={paths.runs} component={RunsPage} />
              <Route path="/runs/:id">
                {({ id }) => <PageOf key={`run ${id}`} part={runPage} props={{ id }} />}
              </Route>
              <Route path="/machines/:id">
                {({ id }) => <PageOf key={`machine ${id}`} part={machinePage} props={{ id }} />}
              </Route>
              <Route path="/files/:machineId?">
                {({ machineId }) => <PageOf key="files" part={filesPage} props={{ machineId }} />}
              </Route>
              <Route path="/ports/:machineId?">
                {({ machineId }) => <PageOf key="ports" part={portsPage} props={{ machineId }} />}
              </Route>
              <Route path="/plan/:view?/:id?">
                {({ view, id }) => <PageOf key="plan" part={planPage} props={{ view, id }} />}
              </Route>
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
