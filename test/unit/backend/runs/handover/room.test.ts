import { expect, test } from 'vitest';
import type { Beginning, RunHandover } from '#backend/runs/handover.ts';
import type { Run } from '#shared/domain/run.ts';
import { FakeBox } from '#test/fakes/box.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';
import { gpu } from '../queue/gpu.ts';
import { addMachine, boxA, boxB, FakeAccess, Laptop, laptop, manual, me } from '../world.ts';

const patience = () => AbortSignal.timeout(30_000);
const twoBoxes = () =>
  new Map([
    [boxA, new FakeBox()],
    [boxB, new FakeBox()],
  ]);
const boxOf = (boxes: Map<string, FakeBox>, id: string): FakeBox => {
  const box = boxes.get(id);
  if (box === undefined) throw new Error('no such box');
  return box;
};
const handoverOf = (app: Laptop): RunHandover => app.runs.handover;

async function running(app: Laptop, yaml?: string, name = 'one'): Promise<Run> {
  const run = await app.launch(boxA, yaml, { name });
  await until('it runs', () => app.state(run.id) === 'running');
  return run;
}

const beginning = (run: Run, more: Partial<Beginning> = {}): Beginning => ({
  runId: run.id,
  epoch: 2,
  machineId: boxB,
  accelerators: [],
  resume: null,
  prepared: false,
  actor: me,
  reason: 'migration',
  signal: patience(),
  ...more,
});

test('a claimed run is refused to everybody else until it is released, also after the app was killed', async () => {
  const app = await laptop(twoBoxes());
  const run = await running(app);
  handoverOf(app).claim(run.id, 'move-1');
  handoverOf(app).claim(run.id, 'move-1');
  expect(() => handoverOf(app).claim(run.id, 'move-2')).toThrow(
    expect.objectContaining({ code: 'RUN_CLAIMED' }),
  );
  await app.restart();
  const refused = expect.objectContaining({ code: 'RUN_CLAIMED' });
  expect(() => app.runs.restart(run.id, { secrets: {} }, me)).toThrow(refused);
  expect(() => app.runs.archive(run.id, true, me)).toThrow(refused);
  await expect(app.runs.delete(run.id, false, me)).rejects.toMatchObject({ code: 'RUN_CLAIMED' });
  handoverOf(app).release(run.id, 'move-2');
  expect(handoverOf(app).claimedBy(run.id)).toBe('move-1');
  handoverOf(app).release(run.id, 'move-1');
  expect(handoverOf(app).claimedBy(run.id)).toBeNull();
  expect(app.runs.archive(run.id, true, me).archived).toBe(true);
});

test('a stop by the user goes through a claim and is told to whoever has it, once and also after the end', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  const told: number[] = [];
  handoverOf(app).onUserStop((_, epoch) => told.push(epoch));
  handoverOf(app).claim(run.id, 'move-1');
  app.runs.stop(run.id, undefined, me);
  await until('it has stopped', () => app.state(run.id) === 'stopped');
  app.runs.kill(run.id, me);
  expect(told).toEqual([1, 1]);
  expect(handoverOf(app).stopAsked(run.id, 1)).toBe(true);
});

test('the end of a claimed run is told only when the claim is over, and not where the run has gone on', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const notices = () => app.store.notices.list().map(({ code }) => code);
  const run = await running(app);
  handoverOf(app).claim(run.id, 'move-1');
  boxOf(boxes, boxA).end(run.id, 1, 1);
  await until('it has failed', () => app.state(run.id) === 'failed');
  expect(notices()).toEqual([]);
  handoverOf(app).release(run.id, 'move-1');
  expect(notices()).toEqual(['RUN_FAILED']);

  const other = await running(app, undefined, 'two');
  handoverOf(app).claim(other.id, 'move-2');
  boxOf(boxes, boxA).end(other.id, 1, null, 'timer');
  await until('it has stopped', () => app.state(other.id) === 'stopped');
  await handoverOf(app).begin(beginning(other));
  handoverOf(app).markMoved(other.id, 1, 'box-bb');
  handoverOf(app).release(other.id, 'move-2');
  expect(notices()).toEqual(['RUN_FAILED']);
  expect(app.runs.get(other.id).attempts[0]?.evidence).toMatchObject({ kind: 'moved' });
});

test('accelerators that are put aside are kept from the queue, also after the app was killed', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes, [gpu(0), gpu(1)]);
  const yaml = 'resources: {accelerators: "A100:2"}\nrun: x';
  const run = await running(app, yaml);
  expect(
    handoverOf(app)
      .reserve(run.id, boxB, 'move-1')
      .map(({ uuid }) => uuid),
  ).toEqual(['GPU-0', 'GPU-1']);
  await app.restart();
  const waiting = await app.launch(boxB, 'resources: {accelerators: "A100:1"}\nrun: x', { name: 'later' });
  await until('it waits for the run that will come', () => {
    const { evidence } = app.runs.get(waiting.id);
    return evidence.kind === 'queued' && evidence.reason.includes('run "one"');
  });
  expect(handoverOf(app).reserve(run.id, boxB, 'move-1')).toHaveLength(2);
  expect(() => handoverOf(app).reserve(waiting.id, boxB, 'move-2')).toThrow(
    expect.objectContaining({ code: 'MACHINE_FULL' }),
  );
  // Those it has where it runs are its own.
  expect(
    handoverOf(app)
      .reserve(run.id, boxA, 'move-1')
      .map(({ index }) => index),
  ).toEqual([0, 1]);
  handoverOf(app).unreserve(run.id, boxB, 'move-1');
  await until('the other runs', () => app.state(waiting.id) === 'running');
});

test('a trainer that takes any number of GPUs gets as many as there are', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes, [gpu(0), gpu(1)]);
  const elastic = 'checkpoint: {path: c, elastic: true}\n';
  const run = await running(app, `${elastic}resources: {accelerators: "A100:2"}\nrun: x`);
  const other = await app.launch(boxB, 'resources: {accelerators: "A100:1"}\nrun: x', { name: 'other' });
  await until('the other runs', () => app.state(other.id) === 'running');
  expect(
    handoverOf(app)
      .reserve(run.id, boxB, 'move-1')
      .map(({ uuid }) => uuid),
  ).toEqual(['GPU-1']);
});

test('begun twice it is one attempt, with the same launch', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes, [gpu(0), gpu(1)]);
  const yaml = [
    'checkpoint: {path: c, resume: {argument: --resume, env: FROM}}',
    'resources: {accelerators: "A100:1"}',
    'run: python train.py',
  ].join('\n');
  const run = await running(app, yaml);
  handoverOf(app).claim(run.id, 'move-1');
  boxOf(boxes, boxA).end(run.id, 1, null, 'user');
  await until('it has stopped', () => app.state(run.id) === 'stopped');
  const accelerators = handoverOf(app).reserve(run.id, boxB, 'move-1');
  const asked = beginning(run, { accelerators, resume: { path: '/x/c/step 5', step: 5 } });
  const [first, second] = [await handoverOf(app).begin(asked), await handoverOf(app).begin(asked)];
  expect(second).toMatchObject({ epoch: 2, machineId: boxB, pid: first.pid });
  expect(boxOf(boxes, boxB).launched).toEqual([{ runId: run.id, epoch: 2 }]);
  expect(boxOf(boxes, boxB).environments.get(`${run.id}/2`)).toMatchObject({
    FROM: '/x/c/step 5',
    TRAINYARD_CHECKPOINT: '/x/c/step 5',
    TRAINYARD_CHECKPOINT_STEP: '5',
    CUDA_VISIBLE_DEVICES: 'GPU-0',
  });
  expect(boxOf(boxes, boxB).attempt(run.id, 2).launch.run).toBe("python train.py --resume '/x/c/step 5'");
  expect(app.runs.get(run.id)).toMatchObject({ epoch: 2, machineId: boxB, state: 'running' });
});

test.each(['before', 'after'])(
  'a launch whose answer is lost %s it took effect is begun again as the same',
  async (when) => {
    const boxes = twoBoxes();
    const app = await laptop(boxes);
    const run = await running(app);
    handoverOf(app).claim(run.id, 'move-1');
    boxOf(boxes, boxA).end(run.id, 1, null, 'user');
    await until('it has stopped', () => app.state(run.id) === 'stopped');
    let lost = false;
    boxOf(boxes, boxB).onCall = (name, done) => {
      if (name !== 'launch' || lost || done !== (when === 'after')) return;
      lost = true;
      app.access.cut(boxB);
    };
    await expect(handoverOf(app).begin(beginning(run))).rejects.toMatchObject({ retryable: true });
    await app.restart();
    expect(app.runs.get(run.id)).toMatchObject({ epoch: 2, machineId: boxB });
    app.access.connect(boxB);
    const attempt = await handoverOf(app).begin(beginning(run));
    expect(attempt).toMatchObject({ epoch: 2, state: 'running' });
    expect(boxOf(boxes, boxB).launched).toEqual([{ runId: run.id, epoch: 2 }]);
  },
);

test('what a box refuses for good has failed, and says so again', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  handoverOf(app).claim(run.id, 'move-1');
  boxOf(boxes, boxA).end(run.id, 1, null, 'user');
  await until('it has stopped', () => app.state(run.id) === 'stopped');
  boxOf(boxes, boxB).entomb(run.id, 5, 'elsewhere');
  const refused = { code: 'RUN_MOVED' };
  await expect(handoverOf(app).begin(beginning(run))).rejects.toMatchObject(refused);
  expect(app.runs.get(run.id)).toMatchObject({ state: 'failed', evidence: { kind: 'launch-failed' } });
  await expect(handoverOf(app).begin(beginning(run))).rejects.toMatchObject(refused);
  // Back to where it was.
  const back = beginning(run, { epoch: 3, machineId: boxA, reason: 'roll-back', prepared: true });
  expect(await handoverOf(app).begin(back)).toMatchObject({ epoch: 3, state: 'running' });
});

test('an attempt that never got to its box has failed when it is ended', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  boxOf(boxes, boxA).end(run.id, 1, null, 'user');
  await until('it has stopped', () => app.state(run.id) === 'stopped');
  boxOf(boxes, boxB).onCall = (name) => {
    if (name === 'launch') app.access.cut(boxB);
  };
  await expect(handoverOf(app).begin(beginning(run))).rejects.toMatchObject({ retryable: true });
  boxOf(boxes, boxB).onCall = () => {};
  app.access.connect(boxB);
  await until('it is connected', () => handoverOf(app).connected(boxB) !== null);
  expect(await handoverOf(app).look(run.id, 2, patience())).toBeNull();
  await handoverOf(app).end(run.id, 2, 0, patience());
  expect(app.runs.get(run.id).state).toBe('failed');
});

test('a run whose files cannot be read is not taken for gone', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  boxOf(boxes, boxA).unreadable.add(run.id);
  await expect(handoverOf(app).look(run.id, 1, patience())).rejects.toMatchObject({
    code: 'RUN_UNREADABLE',
    retryable: true,
  });
  boxOf(boxes, boxA).unreadable.clear();
  expect(await handoverOf(app).look(run.id, 1, patience())).toMatchObject({ box: { phase: 'running' } });
});

test('steps are read though nobody looks, and each word of the box is heard', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  const seen: string[] = [];
  const stop = handoverOf(app).onSeen(run.id, (attempt, box) => seen.push(`${attempt.epoch} ${box.phase}`));
  const follow = new AbortController();
  handoverOf(app).follow(run.id, 1, follow.signal);
  expect(handoverOf(app).lastStep(run.id, 1)).toBeNull();
  boxOf(boxes, boxA).print(run.id, 1, 'step 41/100 loss=0.5\n');
  await until('the step', () => handoverOf(app).lastStep(run.id, 1) === 41);
  expect(await handoverOf(app).look(run.id, 1, patience())).toMatchObject({ box: { phase: 'running' } });
  expect(seen).toContain('1 running');
  follow.abort();
  stop();
  await app.restart();
  expect(handoverOf(app).lastStep(run.id, 1)).toBe(41);
});

test('another laptop finds a moved run whole, whichever box it sees first, and never two live attempts', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  handoverOf(app).claim(run.id, 'move-1');
  const other = new Laptop(
    await tempStore({ clock: new ManualClock() }),
    new FakeAccess(boxes),
    new ManualClock(),
    await tempDirectory('other'),
  );
  for (const id of boxes.keys()) addMachine(other.store, id, []);
  other.runs.start();
  other.access.connect(boxA);
  await until('the other sees it', () => other.store.runs.summary(run.id)?.state === 'running');
  other.access.cut(boxA);

  boxOf(boxes, boxA).end(run.id, 1, null, 'user');
  await until('it has stopped', () => app.state(run.id) === 'stopped');
  await handoverOf(app).begin(beginning(run));
  boxOf(boxes, boxB).end(run.id, 2, null, 'user');
  await until('it has stopped again', () => app.state(run.id) === 'stopped');
  await handoverOf(app).begin(beginning(run, { epoch: 3, prepared: true, reason: 'recovery' }));
  boxOf(boxes, boxA).entomb(run.id, 1, 'box-bb');
  handoverOf(app).markMoved(run.id, 1, 'box-bb');
  handoverOf(app).release(run.id, 'move-1');

  other.access.connect(boxB);
  await until('the other has the newest', () => other.store.runs.summary(run.id)?.epoch === 3);
  await until('and those between', () => other.store.runs.attempts(run.id).length === 3);
  const live = other.store.runs.liveAttempts().filter(({ runId }) => runId === run.id);
  expect(live.map(({ epoch, machineId }) => [epoch, machineId])).toEqual([[3, boxB]]);
  other.access.connect(boxA);
  await until('what the source says', () => {
    const [first] = other.store.runs.attempts(run.id);
    return first?.evidence.kind === 'moved' && first.evidence.toMachineName === 'box-bb';
  });
  expect(other.store.runs.summary(run.id)).toMatchObject({ epoch: 3, machineId: boxB, state: 'running' });
  await other.runs.close();
});

test('one that was given up and comes back alive is stopped', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  app.access.cut(boxA);
  handoverOf(app).markLost(run.id, 1, 'desktop');
  expect(app.runs.get(run.id)).toMatchObject({ state: 'lost', evidence: { kind: 'host-lost' } });
  await handoverOf(app).begin(beginning(run, { reason: 'recovery' }));
  app.access.connect(boxA);
  await until('it is stopped', () => boxOf(boxes, boxA).attempt(run.id, 1).phase === 'ended');
  expect(app.runs.get(run.id)).toMatchObject({ epoch: 2, state: 'running' });
});

test('a machine that is being drained takes no launch, no restart, and holds its queue', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes, [gpu(0)]);
  const yaml = 'resources: {accelerators: "A100:1"}\nrun: x';
  const run = await running(app, yaml);
  const next = await app.launch(boxA, yaml, { name: 'next' });
  app.store.machines.setPolicy(boxA, { draining: true, window: null, preference: 0 });
  const refused = { code: 'MACHINE_DRAINING' };
  await expect(app.launch(boxA)).rejects.toMatchObject(refused);
  expect(() => app.runs.restart(run.id, { secrets: {} }, me)).toThrow(expect.objectContaining(refused));
  boxOf(boxes, boxA).end(run.id, 1, 0);
  await until('it has ended', () => app.state(run.id) === 'succeeded');
  await until('the next says why', () => {
    const { evidence } = app.runs.get(next.id);
    return evidence.kind === 'queued' && evidence.reason === 'the machine takes no new runs';
  });
  app.store.machines.setPolicy(boxA, { draining: false, window: null, preference: 0 });
  const machine = app.store.machines.require(boxA);
  app.events.publish({ type: 'machine.changed', machine });
  await until('it runs', () => app.state(next.id) === 'running');
  manual(app.clock).advance(1);
});

test('an attempt that the box began by itself after a reboot is the next of the run we know', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const secret = { secrets: { HF_TOKEN: 'x' } };
  const run = await app.runs.launch(app.request(boxA, 'secrets: {HF_TOKEN: null}\nrun: x', secret), me);
  await until('it runs', () => app.state(run.id) === 'running');
  const box = boxOf(boxes, boxA);
  app.access.cut(boxA);
  box.reboot();
  box.launch({ ...box.attempt(run.id, 1).launch, epoch: 2, token: 'boot' });
  app.access.connect(boxA);
  await until('it is known', () => app.runs.get(run.id).epoch === 2 && app.state(run.id) === 'running');
  expect(app.runs.get(run.id).attempts.map(({ state, machineId }) => [state, machineId])).toEqual([
    ['lost', boxA],
    ['running', boxA],
  ]);
  // What it was given is known of it, too.
  expect(handoverOf(app).missingSecrets(run.id)).toEqual([]);
  app.runs.stop(run.id, undefined, me);
  await until('it is stopped', () => app.state(run.id) === 'stopped');
});

test('a stop by its own armed time is no failure', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes);
  const run = await running(app);
  boxOf(boxes, boxA).end(run.id, 1, null, 'timer');
  await until('it has stopped', () => app.state(run.id) === 'stopped');
  expect(app.runs.get(run.id).evidence).toMatchObject({ kind: 'exit-record', by: 'timer' });
  expect(app.store.notices.list()).toEqual([]);
});

test('what a box would start after its reboot is the launch as it was, without its secrets', async () => {
  const boxes = twoBoxes();
  const app = await laptop(boxes, [gpu(0)]);
  const yaml = [
    'secrets: {HF_TOKEN: null}',
    'resources: {accelerators: "A100:1"}',
    'run: python train.py',
    'checkpoint: {path: c, resume: {argument: --resume}}',
  ].join('\n');
  const run = await app.runs.launch(app.request(boxA, yaml, { secrets: { HF_TOKEN: 'hush' } }), me);
  await until('it runs', () => app.state(run.id) === 'running');
  const { launch, secretNames } = await handoverOf(app).bootLaunch(run.id, 1, { path: '/c/5', step: 5 });
  expect(secretNames).toEqual(['HF_TOKEN']);
  expect(launch.run).toBe('python train.py --resume /c/5');
  expect(launch.env).toMatchObject({ CUDA_VISIBLE_DEVICES: 'GPU-0', TRAINYARD_CHECKPOINT_STEP: '5' });
  expect(JSON.stringify(launch)).not.toContain('hush');
});
