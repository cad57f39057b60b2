import { expect, test } from 'vitest';
import { boxA, boxB, me, recovering, saved, settle, task } from './world.ts';

const crashes = '{on: [crash], max: 3, backoff: 30s}';
const traceback = (line: number) =>
  `step ${line}/900 loss=0.5\nTraceback (most recent call last):\n  File "train.py", line ${line}, in <module>\nKeyError: 'x'\n`;

test('a crash: started again once, after the back-off, from the newest complete checkpoint', async () => {
  const world = await recovering();
  world.checkpoints.set(boxA, [saved(10), saved(20), saved(30, false)]);
  const { id } = await world.launch(task(crashes));
  world.box(boxA).print(id, 1, traceback(34));
  world.box(boxA).end(id, 1, 1);
  await world.until('it is decided', () => world.outcomes(id).length > 0);
  expect(world.events(id)[0]).toMatchObject({
    cause: 'crash',
    epoch: 1,
    outcome: 'waiting',
    checkpoint: { step: 20 },
    diagnosis: { guess: 'code-error', line: "KeyError: 'x'" },
  });
  await world.pass(24_000);
  expect(world.course(id)).toBe('1 failed');
  await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1, 2]);
  const env = world.box(boxA).environments.get(`${id}/2`);
  expect(env?.RESUME).toMatch(/\/ckpt\/step-20\.pt$/);
  expect(world.events(id)).toMatchObject([
    { outcome: 'restarted', newEpoch: 2, toMachineId: boxA, checkpoint: { step: 20 }, error: null },
  ]);
  expect(world.activity).toMatchObject([
    { action: 'recovery.restart', target: id, details: { cause: 'crash', newEpoch: 2, step: 20 } },
  ]);
  expect(world.notices()).toContain('RECOVERY_RESTARTED_FROM_STEP');
  expect(world.app.told.filter(({ type }) => type === 'recovery.changed').length).toBeGreaterThanOrEqual(2);
});

test('a stop by the user is never made good: not one that worked, nor one that the trainer forestalled', async () => {
  const world = await recovering();
  const policy = '{on: [crash, preemption, reboot], max: 3, backoff: 0s}';
  const { id } = await world.launch(task(policy));
  world.app.runs.stop(id, 5, me);
  await world.until('it has stopped', () => world.app.state(id) === 'stopped');
  const other = (await world.launch(task(policy), boxA, { name: 'two' })).id;
  world.box(boxA).ignoresTerm.add(other);
  world.app.runs.stop(other, 5, me);
  await settle();
  world.box(boxA).end(other, 1, 1, 'itself');
  await world.until('it has failed', () => world.app.state(other) === 'failed');
  const third = (await world.launch(task(policy), boxA, { name: 'three' })).id;
  world.box(boxA).ignoresTerm.add(third);
  world.app.runs.stop(third, 5, me);
  await settle();
  world.box(boxA).reboot();
  await world.until('it is lost', () => world.app.state(third) === 'lost');
  await world.pass(3_600_000);
  for (const each of [id, other, third]) {
    expect(world.launches(each)).toEqual([1]);
    expect(world.outcomes(each)).toEqual([]);
  }
});

test('a machine that is not seen for three days: nothing is done, and the run goes on', async () => {
  const world = await recovering();
  const { id } = await world.launch(
    task('{on: [crash, preemption, reboot, host-lost], to: any, max: 9, backoff: 0s}'),
  );
  world.app.access.cut(boxA);
  for (let hour = 0; hour < 72; hour++) {
    await world.pass(20_000);
    (world.app.clock as unknown as { advance(ms: number): void }).advance(3_580_000);
    await settle();
    if (hour === 30) await world.killApp();
  }
  expect(world.course(id)).toBe('1 running');
  expect(world.outcomes(id)).toEqual([]);
  world.app.access.connect(boxA);
  await world.pass(60_000);
  expect(world.course(id)).toBe('1 running');
  expect(world.launches(id)).toEqual([1]);
});

test.each(['decided', 'starting', 'begun', 'settled'])(
  'the app is killed when a restart is %s: it is restarted once',
  async (step) => {
    const world = await recovering();
    world.checkpoints.set(boxA, [saved(10)]);
    const { id } = await world.launch(task(crashes));
    let reached = false;
    world.onStep = (now) => {
      if (now !== step || reached) return undefined;
      reached = true;
      return new Promise(() => undefined);
    };
    world.box(boxA).end(id, 1, 1);
    await world.until('it has got there', () => reached);
    await world.killApp();
    await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
    await world.until('that is written down', () => world.outcomes(id)[0] === 'restarted');
    await world.pass(300_000);
    expect(world.launches(id)).toEqual([1, 2]);
    expect(world.outcomes(id)).toEqual(['restarted']);
    expect(world.alive(id)).toBe(1);
    // Nobody has the run any more.
    expect(world.app.runs.archive(id, true, me).archived).toBe(true);
  },
);

test('a crash while the app was not there is made good when it learns of it', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(crashes));
  world.app.access.cut(boxA);
  await world.killApp();
  world.box(boxA).end(id, 1, 1);
  await world.pass(3_600_000);
  expect(world.launches(id)).toEqual([1]);
  world.app.access.connect(boxA);
  await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
});

test('a crash loop ends with the last lines and a guess; progress in between begins it anew', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [crash], max: 2, backoff: 10s}'));
  const crash = async (epoch: number, step: number) => {
    await world.until(`attempt ${epoch} runs`, () => world.course(id).endsWith(`${epoch} running`));
    world.checkpoints.set(boxA, [saved(step)]);
    world.box(boxA).print(id, epoch, `step ${step}\nCUDA out of memory. Tried to allocate 20.00 MiB\n`);
    world.box(boxA).end(id, epoch, 1);
    await world.until('it is judged', () => world.events(id).some((event) => event.epoch === epoch));
  };
  await crash(1, 10);
  await crash(2, 10);
  await crash(3, 20);
  await crash(4, 20);
  await crash(5, 20);
  await world.pass(3_600_000);
  expect(world.outcomes(id)).toEqual(['restarted', 'restarted', 'restarted', 'restarted', 'gave-up']);
  expect(world.launches(id)).toEqual([1, 2, 3, 4, 5]);
  expect(world.events(id)[0]).toMatchObject({
    epoch: 5,
    diagnosis: {
      guess: 'gpu-out-of-memory',
      lastLines: ['step 20', 'CUDA out of memory. Tried to allocate 20.00 MiB'],
    },
  });
  const notice = world.app.store.notices.list().find(({ code }) => code === 'RECOVERY_GAVE_UP');
  expect(notice).toMatchObject({
    level: 'error',
    runId: id,
    params: { 'guess#': 'GUESS_GPU_OUT_OF_MEMORY' },
  });
  expect(world.activity.at(-1)).toMatchObject({ action: 'recovery.giveUp', details: { why: 'too-often' } });
});

test('a module that is missing is not waited for', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(crashes));
  world.box(boxA).print(id, 1, "ModuleNotFoundError: No module named 'x'\n");
  world.box(boxA).end(id, 1, 1);
  await world.until('it is judged', () => world.outcomes(id)[0] === 'gave-up');
  expect(world.notices()).toContain('RECOVERY_HOPELESS');
});

test('where the policy asks it proposes; agreed to it restarts, else not', async () => {
  const world = await recovering();
  const asks = '{on: [crash], ask: true, backoff: 0s}';
  const { id } = await world.launch(task(asks));
  world.box(boxA).end(id, 1, 1);
  await world.until('it asks', () => world.outcomes(id)[0] === 'asked');
  await world.pass(3_600_000);
  expect(world.launches(id)).toEqual([1]);
  const proposal = world.openProposal();
  expect(proposal).toMatchObject({
    kind: 'restart',
    rule: 'recovery',
    runId: id,
    reason: { code: 'RECOVERY_ASKS' },
  });
  world.recovery.accept(proposal, me);
  await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
  expect(() => world.recovery.accept(proposal, me)).toThrow(
    expect.objectContaining({ code: 'RECOVERY_OVER' }),
  );

  world.box(boxA).end(id, 2, 1);
  await world.until('it asks again', () => world.outcomes(id)[1] === 'asked');
  world.recovery.dismiss(world.openProposal());
  await world.pass(3_600_000);
  expect(world.launches(id)).toEqual([1, 2]);
  expect(world.outcomes(id)).toEqual(['restarted', 'declined']);
  expect(world.proposals.allOpen()).toEqual([]);
});

test('a restart by hand meanwhile is the restart: what was asked is over', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [crash], ask: true}'));
  world.box(boxA).end(id, 1, 1);
  await world.until('it asks', () => world.outcomes(id)[0] === 'asked');
  world.app.runs.restart(id, { secrets: {} }, me);
  await world.until('that is seen', () => world.outcomes(id)[0] === 'declined');
  expect(world.proposals.allOpen()).toEqual([]);
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1, 2]);
});

test('to a list of machines: what the run wrote and its checkpoint are brought there first', async () => {
  const world = await recovering();
  world.checkpoints.set(boxA, [saved(40)]);
  const { id } = await world.launch(task('{on: [crash], to: [nowhere, box-bb], backoff: 0s}'));
  world.box(boxA).end(id, 1, 1);
  await world.until('it runs there', () => world.course(id) === '1 failed, 2 running');
  expect(world.run(id).machineId).toBe(boxB);
  await world.pass(120_000);
  expect(world.course(id)).toBe('1 failed, 2 running');
  // Where it was, it is known where it has gone: nobody starts it there again.
  expect(world.box(boxA).tombs.get(id)).toEqual({ epoch: 1, to: 'box-bb' });
  expect(world.copied.map(({ files }) => files)).toEqual(['all', ['step-40.pt']]);
  expect(world.copied.every(({ from, to }) => from.startsWith(boxA) && to.startsWith(boxB))).toBe(true);
  expect(world.box(boxB).environments.get(`${id}/2`)?.RESUME).toMatch(/\/ckpt\/step-40\.pt$/);
});

test('another computer that has taken the run elsewhere already is not outdone', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [crash], to: [box-bb], backoff: 10s}'));
  world.box(boxA).end(id, 1, 1);
  await world.until('it waits', () => world.outcomes(id)[0] === 'waiting');
  world.box(boxA).entomb(id, 1, 'elsewhere');
  await world.until('it is left alone', () => world.outcomes(id)[0] === 'declined');
  expect(world.launches(id)).toEqual([1]);
});

test('no machine that may take it: it waits, and says for what, without counting', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [crash], to: [box-bb], backoff: 0s, max: 1}'));
  world.app.store.machines.setPolicy(boxB, { draining: true, window: null, preference: 0 });
  world.box(boxA).end(id, 1, 1);
  await world.until('it waits', () => world.events(id)[0]?.error?.code === 'RECOVERY_WAITS');
  expect(world.events(id)[0]).toMatchObject({
    outcome: 'waiting',
    error: { params: { why: 'box-bb: it is being drained' } },
  });
  await world.pass(3_600_000);
  expect(world.outcomes(id)).toEqual(['waiting']);
  world.app.store.machines.setPolicy(boxB, { draining: false, window: null, preference: 0 });
  world.app.events.publish({ type: 'places.changed' });
  await world.until('it runs there', () => world.course(id) === '1 failed, 2 running');

  const never = (await world.launch(task('{on: [crash], to: [nowhere], backoff: 0s}'), boxA, { name: 'two' }))
    .id;
  world.box(boxA).end(never, 1, 1);
  await world.until('it is said', () => world.outcomes(never)[0] === 'failed');
  expect(world.events(never)[0]?.error?.code).toBe('RECOVERY_NO_PLACE');
  expect(world.notices()).toContain('RECOVERY_FAILED');
});

test('a run that somebody else has claimed is left to them, and made good when they are done', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [crash], backoff: 0s}'));
  world.app.runs.handover.claim(id, 'move:1');
  world.box(boxA).end(id, 1, 1);
  await world.until('it waits', () => world.events(id)[0]?.error?.code === 'RUN_CLAIMED');
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1]);
  world.app.runs.handover.release(id, 'move:1');
  await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
});

test('secrets that are gone with the memory are waited for', async () => {
  const world = await recovering();
  const yaml = task('{on: [crash], backoff: 0s}', 'secrets: {TOKEN: null}');
  const { id } = await world.launch(yaml, boxA, { secrets: { TOKEN: 'abc' } });
  await world.killApp();
  world.box(boxA).end(id, 1, 1);
  await world.until('it says so', () => world.events(id)[0]?.error?.code === 'RUN_SECRETS_NEEDED');
  expect(world.launches(id)).toEqual([1]);
  world.app.runs.handover.keepSecrets(id, { TOKEN: 'abc' });
  world.app.events.publish({ type: 'vault.changed' });
  await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
});

test('the policy of the user stands over that of the task; it makes good nothing that was lost before it', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(null));
  expect(world.recovery.get(id)).toMatchObject({ policy: null, from: 'none', atBoot: 'off' });
  world.box(boxA).end(id, 1, 1);
  await world.until('it has failed', () => world.app.state(id) === 'failed');
  await world.pass(10_000);
  const policy = {
    on: ['crash' as const],
    max: 3,
    backoffMs: 60_000,
    exitCodes: [],
    to: 'same' as const,
    ask: false,
  };
  world.recovery.set(id, policy, me);
  await world.killApp();
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1]);
  expect(world.recovery.get(id)).toMatchObject({ policy, from: 'user' });

  world.app.runs.restart(id, { secrets: {} }, me);
  await world.until('it runs', () => world.course(id) === '1 failed, 2 running');
  await world.pass(10_000);
  world.box(boxA).end(id, 2, 1);
  await world.until('it waits', () => world.outcomes(id)[0] === 'waiting');
  world.recovery.set(id, null, me);
  await world.pass(600_000);
  expect(world.outcomes(id)).toEqual(['declined']);
  expect(world.launches(id)).toEqual([1, 2]);
  expect(world.activity.filter(({ action }) => action === 'recovery.set')).toHaveLength(2);
});

test('preemption: TERM from outside restarts it; a success, a listed code only, and an archived run do not', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [preemption], backoff: 0s}'));
  world.box(boxA).end(id, 1, null);
  await world.until('it runs again', () => world.course(id) === '1 failed, 2 running');
  expect(world.events(id)[0]?.cause).toBe('preemption');
  world.box(boxA).end(id, 2, 1);
  await world.until('it has failed', () => world.app.state(id) === 'failed');
  const listed = (
    await world.launch(task('{on: [crash], backoff: 0s, exit_codes: [33]}'), boxA, { name: 'two' })
  ).id;
  world.box(boxA).end(listed, 1, 1);
  await world.until('it has failed', () => world.app.state(listed) === 'failed');
  const fine = (await world.launch(task('{on: [crash], backoff: 0s}'), boxA, { name: 'three' })).id;
  world.box(boxA).end(fine, 1, 0);
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1, 2]);
  expect(world.launches(listed)).toEqual([1]);
  expect(world.launches(fine)).toEqual([1]);
});
