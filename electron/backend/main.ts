import path from 'node:path';
import type { Logger } from 'pino';
import { type ByteSource, byKind } from '#backend/bytes/index.ts';
import { because } from '#shared/domain/because.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { AccessTokens } from './access/index.ts';
import { Activity } from './activity/index.ts';
import { accessRouter } from './api/access.ts';
import { activityRouter } from './api/activity.ts';
import { appRouter } from './api/app.ts';
import { backupsRouter } from './api/backups.ts';
import { catalogRouter } from './api/catalog.ts';
import { checkpointsRouter } from './api/checkpoints.ts';
import { copiesRouter } from './api/copies.ts';
import { costsRouter } from './api/costs.ts';
import { dataRouter } from './api/data.ts';
import { filesRouter } from './api/files.ts';
import { type AppRouter, createRouter } from './api/index.ts';
import { logsRouter } from './api/logs.ts';
import { machinesRouter } from './api/machines.ts';
import { migrationsRouter } from './api/migrations.ts';
import { placesRouter } from './api/places.ts';
import { planRouter } from './api/plan.ts';
import { portsRouter } from './api/ports.ts';
import { recoveryRouter } from './api/recovery.ts';
import { runsRouter } from './api/runs.ts';
import { sitesRouter } from './api/sites.ts';
import { storeRouter } from './api/store.ts';
import { terminalsRouter } from './api/terminals.ts';
import { vaultRouter } from './api/vault.ts';
import { Browse, Downloads, Uploads } from './browse/index.ts';
import { Catalog } from './catalog/index.ts';
import { Checkpoints, createCheckpointLooks } from './checkpoints/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { CopyJobs, JobTable, openCopies } from './copies/index.ts';
import { Costs } from './costs/index.ts';
import { makeDataDirectory } from './data-directory.ts';
import { EventBus } from './events.ts';
import { CodeChanges, CodeStore, codeKeeper } from './files/index.ts';
import { googleBillingKey } from './google-billing-key.ts';
import { Housekeeping } from './housekeeping.ts';
import { Jobs } from './jobs.ts';
import { openLog } from './log.ts';
import { findLogins } from './logins/index.ts';
import { createPlanner, MigrationsService } from './migrations/index.ts';
import { openPolicies } from './policies.ts';
import { Forwards } from './ports/index.ts';
import { localPrograms } from './processes/index.ts';
import { Quotas } from './quotas/index.ts';
import { remoteScript, resourcesDirectory } from './resources.ts';
import { RunBackups } from './run-backups/index.ts';
import { runCredentials } from './run-credentials.ts';
import { runPlaces } from './run-places.ts';
import { createBoxRuns } from './runs/box/index.ts';
import { createRuns } from './runs/index.ts';
import { Sensitivity } from './sensitivity/index.ts';
import { SettingsFile } from './settings-file/index.ts';
import { Prompts, Sites } from './sites/index.ts';
import { createSshPool, previewHosts } from './ssh/index.ts';
import { SshCredentials } from './ssh-credentials.ts';
import { keepBackups, lockDataDirectory, openStore } from './store/index.ts';
import { Terminals } from './terminals/index.ts';
import { type Keychain, Vault } from './vault/index.ts';
import { whenAsked } from './when-asked.ts';

export interface BackendOptions {
  dataDirectory: string;
  host: 'desktop' | 'headless';
  version: string;
  clock?: Clock;
  /** Keep the sites connected that are to be (the default); false: each only when it is needed. */
  connect?: boolean;
  /** Given: the caller's; else the log file in the data directory. */
  log?: Logger;
  /** The system's keychain, from hosts that have one. */
  keychain?: Keychain;
}

export interface Backend {
  router: AppRouter;
  events: EventBus;
  bytes: ByteSource;
  log: Logger;
  /** Who may come in, besides the user of this computer. */
  access: AccessTokens;
  /** Resolves when a client has asked for the end (`app.shutDown`); the host then calls `close`. */
  shutDownAsked: Promise<void>;
  /** Resolves a moment after a backup was restored: what the rooms remember is of the old database, so the host starts the process anew. */
  restartAsked: Promise<void>;
  /** The computer woke up: connections are looked at now, not at their next keepalive. */
  resumed(): void;
  /** The screen was locked: the vault is too, if the user wishes so. */
  screenLocked(): void;
  /** Ends everything in order; runs go on on their boxes. Safe to call twice. */
  close(): Promise<void>;
}

/** What has been built so far, and how it is taken down again. */
class Stack {
  readonly #closers: { name: string; close: () => void | Promise<void> }[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, close: () => void | Promise<void>): void {
    this.#closers.push({ name, close });
  }

  /** In reverse; one that fails does not keep the others from closing. */
  async close(): Promise<void> {
    for (let part = this.#closers.pop(); part; part = this.#closers.pop()) {
      try {
        await part.close();
      } catch (error) {
        this.#log.error({ err: error, part: part.name }, 'a part of the backend did not close');
      }
    }
  }
}

/** Builds the backend: the only place that knows every capability. Rejects with DATA_IN_USE, DATA_UNUSABLE or the store's errors. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { dataDirectory, clock = systemClock } = options;
  makeDataDirectory(dataDirectory);
  const lock = lockDataDirectory(dataDirectory);
  const log = options.log ?? openLog(dataDirectory);
  const stack = new Stack(log);
  stack.add('lock', () => lock.release());
  try {
    return build(options, { clock, log, stack });
  } catch (error) {
    await stack.close();
    throw error;
  }
}

function build(
  options: BackendOptions,
  { clock, log, stack }: { clock: Clock; log: Logger; stack: Stack },
): Backend {
  const { dataDirectory, host, version } = options;
  const startedAt = clock.now();
  const events = new EventBus();
  const ending = new AbortController();

  const store = openStore({ file: path.join(dataDirectory, 'trainyard.db'), clock, log });
  stack.add('store', () => store.close());
  const activity = new Activity(store, clock, path.join(dataDirectory, 'activity.key'));
  const housekeeping = new Housekeeping(store, activity, events);
  const settingsFile = new SettingsFile({ dataDirectory, store, housekeeping, events, log });
  stack.add('settings file', () => settingsFile.close());
  settingsFile.start();
  const access = new AccessTokens({
    store,
    activity,
    clock,
    revokedFile: path.join(dataDirectory, 'revoked-tokens'),
  });
  stack.add('access', () => access.close());
  const backups = keepBackups(store, clock, log, ending.signal);
  stack.add('backups', async () => {
    ending.abort();
    await backups;
  });

  const jobs = new Jobs(events, clock);
  const programs = localPrograms({ userShell: () => store.settings.get().terminalShellHere });
  stack.add('programs', () => programs.close());
  const keychain = options.keychain ?? null;
  const vault = new Vault({ dataDirectory, store, activity, events, clock, keychain });
  stack.add('vault', () => vault.close());
  const prompts = new Prompts(events, clock);
  const credentials = new SshCredentials(vault, (scope, why) =>
    store.notices.add({
      level: 'warning',
      code: 'VAULT_NOT_KEPT',
      params: { scope, ...because('why', why) },
      message: `The secret for ${scope} was used but not kept: ${why.message}`,
    }),
  );
  const ssh = createSshPool({ prompter: prompts, clock, log, credentials });
  stack.add('ssh', () => ssh.close());
  const sites = new Sites({
    store,
    events,
    jobs,
    activity,
    clock,
    log,
    programs,
    ssh,
    prompts,
    previewHosts,
    probeScript: remoteScript('probe.sh'),
  });
  stack.add('sites', () => sites.close());
  const scriptsDirectory = path.join(resourcesDirectory, 'remote');
  const sensitivity = new Sensitivity({ store, activity, events, clock });
  const { copies, close: closeCopies } = openCopies({
    store,
    access: sites.machines,
    reach: sites.machines,
    clock,
    log,
    dataDirectory,
  });
  stack.add('copies', closeCopies);
  const copyTable = new JobTable(store);
  const copyJobs = new CopyJobs({
    copies,
    table: copyTable,
    policy: sensitivity,
    machine: (id) => store.machines.require(id),
    activity,
    events,
    clock,
    log,
  });
  stack.add('copy jobs', () => copyJobs.close());
  const codeStore = new CodeStore(path.join(dataDirectory, 'code'));
  const code = codeKeeper(codeStore, { scriptsDirectory });
  const runs = createRuns({
    store,
    access: sites.machines,
    events,
    activity,
    clock,
    log,
    dataDirectory,
    code,
    boxRuns: (boxPrograms) => createBoxRuns(boxPrograms, { scriptsDirectory }),
    templatesDirectory: path.join(resourcesDirectory, 'templates'),
    credentials: runCredentials(vault),
    policy: sensitivity,
  });
  stack.add('runs', () => runs.close());
  const looks = createCheckpointLooks({
    programs: (machineId, signal) => sites.machines.programs(machineId, { signal }),
    clock,
  });
  const checkpoints = new Checkpoints({
    store,
    events,
    activity,
    clock,
    log,
    access: sites.machines,
    looks,
    copies,
    async ask(attempt, how, signal) {
      const { box } = await runs.handover.connect(attempt.machineId, signal);
      return box.requestCheckpoint(attempt.runId, attempt.epoch, how, signal);
    },
  });
  stack.add('checkpoints', () => checkpoints.close());
  const migrations = new MigrationsService({
    store,
    events,
    activity,
    clock,
    log,
    handover: runs.handover,
    copies,
    looks,
    plan: createPlanner({
      store,
      handover: runs.handover,
      copies,
      looks,
      script: remoteScript('move-facts.sh'),
    }),
  });
  stack.add('migrations', () => migrations.close());
  const runBackups = new RunBackups({
    store,
    events,
    activity,
    clock,
    log,
    access: sites.machines,
    handover: runs.handover,
    copies,
    looks,
    checkpoints,
    codeFiles: async (snapshotId) => [...(await code.files(snapshotId)).keys()],
  });
  stack.add('backups of runs', () => runBackups.close());
  checkpoints.showAlso((runId) => runBackups.copiesOf(runId));
  const policies = openPolicies({
    spareCopies: runBackups,
    store,
    events,
    activity,
    clock,
    log,
    access: sites.machines,
    runs,
    looks,
    copies,
    migrations,
  });
  stack.add('policies', () => policies.close());
  const catalog = new Catalog({
    store,
    activity,
    events,
    jobs,
    clock,
    log,
    directory: path.join(resourcesDirectory, 'catalog'),
    googleKey: () => googleBillingKey(vault),
  });
  const quotas = new Quotas({
    store,
    events,
    activity,
    clock,
    log,
    find: (name) => catalog.accelerator(name),
  });
  const costs = new Costs({ store, events, activity, clock, log, rates: catalog });
  stack.add('costs', () => costs.close());
  const fileAccess = {
    access: sites.machines,
    machine: (id: string) => store.machines.require(id),
    clock,
    log,
  };
  const uploads = new Uploads({
    ...fileAccess,
    activity,
    admit: ({ machineId, id, name, actor }) =>
      sensitivity.admitCopy({ machineId, sources: [], copy: { id, name }, actor }),
  });
  const downloads = new Downloads({
    ...fileAccess,
    admitHere: ({ machineId, path: from, name, actor }) =>
      sensitivity.admitCopy({
        machineId: thisComputerId,
        sources: copyTable.broughtTo(machineId, from),
        copy: { id: name, name },
        actor,
      }),
  });
  const browse = new Browse({
    ...fileAccess,
    activity,
    livePlaces: (machineId) =>
      store.runs
        .liveAttempts(machineId)
        .flatMap(({ directory }) => (directory === null ? [] : [{ directory, work: `${directory}/code` }])),
  });
  const terminals = new Terminals({
    store,
    events,
    activity,
    clock,
    log,
    machines: sites.machines,
    runPlace: runPlaces(store, runs),
    scripts: { terminal: remoteScript('terminal.sh'), gpuView: remoteScript('gpu-view.sh') },
  });
  stack.add('terminals', () => terminals.shutDown());
  const forwards = new Forwards({
    store,
    events,
    activity,
    clock,
    log,
    machines: sites.machines,
    script: remoteScript('ports.sh'),
  });
  stack.add('forwarded ports', () => forwards.shutDown());
  const planning = whenAsked(async () => {
    const { openPlanning } = await import('./planning.ts');
    return openPlanning({ store, events, activity, clock, catalog, quotas, sensitivity, runs });
  });
  stack.add('planning', () => planning.close());
  // Closed before what they work with.
  stack.add('jobs', () => jobs.close());

  const asked = Promise.withResolvers<void>();
  const restart = Promise.withResolvers<void>();
  // The answer to who asked for the restore goes out first.
  store.onRestored(() => void setTimeout(restart.resolve, 500));
  const router = createRouter({
    app: appRouter({
      housekeeping,
      settingsFile,
      jobs,
      events,
      info: () => ({ version, host, platform: process.platform, dataDirectory, startedAt }),
      shutDown(actor) {
        activity.record({ actor, action: 'app.shutDown', target: 'trainyard' });
        log.info({ actor: actor.name }, 'asked to end');
        asked.resolve();
      },
    }),
    store: storeRouter(housekeeping),
    activity: activityRouter(activity),
    access: accessRouter(access),
    sites: sitesRouter(sites),
    machines: machinesRouter(store, sites),
    runs: runsRouter(runs),
    logs: logsRouter(runs),
    checkpoints: checkpointsRouter(checkpoints),
    backups: backupsRouter(runBackups),
    data: dataRouter(sensitivity, runs),
    migrations: migrationsRouter(migrations),
    recovery: recoveryRouter(policies.recovery),
    places: placesRouter(policies.places),
    copies: copiesRouter(copyJobs),
    costs: costsRouter(costs),
    terminals: terminalsRouter(terminals),
    ports: portsRouter(forwards),
    plan: planRouter(planning.open),
    files: filesRouter(browse, new CodeChanges(codeStore, (runId) => store.runs.require(runId).snapshot)),
    catalog: catalogRouter(catalog, quotas),
    vault: vaultRouter(vault, (signal) => findLogins(undefined, signal)),
  });
  vault
    .unlockByItself()
    .catch((error: unknown) => log.warn({ err: error }, 'the keychain did not open the vault'));
  // Before anything happens to runs: it is counted.
  costs.start();
  // Runs listen before the first connection is made.
  runs.start();
  checkpoints.start();
  migrations.resume();
  runBackups.start();
  policies.start();
  terminals.start();
  forwards.start();
  if (options.connect ?? true) sites.start();
  log.info({ version, host }, 'the backend is up');
  return {
    router,
    events,
    bytes: byKind({
      log: runs.bytes,
      terminal: terminals.bytes,
      upload: (request, context) => uploads.receive(request, context),
      file: (request, context) => downloads.send(request, context),
    }),
    log,
    access,
    shutDownAsked: asked.promise,
    restartAsked: restart.promise,
    resumed: () => sites.resumed(),
    screenLocked: () => vault.screenLocked(),
    close: () => stack.close(),
  };
}
