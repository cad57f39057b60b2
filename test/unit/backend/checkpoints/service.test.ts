import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type CheckpointLooks, Checkpoints } from '#backend/checkpoints/index.ts';
import type { Copies, Manifest } from '#backend/copies/index.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Run } from '#shared/domain/run.ts';
import { FakeBox } from '#test/fakes/box.ts';
import { until } from '#test/until.ts';
import { type Laptop, laptop, manual, me } from '../runs/world.ts';

const [boxA, boxB] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];
const yaml = (more = '') => `run: python train.py\ncheckpoint:\n  path: out\n${more}`;
const saved = (step: number, more: Partial<FoundCheckpoint> = {}): FoundCheckpoint => ({
  path: `step-${step}`,
  framework: 'torch',
  step,
  files: [`step-${step}/a`, `step-${step}/b`],
  bytes: 10,
  modifiedAt: step,
  complete: true,
  why: { code: 'CHECKPOINT_COMPLETE', params: {}, message: 'complete' },
  ...more,
});

interface Lab {
  app: Laptop;
  checkpoints: Checkpoints;
  /** What lies on each machine, and how often it was looked at. */
  there: Map<string, FoundCheckpoint[] | TrainyardError>;
  looks: string[];
  told: string[];
  hashed: string[];
  asked: unknown[];
  box: FakeBox;
}

async function lab(): Promise<Lab> {
  const boxes = new Map([boxA, boxB].map((id) => [id, new FakeBox()]));
  const app = await laptop(boxes);
  const there: Lab['there'] = new Map();
  const [looked, told, hashed, asked]: [string[], string[], string[], unknown[]] = [[], [], [], []];
  const looks: CheckpointLooks = {
    async inspect(machineId, directory) {
      looked.push(`${machineId} ${directory}`);
      const found = there.get(machineId) ?? [];
      if (found instanceof TrainyardError) throw found;
      return found;
    },
    watch: async () => undefined,
    directoryOf: (spec, directory) =>
      spec.checkpoint === null ? null : `${directory}/code/${spec.checkpoint.path}`,
    ownOf: () => null,
  };
  const copies: Pick<Copies, 'hash'> = {
    async hash(_place, files) {
      hashed.push(files.toString());
      return { algorithm: 'sha256', files: new Map(), digest: `digest of ${files}` } satisfies Manifest;
    },
  };
  const checkpoints = new Checkpoints({
    store: app.store,
    events: app.events,
    activity: { record: (entry) => void app.activity.push(entry) },
    clock: app.clock,
    log: pino({ level: 'silent' }),
    access: app.access,
    looks,
    copies,
    ask: async (attempt, how) => asked.push([attempt.epoch, how]),
  });
  checkpoints.start();
  onTestFinished(() => checkpoints.close());
  app.events.subscribe((event) => event.type === 'checkpoints.changed' && told.push(event.runId));
  const box = boxes.get(boxA);
  if (!box) throw new Error('it was just made');
  return { app, checkpoints, there, looks: looked, told, hashed, asked, box };
}

const running = async ({ app }: Lab, more = ''): Promise<Run> => {
  const run = await app.launch(boxA, yaml(more));
  await until('it runs', () => {
    manual(app.clock).advance(1);
    return app.state(run.id) === 'running';
  });
  return app.runs.get(run.id);
};
const never = () => AbortSignal.timeout(60_000);
const shortly = (list: { path: string; step: number | null; complete: boolean; gone: boolean }[]) =>
  list.map(({ path, complete, gone }) => `${path}${gone ? ' gone' : complete ? '' : ' incomplete'}`);

test('what was found is remembered, newest first; what the trainer removed is gone; nothing new is not told', async () => {
  const all = await lab();
  const { checkpoints, there, told } = all;
  const run = await running(all);
  there.set(boxA, [saved(9), saved(10), saved(100, { complete: false })]);
  expect(shortly(await checkpoints.refresh(run.id, never()))).toEqual([
    'step-100 incomplete',
    'step-10',
    'step-9',
  ]);
  await until('the whole ones were hashed', () => all.hashed.length === 2);
  await until('that is told', () => checkpoints.list(run.id)[1]?.manifest !== null);
  const before = told.length;
  await checkpoints.refresh(run.id, never());
  expect(told.length).toBe(before);
  there.set(boxA, [saved(10), saved(100)]);
  await checkpoints.refresh(run.id, never());
  expect(shortly(checkpoints.list(run.id))).toEqual(['step-100', 'step-10', 'step-9 gone']);
  const [, kept] = checkpoints.list(run.id);
  expect(kept).toMatchObject({ epoch: 1, fileCount: 2, copies: [{ kind: 'run', machineId: boxA }] });
  expect(kept?.manifest?.digest).toBe('digest of step-10/a,step-10/b');
});

test('one that is written anew under its name loses its hash; one that comes along in a move keeps it', async () => {
  const all = await lab();
  const { checkpoints, there, app } = all;
  const run = await running(all);
  there.set(boxA, [saved(10)]);
  await checkpoints.refresh(run.id, never());
  await until('it was hashed', () => checkpoints.list(run.id)[0]?.manifest !== null);
  const [attempt] = app.store.runs.attempts(run.id);
  if (!attempt) throw new Error('it runs');
  app.store.runs.adoptAttempt({
    ...attempt,
    epoch: 2,
    machineId: boxB,
    machineName: 'b',
    directory: '/elsewhere',
  });
  there.set(boxB, [saved(10)]);
  await checkpoints.refresh(run.id, never());
  const [moved] = checkpoints.list(run.id);
  expect(moved?.manifest).not.toBeNull();
  expect(moved).toMatchObject({ epoch: 1 });
  expect(moved?.copies.map(({ kind, machineId }) => `${kind} ${machineId}`)).toEqual([
    `run ${boxB}`,
    `moved ${boxA}`,
  ]);
  there.set(boxB, [saved(10, { modifiedAt: 11 })]);
  await checkpoints.refresh(run.id, never());
  await until('it was hashed anew', () => all.hashed.length === 2);
  expect(checkpoints.list(run.id)[0]).toMatchObject({ epoch: 2, copies: [{ kind: 'run', machineId: boxB }] });
});

test('while it trains it is looked at as often as it saves, and once at its end; where it is not connected, not at all', async () => {
  const all = await lab();
  const { app, looks, box } = all;
  const run = await running(all, '  every: 2m\n');
  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds; at += 5) {
      manual(app.clock).advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await until('it was looked at', async () => {
    await pass(5);
    return looks.length > 0;
  });
  const before = looks.length;
  await pass(110);
  expect(looks.length).toBe(before);
  await pass(60);
  expect(looks.length).toBe(before + 1);
  app.access.cut(boxA);
  await pass(600);
  expect(looks.length).toBe(before + 1);
  app.access.connect(boxA);
  await pass(10);
  const connected = looks.length;
  box.end(run.id, 1, 0);
  await until('its end is known', async () => {
    await pass(5);
    return app.state(run.id) === 'succeeded';
  });
  await until('it was looked at', () => looks.length > connected);
});

test('a directory that is not there yet is no error; a machine out of reach is', async () => {
  const all = await lab();
  const run = await running(all);
  all.there.set(boxA, new TrainyardError('CHECKPOINT_DIRECTORY_MISSING', 'none'));
  expect(await all.checkpoints.refresh(run.id, never())).toEqual([]);
  all.there.set(boxA, new TrainyardError('MACHINE_UNREACHABLE', 'away'));
  await expect(all.checkpoints.refresh(run.id, never())).rejects.toMatchObject({
    code: 'MACHINE_UNREACHABLE',
  });
  expect(() => all.checkpoints.list('zzzzzzzzzzzz')).toThrow(
    expect.objectContaining({ code: 'RUN_UNKNOWN' }),
  );
  await expect(all.checkpoints.inspect(boxA, '/x', 'nonsense', never())).rejects.toMatchObject({
    code: 'CHECKPOINT_FRAMEWORK_UNKNOWN',
  });
});

test('a trainer is asked as its task file says, and not where it says nothing', async () => {
  const all = await lab();
  const run = await running(all, '  request: { signal: USR1 }\n');
  await all.checkpoints.request(run.id, me, never());
  expect(all.asked).toEqual([[1, { signal: 'USR1' }]]);
  const silent = await running(all);
  await expect(all.checkpoints.request(silent.id, me, never())).rejects.toMatchObject({
    code: 'CHECKPOINT_NO_REQUEST',
  });
});
