import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { FakeBox } from '#test/fakes/box.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { gpu } from './queue/gpu.ts';
import { boxA, boxB, laptop, manual, me, oneBox } from './world.ts';

const boxOf = (boxes: Map<string, FakeBox>, id = boxA): FakeBox => {
  const box = boxes.get(id);
  if (box === undefined) throw new Error('no such box');
  return box;
};

test('a launch comes back queued, runs, and ends with the evidence of its exit record', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const run = await app.launch(boxA);
  expect(run).toMatchObject({ epoch: 1, machineId: boxA });
  await until('it runs', () => app.state(run.id) === 'running');
  boxOf(boxes).end(run.id, 1, 0);
  await until('it has ended', () => app.state(run.id) === 'succeeded');
  expect(app.runs.get(run.id)).toMatchObject({
    exitCode: 0,
    evidence: { kind: 'exit-record', by: 'itself' },
  });
  expect(app.activity).toMatchObject([{ action: 'run.launch', target: run.id }]);
  expect(app.told.some((event) => event.type === 'run.changed' && event.run.state === 'succeeded')).toBe(
    true,
  );
});

test('the same request twice, at once and later, is one run', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const request = app.request(boxA);
  const [first, second] = await Promise.all([app.runs.launch(request, me), app.runs.launch(request, me)]);
  await until('it runs', () => app.state(first.id) === 'running');
  const third = await app.runs.launch(request, me);
  expect(new Set([first.id, second.id, third.id]).size).toBe(1);
  expect(boxOf(boxes).launched).toEqual([{ runId: first.id, epoch: 1 }]);
});

test('what cannot be run is refused with the reason, and leaves nothing', async () => {
  const app = await laptop(oneBox(), [gpu(0)]);
  await expect(app.launch(boxA, 'runn: x')).rejects.toMatchObject({
    code: 'TASK_INVALID',
  });
  const asks = (accelerators: string) =>
    app.launch(boxA, `resources: {accelerators: "${accelerators}"}\nrun: x`);
  await expect(asks('H100:1')).rejects.toMatchObject({
    code: 'RUN_NO_SUCH_ACCELERATOR',
  });
  await expect(asks('A100:2')).rejects.toMatchObject({
    code: 'RUN_NO_SUCH_ACCELERATOR',
  });
  await expect(app.launch(boxA, 'workdir: ./nowhere-here\nrun: x')).rejects.toMatchObject({
    code: 'WORKDIR_MISSING',
  });
  await expect(app.launch(boxA, 'secrets: {T: null}\nrun: x')).rejects.toMatchObject({
    code: 'RUN_SECRETS_NEEDED',
  });
  await expect(app.launch('cccccccccccc')).rejects.toMatchObject({
    code: 'MACHINE_UNKNOWN',
  });
  expect(
    app.runs.list({
      search: '',
      states: [],
      archived: false,
      sort: 'created',
      descending: true,
      offset: 0,
      limit: 10,
    }).total,
  ).toBe(0);
});

test('GPUs are given one run each; the next waits and says for whom, and starts when they are free', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes, [gpu(0), gpu(1)]);
  const yaml = 'resources: {accelerators: "A100:1"}\nrun: x';
  const runs = [];
  for (const name of ['one', 'two', 'three']) runs.push(await app.launch(boxA, yaml, { name }));
  const [one, two, three] = runs.map(({ id }) => id) as [string, string, string];
  await until('two run', () => app.state(one) === 'running' && app.state(two) === 'running');
  expect(app.runs.get(three)).toMatchObject({ state: 'queued', evidence: { kind: 'queued', position: 1 } });
  expect(app.runs.get(three).evidence).toMatchObject({ reason: expect.stringContaining('run "one"') });
  const env = boxOf(boxes).environments;
  expect(env.get(`${one}/1`)).toMatchObject({
    CUDA_VISIBLE_DEVICES: 'GPU-0',
    SKYPILOT_NUM_GPUS_PER_NODE: '1',
  });
  expect(env.get(`${two}/1`)).toMatchObject({ CUDA_VISIBLE_DEVICES: 'GPU-1' });
  boxOf(boxes).end(one, 1, 0);
  await until('the third runs', () => app.state(three) === 'running');
  expect(env.get(`${three}/1`)).toMatchObject({ CUDA_VISIBLE_DEVICES: 'GPU-0' });
});

test('a higher priority goes first', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes, [gpu(0)]);
  const yaml = 'resources: {accelerators: "A100:1"}\nrun: x';
  const first = await app.launch(boxA, yaml);
  await until('the first runs', () => app.state(first.id) === 'running');
  const low = await app.launch(boxA, yaml);
  const high = await app.launch(boxA, yaml);
  app.runs.setPriority(high.id, 10, me);
  expect(app.runs.get(high.id).evidence).toMatchObject({ position: 1 });
  expect(app.runs.get(low.id).evidence).toMatchObject({ position: 2 });
  boxOf(boxes).end(first.id, 1, 0);
  await until('the high one runs', () => app.state(high.id) === 'running');
  expect(app.state(low.id)).toBe('queued');
});

test('stop while queued, while running, and of one that ignores TERM, then kill', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes, [gpu(0)]);
  const yaml = 'resources: {accelerators: "A100:1"}\nrun: x';
  const running = await app.launch(boxA, yaml);
  const queued = await app.launch(boxA, yaml);
  await until('it runs', () => app.state(running.id) === 'running');
  expect(app.runs.stop(queued.id, 5, me)).toMatchObject({
    state: 'stopped',
    evidence: { kind: 'user', what: 'stop' },
  });
  boxOf(boxes).ignoresTerm.add(running.id);
  expect(app.runs.stop(running.id, 5, me)).toMatchObject({
    state: 'stopping',
    evidence: { kind: 'user', who: 'desktop' },
  });
  await until('the box stops it', () => boxOf(boxes).attempt(running.id, 1).phase === 'stopping');
  expect(app.state(running.id)).toBe('stopping');
  app.runs.kill(running.id, me);
  await until('it is stopped', () => app.state(running.id) === 'stopped');
  expect(app.runs.get(running.id).evidence).toMatchObject({ kind: 'exit-record', by: 'user' });
});

test('losing sight changes nothing but the time it was seen; a stop given meanwhile is delivered later', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
  const seenAt = app.runs.get(run.id).seenAt;
  app.access.cut(boxA);
  manual(app.clock).advance(3_600_000);
  expect(app.runs.get(run.id)).toMatchObject({ state: 'running', seenAt });
  expect(app.runs.stop(run.id, undefined, me)).toMatchObject({ state: 'stopping' });
  expect(boxOf(boxes).attempt(run.id, 1).phase).toBe('running');
  await app.restart();
  expect(app.state(run.id)).toBe('stopping');
  app.access.connect(boxA);
  await until('it is stopped', () => app.state(run.id) === 'stopped');
});

test('a launch while the machine is out of sight waits for it', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  app.access.cut(boxA);
  const run = await app.launch(boxA);
  await until('the reason is said', () => {
    const { evidence } = app.runs.get(run.id);
    return (
      evidence.kind === 'queued' && evidence.reason.includes('not connected: The machine cannot be reached')
    );
  });
  app.access.connect(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
});

test('a reboot with no exit record is proof that it is lost', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
  app.access.cut(boxA);
  boxOf(boxes).reboot();
  app.access.connect(boxA);
  await until('it is lost', () => app.state(run.id) === 'lost');
  expect(app.runs.get(run.id).evidence).toMatchObject({
    kind: 'rebooted',
    bootIdBefore: 'boot-1',
    bootIdNow: 'boot-2',
  });
});

test('restart right after stop, again and again: never two alive, epochs rise', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const run = await app.launch(boxA);
  for (let epoch = 1; epoch <= 5; epoch++) {
    await until(
      `attempt ${epoch} runs`,
      () => app.state(run.id) === 'running' && app.runs.get(run.id).epoch === epoch,
    );
    if (epoch % 2 === 0) app.runs.stop(run.id, 1, me);
    app.runs.restart(run.id, { secrets: {} }, me);
  }
  await until('the last runs', () => app.state(run.id) === 'running');
  expect(boxOf(boxes).launched.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(app.runs.get(run.id).attempts.map(({ state }) => state)).toEqual([
    'stopped',
    'stopped',
    'stopped',
    'stopped',
    'stopped',
    'running',
  ]);
});

test('a restart on another machine waits until the first attempt is proven gone', async () => {
  const boxes = new Map([...oneBox(), [boxB, new (boxOf(oneBox()).constructor as new () => FakeBox)()]]);
  const app = await laptop(boxes);
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
  app.access.cut(boxA);
  app.runs.restart(run.id, { machineId: boxB, secrets: {} }, me);
  await until('it waits', () => {
    const { evidence } = app.runs.get(run.id);
    return evidence.kind === 'queued' && evidence.reason.includes('has not ended yet');
  });
  expect(boxOf(boxes, boxB).launched).toEqual([]);
  app.access.connect(boxA);
  await until('it runs there', () => app.state(run.id) === 'running');
  expect(boxOf(boxes, boxB).launched).toEqual([{ runId: run.id, epoch: 2 }]);
  expect(boxOf(boxes).attempt(run.id, 1).phase).toBe('ended');
});

test('a wiped laptop finds every run again, with log, metrics and result', async () => {
  const boxes = oneBox();
  const first = await laptop(boxes);
  const done = await first.launch(boxA, 'run: a', { name: 'done', priority: 7 });
  const going = await first.launch(boxA, 'run: b', { name: 'going' });
  await until('both run', () => [done, going].every(({ id }) => first.state(id) === 'running'));
  boxOf(boxes).print(done.id, 1, 'step 1 loss=0.5\n');
  boxOf(boxes).end(done.id, 1, 3);
  boxOf(boxes).print(going.id, 1, 'step 9 loss=0.25\n');

  const second = await laptop(boxes);
  await until(
    'both are there',
    () => second.runs.counts().failed === 1 && second.runs.counts().running === 1,
  );
  expect(second.runs.get(done.id)).toMatchObject({
    name: 'done',
    priority: 7,
    yaml: 'run: a',
    exitCode: 3,
    state: 'failed',
  });
  await until('their logs were read', () => {
    manual(second.clock).advance(1000);
    return [done, going].every(({ id }) => second.runs.metrics(id, 10).length === 1);
  });
  expect(second.runs.metrics(going.id, 10)).toMatchObject([{ name: 'loss', points: [[9, 0.25]] }]);
  second.access.cut(boxA);
  expect((await second.runs.readLog(done.id, 1, 0, 100)).bytes.toString()).toBe('step 1 loss=0.5\n');
});

test('what a box says of its runs is checked: names without escape sequences, damaged ones said and left alone', async () => {
  const boxes = oneBox();
  const box = boxOf(boxes);
  const first = await laptop(boxes);
  const [good, bad] = [await first.launch(boxA, 'run: a'), await first.launch(boxA, 'run: b')];
  await until('both run', () => [good, bad].every(({ id }) => first.state(id) === 'running'));
  const { launch } = box.attempt(good.id, 1);
  launch.specification = JSON.stringify({ ...JSON.parse(launch.specification), name: 'evil\u001b[2J\nname' });
  box.attempt(bad.id, 1).launch.specification = '{"version": 1, "name": 5}';
  const second = await laptop(boxes);
  await until('the good one is there', () => second.runs.counts().running === 1);
  expect(second.runs.get(good.id).name).toBe('evil [2J name');
  await until('the other is said', () =>
    second.store.notices.list().some(({ code }) => code === 'RUN_DAMAGED_ON_BOX'),
  );
  expect(box.runs.size).toBe(2);
});

test('two laptops on one box: both see both; a stop by one is seen by the other', async () => {
  const boxes = oneBox();
  const [one, two] = [await laptop(boxes), await laptop(boxes)];
  const mine = await one.launch(boxA);
  await until('it runs', () => one.state(mine.id) === 'running');
  await until('the other sees it', () => {
    manual(two.clock).advance(60_000);
    return two.runs.counts().running === 1;
  });
  two.runs.stop(mine.id, 1, me);
  await until('both know', () => one.state(mine.id) === 'stopped' && two.state(mine.id) === 'stopped');
});

test('two laptops and one GPU: the second waits for the run of the first', async () => {
  const boxes = oneBox();
  const [one, two] = [await laptop(boxes, [gpu(0)]), await laptop(boxes, [gpu(0)])];
  const yaml = 'resources: {accelerators: "A100:1"}\nrun: x';
  const mine = await one.launch(boxA, yaml, { name: 'mine' });
  await until('it runs', () => one.state(mine.id) === 'running');
  const theirs = await two.launch(boxA, yaml);
  await until('it waits', () => {
    const { state, evidence } = two.runs.get(theirs.id);
    manual(two.clock).advance(1000);
    return state === 'queued' && evidence.kind === 'queued' && evidence.reason.includes('held by run "mine"');
  });
  boxOf(boxes).end(mine.id, 1, 0);
  await until('it runs', () => {
    manual(two.clock).advance(60_000);
    return two.state(theirs.id) === 'running';
  });
});

test('delete: refused while alive; removed on the box, also when that is only seen later; never adopted again', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
  await expect(app.runs.delete(run.id, false, me)).rejects.toMatchObject({ code: 'RUN_NOT_ENDED' });
  boxOf(boxes).print(run.id, 1, 'hello');
  boxOf(boxes).end(run.id, 1, 0);
  await until('it has ended', () => app.state(run.id) === 'succeeded');
  await until('its log is here', async () => (await app.runs.previewDelete(run.id)).logBytes === 5);
  expect(await app.runs.previewDelete(run.id)).toEqual({ boxBytes: 4096, boxReachable: true, logBytes: 5 });
  app.access.cut(boxA);
  expect(await app.runs.previewDelete(run.id)).toEqual({ boxBytes: null, boxReachable: false, logBytes: 5 });
  await app.runs.delete(run.id, false, me);
  expect(() => app.runs.get(run.id)).toThrow(expect.objectContaining({ code: 'RUN_UNKNOWN' }));
  expect(boxOf(boxes).runs.size).toBe(1);
  app.access.connect(boxA);
  await until('the box has removed it', () => boxOf(boxes).runs.size === 0);
  await until('code that only it used was collected there', () => app.code.collected.length === 1);
  expect(readdirSync(path.join(app.dataDirectory, 'logs'))).toEqual([]);

  const kept = await app.launch(boxA);
  await until('it runs', () => app.state(kept.id) === 'running');
  boxOf(boxes).end(kept.id, 1, 0);
  await until('it has ended', () => app.state(kept.id) === 'succeeded');
  await app.runs.delete(kept.id, true, me);
  await app.restart();
  await until('the box was asked', () => app.access.connections.get(boxA)?.channels === 0);
  expect(boxOf(boxes).runs.size).toBe(1);
  expect(app.runs.counts().succeeded).toBe(0);
});

test('secrets reach the process and nothing else; lost with the app’s memory they end the run in words', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes, [gpu(0)]);
  const canary = 'canary-5f2c9e';
  const yaml = `resources: {accelerators: "A100:1"}\nsecrets: {INLINE: ${canary}-1, GIVEN: null}\nenvs: {HF_TOKEN: null}\nrun: x`;
  const more = { secrets: { GIVEN: `${canary}-2` }, envs: { HF_TOKEN: `${canary}-3` } };
  const run = await app.launch(boxA, yaml, more);
  const waiting = await app.launch(boxA, yaml, more);
  await until('it runs', () => app.state(run.id) === 'running');
  expect(boxOf(boxes).environments.get(`${run.id}/1`)).toMatchObject({
    INLINE: `${canary}-1`,
    GIVEN: `${canary}-2`,
    HF_TOKEN: `${canary}-3`,
  });
  await app.restart();
  expect(app.runs.get(waiting.id)).toMatchObject({
    state: 'failed',
    evidence: { kind: 'launch-failed', error: { code: 'RUN_SECRETS_LOST' } },
  });
  expect(app.state(run.id)).toBe('running');
  expect(() => app.runs.restart(run.id, { secrets: {} }, me)).toThrow(
    expect.objectContaining({ code: 'RUN_SECRETS_NEEDED' }),
  );
  app.runs.restart(run.id, { secrets: { INLINE: 'a', GIVEN: 'b', HF_TOKEN: `${canary}-4` } }, me);
  await until('it runs again', () => app.state(run.id) === 'running' && app.runs.get(run.id).epoch === 2);

  const kept = [
    boxOf(boxes)
      .all()
      .map(({ launch }) => launch),
    app.told,
    app.activity,
    app.runs.get(run.id),
  ];
  expect(JSON.stringify(kept)).not.toContain(canary);
  const file = app.store.sql.connection.name;
  for (const each of readdirSync(path.dirname(file))) {
    const full = path.join(path.dirname(file), each);
    if (statSync(full).isFile()) expect(readFileSync(full).includes(canary)).toBe(false);
  }
});

test('code: taken at the launch, sent once its turn has come, and the same for a restart', async () => {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const base = await tempDirectory('code');
  mkdirSync(path.join(base, 'src'));
  const run = await app.launch(boxA, 'workdir: src\nrun: x', { baseDirectory: base });
  await until('it runs', () => app.state(run.id) === 'running');
  app.runs.restart(run.id, { secrets: {} }, me);
  await until('it runs again', () => app.state(run.id) === 'running' && app.runs.get(run.id).epoch === 2);
  expect(app.runs.get(run.id).snapshot).toMatchObject({ id: 'snapshot1', workdir: path.join(base, 'src') });
  expect(app.code).toMatchObject({ taken: 1, sent: 1 });
  await app.restart();
  expect(app.code.kept).toEqual(new Set(['snapshot1']));
});

test('a box that goes out of sight, or comes back, changes how its runs are shown, and nothing else of them', async () => {
  const app = await laptop(oneBox());
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
  const shown = () =>
    app.told
      .flatMap((event) => (event.type === 'run.changed' && event.run.id === run.id ? [event.run] : []))
      .at(-1);
  for (const state of ['unreachable', 'connected'] as const) {
    app.store.machines.setConnection(boxA, state);
    const machine = app.store.machines.get(boxA);
    if (machine !== undefined) app.events.publish({ type: 'machine.changed', machine });
    expect(shown()).toMatchObject({ state: 'running', machineConnection: state });
  }
});
