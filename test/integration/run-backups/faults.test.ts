import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Checkpoints, createCheckpointLooks } from '#backend/checkpoints/index.ts';
import { systemClock } from '#backend/clock.ts';
import { type Copies, CopyService, KeyJournal } from '#backend/copies/index.ts';
import { EventBus } from '#backend/events.ts';
import { localPrograms, type RunsPrograms } from '#backend/processes/index.ts';
import { RunBackups } from '#backend/run-backups/index.ts';
import type { RunHandover } from '#backend/runs/handover.ts';
import { checkTasks } from '#backend/runs/spec/index.ts';
import type { MachineAccess } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import type { KeepPolicy } from '#shared/domain/run-backup.ts';
import { fixtureFiles } from '#test/lab/checkpoint-trees/memory-tree.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { addMachine } from '#test/unit/backend/runs/world.ts';
import { until } from '#test/until.ts';

const me = { name: 'desktop', role: 'owner' } as const;
const [boxA, boxB] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];

/** Two homes of this computer as machines, an ended run with real checkpoints on one, and processes of the app that come and go. */
class World {
  readonly store: Store;
  readonly homes: Record<string, string>;
  readonly clock = new ManualClock();
  readonly runId = newId();
  readonly claims = new Map<string, string>();
  readonly begun: { epoch: number; resume: { path: string; step: number | null } | null }[] = [];
  readonly #programs: Record<string, RunsPrograms> = {};

  constructor(store: Store, homes: Record<string, string>) {
    this.store = store;
    this.homes = homes;
    for (const [id, home] of Object.entries(homes)) {
      addMachine(store, id, []);
      const programs = localPrograms({ env: { ...process.env, HOME: home } });
      onTestFinished(() => programs.close());
      this.#programs[id] = programs;
    }
    this.#addRun();
  }

  get code(): string {
    return path.join(this.homes[boxA] ?? '', '.trainyard', 'runs', this.runId, 'code');
  }
  get backups(): string {
    return path.join(this.homes[boxB] ?? '', '.trainyard', 'backups', this.runId);
  }

  programs = async (id: string): Promise<RunsPrograms> => {
    const programs = this.#programs[id];
    if (!programs) throw new Error(`no machine ${id}`);
    return programs;
  };

  /** A process of the app. `onStep` that never answers is its kill -9: nothing after it happens. */
  open({
    onStep,
    meddle = (copies) => copies,
  }: {
    onStep?: (step: string) => void | Promise<void>;
    meddle?: (copies: Copies) => Copies;
  } = {}): RunBackups {
    const access: MachineAccess = {
      programs: this.programs,
      isConnected: () => true,
      onConnected: () => () => undefined,
      onDisconnected: () => () => undefined,
    };
    const looks = createCheckpointLooks({ programs: this.programs, clock: systemClock, restMs: 1 });
    const events = new EventBus();
    const activity = { record: () => undefined };
    const log = pino({ level: 'silent' });
    const copies = new CopyService({
      access,
      reach: { reach: () => Promise.resolve(null) },
      journal: new KeyJournal(this.store, systemClock),
      machine: (id) => ({ id, name: id }),
      clock: systemClock,
      client: 'test',
    });
    const base = { store: this.store, events, activity, clock: this.clock, log, access, looks };
    const checkpoints = new Checkpoints({ ...base, copies: null, ask: async () => 0 });
    const backups = new RunBackups({
      ...base,
      handover: this.#handover(),
      copies: meddle(copies),
      checkpoints,
      codeFiles: async () => ['train.py'],
      ...(onStep === undefined ? {} : { onStep }),
    });
    onTestFinished(async () => {
      await Promise.race([backups.close(), new Promise((resolve) => setTimeout(resolve, 2000))]);
      await copies.close();
    });
    return backups;
  }

  /** Time passes until it is so. */
  async until(what: string, condition: () => unknown): Promise<void> {
    await until(what, () => {
      this.clock.advance(1_000);
      return condition();
    });
  }

  #handover(): RunHandover {
    const part = {
      connect: async (id: string) => ({
        programs: await this.programs(id),
        signal: new AbortController().signal,
      }),
      claimedBy: (runId: string) => this.claims.get(runId) ?? null,
      claim: (runId: string, by: string) => void this.claims.set(runId, by),
      release: (runId: string) => void this.claims.delete(runId),
      admit: () => undefined,
      keepSecrets: () => undefined,
      reserve: () => [],
      unreserve: () => undefined,
      prepare: async (runId: string, machineId: string) => {
        const runDirectory = path.join(this.homes[machineId] ?? '', '.trainyard', 'runs', runId);
        const codeDirectory = path.join(runDirectory, 'code');
        const there = existsSync(codeDirectory);
        return {
          runDirectory,
          codeDirectory,
          madeBySetup: new Set<string>(),
          code: there ? 'there' : 'missing',
        };
      },
      begin: async (beginning: (typeof this.begun)[number]) => void this.begun.push(beginning),
      get: (runId: string) => this.store.runs.require(runId),
    };
    return part as unknown as RunHandover;
  }

  #addRun(): void {
    const yaml = 'name: kept\nworkdir: .\nrun: python train.py\ncheckpoint:\n  path: checkpoints\n';
    const [spec] = checkTasks(yaml).tasks;
    if (!spec) throw new Error('the task is right');
    for (const [name, { content, kind }] of fixtureFiles('torch')) {
      if (kind !== 'file') continue;
      mkdirSync(path.join(this.code, 'checkpoints'), { recursive: true });
      writeFileSync(path.join(this.code, 'checkpoints', name), content);
    }
    writeFileSync(path.join(this.code, 'train.py'), 'print("training")\n');
    writeFileSync(path.join(this.code, 'history.tsv'), '1\t1\n');
    const now = this.clock.now();
    this.store.runs.insert({
      id: this.runId,
      requestId: null,
      name: 'kept',
      priority: 0,
      createdAt: now,
      acceleratorsAsked: '',
      yaml,
      spec,
      snapshot: { id: 'snapshot', workdir: '/', files: 1, bytes: 1, git: null },
      attempts: [
        {
          runId: this.runId,
          epoch: 1,
          machineId: boxA,
          machineName: 'a',
          state: 'succeeded',
          evidence: { kind: 'exit-record', at: now, exitCode: 0, signal: null, by: 'itself' },
          createdAt: now,
          startedAt: now,
          endedAt: now,
          seenAt: now,
          exitCode: 0,
          accelerators: [],
          logBytes: 0,
          directory: path.dirname(this.code),
          pid: 1,
        },
      ],
    });
  }
}

async function world(): Promise<World> {
  return new World(await tempStore(), { [boxA]: await tempDirectory('a'), [boxB]: await tempDirectory('b') });
}

const never = new Promise<void>(() => undefined);
const ask = (world: World) => ({ runId: world.runId, requestId: newId(), machineId: boxB });
const shownOf = (backups: RunBackups) =>
  backups.list().map(({ state, checkpoint }) => `${state} ${checkpoint?.step ?? '-'}`);
const policy: KeepPolicy = {
  enabled: true,
  machineIds: [boxB],
  directory: '',
  checkpoints: 'newest',
  everySteps: 1,
  artefacts: ['*.tsv'],
  keep: 1,
};

test.each(['chosen', 'checkpoint', 'artefacts', 'code', 'described'])(
  'killed when it is at "%s", the next process goes on with the same backup',
  async (step) => {
    const lab = await world();
    let reached = false;
    const first = lab.open({
      onStep(now) {
        if (now !== step) return undefined;
        reached = true;
        return never;
      },
    });
    await first.setPolicy(lab.runId, { ...policy, enabled: false }, me);
    const [asked] = await first.keepNow(ask(lab), me);
    await lab.until('it is there', () => reached);
    const second = lab.open();
    second.start();
    await lab.until('it is verified', () => shownOf(second).includes('verified 120'));
    expect(second.list().map(({ id }) => id)).toEqual([asked?.id]);
    expect(readdirSync(lab.backups)).toEqual([asked?.id]);
    expect((await second.verify(asked?.id ?? '', me, AbortSignal.timeout(60_000))).state).toBe('verified');
  },
);

test('a checkpoint that is rotated away meanwhile is left for the next', async () => {
  const lab = await world();
  let rotated = 0;
  const backups = lab.open({
    onStep(step) {
      if (step !== 'chosen') return;
      const next = ['last.pt', 'model_100.pt'][rotated++];
      if (next) rmSync(path.join(lab.code, 'checkpoints', next));
    },
  });
  await backups.keepNow(ask(lab), me);
  await lab.until('it is verified', () => shownOf(backups).includes('verified 90'));
  const [made] = backups.list();
  expect(readdirSync(path.join(lab.backups, made?.id ?? '', 'checkpoint'))).toEqual(['old_90.pth']);
});

/** The first so many sends end with this error; those before are let through when `after` says so. */
const failing = (error: () => TrainyardError, times: number) => {
  let left = times;
  return (copies: Copies): Copies => ({
    paths: copies.paths.bind(copies),
    hash: copies.hash.bind(copies),
    async open(...args) {
      const session = await copies.open(...args);
      if (left-- <= 0) return session;
      return { kind: session.kind, close: () => session.close(), send: () => Promise.reject(error()) };
    },
  });
};
const lost = () => new TrainyardError('SSH_CONNECTION_LOST', 'The connection was lost.', { retryable: true });
const full = () => new TrainyardError('COPY_DISK_FULL', 'The disk is full.');

test('a connection that breaks again and again is made anew, and the backup goes on', async () => {
  const lab = await world();
  const backups = lab.open({ meddle: failing(lost, 3) });
  await backups.keepNow(ask(lab), me);
  await lab.until('it is verified', () => shownOf(backups).includes('verified 120'));
});

test('where another one is bringing the same code, it is waited for', async () => {
  const lab = await world();
  let busy = 3;
  const backups = lab.open({
    meddle: (copies) => ({
      paths: copies.paths.bind(copies),
      hash: copies.hash.bind(copies),
      async open(from, to, options) {
        if (to.path.includes('/code/') && busy-- > 0)
          throw new TrainyardError('COPY_BUSY', 'The same is being copied already.');
        return copies.open(from, to, options);
      },
    }),
  });
  await backups.keepNow(ask(lab), me);
  await lab.until('it is verified', () => shownOf(backups).includes('verified 120'));
  expect(busy).toBeLessThanOrEqual(0);
});

test('a full disk over there fails the backup, which never counts; what is kept stays', async () => {
  const lab = await world();
  const before = lab.open();
  await before.keepNow(ask(lab), me);
  await lab.until('the first is verified', () => shownOf(before).includes('verified 120'));
  const [kept] = before.list();
  rmSync(path.join(lab.code, 'checkpoints', 'last.pt'));
  const backups = lab.open({ meddle: failing(full, 1) });
  await backups.setPolicy(lab.runId, { ...policy, enabled: false }, me);
  await backups.keepNow(ask(lab), me);
  await lab.until('it has failed', () => shownOf(backups).some((one) => one.startsWith('failed')));
  expect(backups.list().find(({ state }) => state === 'failed')?.error?.code).toBe('COPY_DISK_FULL');
  expect(shownOf(backups)).toContain('verified 120');
  await until('what it left is gone', () => readdirSync(lab.backups).length === 1);
  expect(readdirSync(lab.backups)).toEqual([kept?.id]);
});

test('a copy that is cancelled leaves nothing', async () => {
  const lab = await world();
  let copying = false;
  const backups = lab.open({
    meddle: (copies) => ({
      paths: copies.paths.bind(copies),
      hash: copies.hash.bind(copies),
      async open(...args) {
        const session = await copies.open(...args);
        return {
          kind: session.kind,
          close: () => session.close(),
          send: (_files, { signal }) =>
            new Promise((_resolve, reject) => {
              copying = true;
              signal.addEventListener('abort', () => reject(signal.reason));
            }),
        };
      },
    }),
  });
  const [asked] = await backups.keepNow(ask(lab), me);
  await lab.until('it copies', () => copying);
  expect(await backups.cancel(asked?.id ?? '', me)).toMatchObject({
    state: 'failed',
    error: { code: 'CANCELLED' },
  });
});

test('restored where the code is not: code, files and checkpoint come from the backup, once', async () => {
  const lab = await world();
  const backups = lab.open();
  await backups.setPolicy(lab.runId, { ...policy, enabled: false }, me);
  const [asked] = await backups.keepNow(ask(lab), me);
  await lab.until('it is verified', () => shownOf(backups).includes('verified 120'));
  const request = { requestId: newId(), backupId: asked?.id ?? '', machineId: boxB, secrets: {} };
  await backups.restore(request, me, AbortSignal.timeout(60_000));
  await backups.restore(request, me, AbortSignal.timeout(60_000));
  const code = path.join(lab.homes[boxB] ?? '', '.trainyard', 'runs', lab.runId, 'code');
  expect(lab.begun).toMatchObject([
    { epoch: 2, resume: { path: path.join(code, 'checkpoints', 'last.pt'), step: 120 } },
  ]);
  expect(readdirSync(code).sort()).toEqual(['checkpoints', 'history.tsv', 'train.py']);
  expect(readdirSync(path.join(code, 'checkpoints'))).toEqual(['last.pt']);
  expect(lab.claims.size).toBe(0);
});

test('killed in the middle of a restore, the next process lets go of the run', async () => {
  const lab = await world();
  let reached = false;
  const first = lab.open({
    onStep(step) {
      if (step !== 'brought') return undefined;
      reached = true;
      return never;
    },
  });
  const [asked] = await first.keepNow(ask(lab), me);
  await lab.until('it is verified', () => shownOf(first).includes('verified 120'));
  const request = { requestId: newId(), backupId: asked?.id ?? '', machineId: boxB, secrets: {} };
  first.restore(request, me, new AbortController().signal).catch(() => undefined);
  await until('it has brought everything', () => reached);
  expect(lab.claims.size).toBe(1);
  const second = lab.open();
  second.start();
  expect(lab.claims.size).toBe(0);
  expect(lab.begun).toEqual([]);
  await second.restore(request, me, AbortSignal.timeout(60_000));
  expect(lab.begun).toHaveLength(1);
});
