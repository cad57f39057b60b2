/**
 * The page with a backend that only pretends: `node test/lab/fixture-backend.ts [--runs 60] [--machines 7] [--port 0]`.
 * For drawing and for pictures; every call of the contract that a page makes is answered from memory, nothing is run.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { api, createRouter, eventStream } from '#backend/api/index.ts';
import { type ByteSource, byKind } from '#backend/bytes/index.ts';
import { EventBus } from '#backend/events.ts';
import { type BrowserHost, openBrowserHost } from '#headless/browser-host.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { MetricSeries } from '#shared/domain/metric.ts';
import { hasEnded, type RunState, type RunSummary, runStates } from '#shared/domain/run.ts';
import { settings } from '#shared/domain/settings.ts';
import { fixtureCatalog } from './fixture-catalog.ts';
import { fixtureCosts } from './fixture-costs.ts';
import {
  fixtureDetail,
  fixtureId,
  fixtureMachines,
  fixtureRun,
  fixtureSites,
  fixtureYaml,
} from './fixture-data.ts';
import { fixtureFiles as fixtureDisk } from './fixture-files.ts';
import { type FixtureLog, FormulaLog, GrowingLog, showcase } from './fixture-logs.ts';
import { type FixtureMoves, fixtureMoves } from './fixture-moves.ts';
import { fixturePlans } from './fixture-plans.ts';
import { fixturePorts } from './fixture-ports.ts';
import { fixtureTerminals } from './fixture-terminals.ts';

export interface FixtureOptions {
  runs?: number;
  machines?: number;
  port?: number;
  pageDirectory?: string;
  /** Lines are added to the first run's log, and its metrics grow. */
  moving?: boolean;
}

export interface Fixture {
  host: BrowserHost;
  events: EventBus;
  log: GrowingLog;
  moves: FixtureMoves;
  close(): Promise<void>;
}

const root = path.dirname(path.dirname(import.meta.dirname));
const nothing = () => undefined;
const gigabyteLines = 11_184_811;

export async function startFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const now = Date.now();
  const events = new EventBus();
  const sites = fixtureSites(now, options.machines ?? 7);
  const machines = fixtureMachines(sites, now);
  const runs = new Map<string, RunSummary>();
  for (let index = 0; index < (options.runs ?? 60); index++) {
    const run = fixtureRun(index, machines, now);
    runs.set(run.id, run);
  }
  let current = settings.parse({});
  const growing = new GrowingLog();
  growing.append(showcase());
  const logOf = (runId: string): FixtureLog => {
    if (runId === fixtureId('r', 0)) return growing;
    return new FormulaLog(runId === fixtureId('r', 1) ? gigabyteLines : 4000);
  };
  const find = (runId: string): RunSummary => {
    const run = runs.get(runId);
    if (!run)
      throw new TrainyardError('RUN_UNKNOWN', 'There is no such run (any more).', { params: { run: runId } });
    return run;
  };
  const change = (run: RunSummary) => {
    runs.set(run.id, run);
    events.publish({ type: 'run.changed', run });
    return fixtureDetail(run, logOf(run.id).bytes());
  };
  const ended = (run: RunSummary, signal: string): RunSummary => ({
    ...run,
    state: 'stopped',
    endedAt: Date.now(),
    evidence: { kind: 'exit-record', at: Date.now(), exitCode: null, signal, by: 'user' },
  });

  const moves = fixtureMoves({
    now,
    events,
    machines,
    runs,
    detail: (run) => fixtureDetail(run, 0),
  });

  const catalog = fixtureCatalog(now, events, machines);
  const terminals = fixtureTerminals(now, events, machines, runs);
  const views = new Map<string, string>([['terminals.layout', terminals.layout]]);
  const router = createRouter({
    ...moves.routers,
    catalog: catalog.router,
    plan: fixturePlans({
      now,
      events,
      machines,
      runs,
      catalog: { accelerators: catalog.shipped.accelerators, offers: catalog.offers },
    }),
    costs: fixtureCosts(now, events, machines, runs).router,
    files: fixtureDisk(machines, now),
    terminals: terminals.router,
    ports: fixturePorts(now, events, machines, runs),
    app: api.app.router({
      info: api.app.info.handler(() => ({
        version: '0.1.0',
        host: 'headless' as const,
        platform: 'linux',
        role: 'owner' as const,
        dataDirectory: '/home/mei/.local/share/trainyard',
        startedAt: now,
      })),
      events: api.app.events.handler(({ signal }) => eventStream(events, signal)),
      notices: api.app.notices.handler(() => ({ notices: [], jobs: [] })),
      dismissNotice: api.app.dismissNotice.handler(nothing),
      cancelJob: api.app.cancelJob.handler(nothing),
      settings: api.app.settings.handler(() => current),
      updateSettings: api.app.updateSettings.handler(({ input }) => {
        current = settings.parse({ ...current, ...input });
        events.publish({ type: 'settings.changed', settings: current });
        return current;
      }),
      settingsFile: api.app.settingsFile.handler(() => ({
        file: '/home/mei/.local/share/trainyard/settings.json',
        text: '{\n  "theme": "dark"\n}\n',
        problems: [],
      })),
      writeSettingsFile: api.app.writeSettingsFile.handler(({ input }) => ({
        text: input.text,
        settings: current,
      })),
      view: api.app.view.handler(({ input }) => ({ content: views.get(input.key) ?? null })),
      setView: api.app.setView.handler(({ input }) => {
        if (input.content === null) views.delete(input.key);
        else views.set(input.key, input.content);
        events.publish({ type: 'view.changed', key: input.key });
      }),
      shutDown: api.app.shutDown.handler(nothing),
    }),
    sites: api.sites.router({
      list: api.sites.list.handler(() => sites),
      preview: api.sites.preview.handler(() => []),
      add: api.sites.add.handler(() => first(sites)),
      importHosts: api.sites.importHosts.handler(() => []),
      update: api.sites.update.handler(() => first(sites)),
      remove: api.sites.remove.handler(nothing),
      connect: api.sites.connect.handler(() => first(sites)),
      disconnect: api.sites.disconnect.handler(() => first(sites)),
      test: api.sites.test.handler(async function* () {
        yield { step: 'resolve' as const, state: 'ok' as const, detail: '10.8.0.14', tookMs: 3 };
      }),
      acceptChangedHostKey: api.sites.acceptChangedHostKey.handler(nothing),
      prompts: api.sites.prompts.handler(() => []),
      answerPrompt: api.sites.answerPrompt.handler(nothing),
    }),
    machines: api.machines.router({
      list: api.machines.list.handler(({ input }) => ({
        rows: machines.slice(input.offset, input.offset + input.limit),
        total: machines.length,
      })),
      get: api.machines.get.handler(({ input }) =>
        first(machines.filter(({ id }) => id === input.machineId)),
      ),
      refresh: api.machines.refresh.handler(() => ({ jobId: 'refresh' })),
    }),
    runs: api.runs.router({
      check: api.runs.check.handler(() => ({ ok: true, tasks: [], errors: [] })),
      templates: api.runs.templates.handler(() => [
        {
          id: 'hello',
          title: 'A first training',
          description: 'A small network on made-up data; a minute on any computer.',
          translations: {},
          yaml: fixtureYaml('hello'),
          directory: '/templates/hello',
        },
      ]),
      list: api.runs.list.handler(({ input }) => {
        const rows = [...runs.values()]
          .filter((run) => run.archived === input.archived)
          .filter((run) => input.states.length === 0 || input.states.includes(run.state))
          .filter((run) => !input.machineId || run.machineId === input.machineId)
          .filter((run) => `${run.name} ${run.machineName}`.includes(input.search))
          .sort(sorts[input.sort]);
        if (input.descending) rows.reverse();
        return { rows: rows.slice(input.offset, input.offset + input.limit), total: rows.length };
      }),
      counts: api.runs.counts.handler(() => countsOf([...runs.values()])),
      get: api.runs.get.handler(({ input }) => fixtureDetail(find(input.runId), logOf(input.runId).bytes())),
      launch: api.runs.launch.handler(() => fixtureDetail(first([...runs.values()]), 0)),
      stop: api.runs.stop.handler(({ input }) => change(ended(find(input.runId), 'SIGTERM'))),
      kill: api.runs.kill.handler(({ input }) => change(ended(find(input.runId), 'SIGKILL'))),
      restart: api.runs.restart.handler(({ input }) => change({ ...find(input.runId), state: 'queued' })),
      setPriority: api.runs.setPriority.handler(({ input }) => change(find(input.runId))),
      rename: api.runs.rename.handler(({ input }) => change({ ...find(input.runId), name: input.name })),
      archive: api.runs.archive.handler(({ input }) =>
        change({ ...find(input.runId), archived: input.archived }),
      ),
      previewDelete: api.runs.previewDelete.handler(({ input }) => ({
        boxBytes: 3_400_000_000,
        boxReachable: find(input.runId).machineConnection === 'connected',
        logBytes: logOf(input.runId).bytes(),
      })),
      delete: api.runs.delete.handler(({ input }) => {
        if (!hasEnded(find(input.runId).state))
          throw new TrainyardError('RUN_NOT_ENDED', 'It has not ended.');
        runs.delete(input.runId);
        events.publish({ type: 'run.removed', runId: input.runId });
      }),
      metrics: api.runs.metrics.handler(() => fixtureMetrics()),
      files: api.runs.files.handler(({ input }) => fixtureFiles(input.path, now)),
      readFile: api.runs.readFile.handler(({ input }) =>
        input.path.endsWith('.pt')
          ? { text: null, sizeBytes: 3_400_000_000, truncated: false }
          : { text: `# ${input.path}\nepochs: 3\nlr: 8.2e-5\n`, sizeBytes: 31, truncated: false },
      ),
    }),
    logs: api.logs.router({
      info: api.logs.info.handler(({ input }) => ({
        epoch: input.epoch ?? find(input.runId).epoch,
        bytes: logOf(input.runId).bytes(),
        live: logOf(input.runId).live,
        reachable: true,
      })),
      read: api.logs.read.handler(({ input }) => {
        const log = logOf(input.runId);
        const bytes = log.read(input.offset, input.length);
        return { offset: input.offset, base64: Buffer.from(bytes).toString('base64'), bytes: log.bytes() };
      }),
      search: api.logs.search.handler(async function* ({ input }) {
        const log = logOf(input.runId);
        const pattern = new RegExp(input.pattern, input.ignoreCase ? 'i' : '');
        const text = new TextDecoder().decode(log.read(0, 2_000_000));
        let offset = 0;
        let found = 0;
        for (const [index, line] of text.split('\n').entries()) {
          if (pattern.test(line) && found++ < input.limit) {
            yield { offset, lineNumber: index + 1, text: line.slice(0, 400) };
          }
          offset += Buffer.byteLength(line) + 1;
        }
      }),
    }),
    activity: api.activity.router({
      list: api.activity.list.handler(() =>
        Array.from({ length: 40 }, (_, index) => ({
          sequence: 40 - index,
          at: now - index * 340_000,
          actor: index % 3 ? 'browser' : 'trainyard',
          role: 'owner' as const,
          action: ['run.launch', 'run.stop', 'site.connect', 'machine.refresh'][index % 4] ?? 'run.launch',
          target: ['llama-sft', 'vit-l-imagenet', 'heron', 'all machines'][index % 4] ?? '',
          result: index % 9 === 5 ? ('failed' as const) : ('done' as const),
          details: {},
        })),
      ),
      verify: api.activity.verify.handler(() => ({
        ok: true,
        entries: 40,
        firstBad: null,
        why: '',
        reason: null,
      })),
      export: api.activity.export.handler(async function* () {
        yield '';
      }),
    }),
  });

  const logs: ByteSource<'log'> = async function* (request, { signal }) {
    const log = logOf(request.runId);
    const total = log.bytes();
    let at = request.offset < 0 ? Math.max(0, total + request.offset) : request.offset;
    yield { info: { offset: at, bytes: total, epoch: 1, live: log.live, reachable: true } };
    for (;;) {
      while (at < log.bytes()) {
        const piece = log.read(at, 65_536);
        at += piece.byteLength;
        yield { bytes: piece };
      }
      if (!request.follow || !(log instanceof GrowingLog)) return;
      await log.more(signal);
      if (signal.aborted) return;
    }
  };

  const host = await openBrowserHost({
    backend: {
      router,
      bytes: byKind({ log: logs, terminal: terminals.source }),
      log: pino({ level: 'warn' }),
    },
    pageDirectory: options.pageDirectory ?? path.join(root, 'dist/page'),
    port: options.port ?? 0,
  });
  const timer = options.moving ? setInterval(move, 700) : null;
  let step = 18_400;
  function move(): void {
    step += 10;
    const loss = 0.08 + 0.02 * Math.abs(Math.sin(step / 120));
    growing.append(
      `[${new Date().toTimeString().slice(0, 8)}] step ${step}  loss=${loss.toFixed(4)}  lr=8.1e-05\n`,
    );
    const run = runs.get(fixtureId('r', 0));
    if (run?.state !== 'running') return;
    events.publish({ type: 'metrics.added', runId: run.id, name: 'loss', points: [[step, loss]] });
    change({
      ...run,
      step,
      lastMetrics: [{ name: 'loss', value: loss }, ...run.lastMetrics.slice(1)],
      seenAt: Date.now(),
      evidence: { kind: 'heartbeat', at: Date.now(), beat: step },
    });
  }
  return {
    host,
    events,
    log: growing,
    moves: moves.control,
    async close() {
      if (timer) clearInterval(timer);
      await host.close();
    },
  };
}

const sorts: Record<
  'created' | 'name' | 'state' | 'machine' | 'ended',
  (a: RunSummary, b: RunSummary) => number
> = {
  created: (a, b) => a.createdAt - b.createdAt,
  name: (a, b) => a.name.localeCompare(b.name),
  state: (a, b) => runStates.indexOf(a.state) - runStates.indexOf(b.state),
  machine: (a, b) => a.machineName.localeCompare(b.machineName),
  ended: (a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0),
};

function first<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined) throw new TrainyardError('NOT_FOUND', 'It is not there (any more).');
  return one;
}

function countsOf(runs: readonly RunSummary[]): Record<RunState, number> {
  const counts = Object.fromEntries(runStates.map((state) => [state, 0])) as Record<RunState, number>;
  for (const run of runs) if (!run.archived) counts[run.state] += 1;
  return counts;
}

function fixtureMetrics(): MetricSeries[] {
  const series = (name: string, value: (step: number) => number | null): MetricSeries => {
    const points = Array.from({ length: 600 }, (_, index): [number, number | null] => [
      index * 30,
      value(index * 30),
    ]);
    return { name, points, total: 18_000, last: points.at(-1)?.[1] ?? null };
  };
  return [
    series('loss', (step) =>
      step > 9000 && step < 9400
        ? null
        : 2.4 / (1 + step / 900) + 0.05 + 0.04 * Math.abs(Math.sin(step / 70)),
    ),
    series(
      'lr',
      (step) => 8.2e-5 * Math.min(1, step / 1500) * (0.5 + 0.5 * Math.cos((step / 24_000) * Math.PI)),
    ),
    series('grad_norm', (step) => 0.6 + 0.5 * Math.abs(Math.sin(step / 210)) + (step % 2700 === 0 ? 6 : 0)),
  ];
}

function fixtureFiles(directory: string, now: number) {
  const file = (name: string, sizeBytes: number) => ({
    name,
    kind: 'file' as const,
    sizeBytes,
    modifiedAt: now - sizeBytes,
  });
  const folder = (name: string) => ({
    name,
    kind: 'directory' as const,
    sizeBytes: 4096,
    modifiedAt: now - 60_000,
  });
  if (directory === '')
    return [
      folder('checkpoints'),
      folder('code'),
      file('exit', 2),
      file('log', 48_211),
      file('spec.yaml', 812),
    ];
  if (directory === 'checkpoints')
    return [file('step-16000.pt', 3_400_000_000), file('step-18000.pt', 3_400_000_000)];
  return [file('train.py', 8_211), file('requirements.txt', 214), file('config.yaml', 401)];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '60' },
      machines: { type: 'string', default: '7' },
      port: { type: 'string', default: '0' },
      page: { type: 'string', default: '' },
    },
  });
  const fixture = await startFixture({
    runs: Number(values.runs),
    machines: Number(values.machines),
    port: Number(values.port),
    ...(values.page === '' ? {} : { pageDirectory: values.page }),
    moving: true,
  });
  console.log(fixture.host.loginUrl());
  process.on('SIGTERM', () => void fixture.close().then(() => process.exit(0)));
}
