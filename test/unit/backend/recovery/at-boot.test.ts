import { expect, test } from 'vitest';
import { boxA, me, recovering, saved, task } from './world.ts';

const reboots = '{on: [reboot], max: 2, backoff: 30s}';

test('a reboot: restarted on the same machine after the back-off', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(reboots));
  world.box(boxA).reboot();
  await world.until('it is lost', () => world.app.state(id) === 'lost');
  await world.until('it runs again', () => world.course(id) === '1 lost, 2 running');
  expect(world.events(id)[0]).toMatchObject({ cause: 'reboot', outcome: 'restarted', newEpoch: 2 });
});

test('the box has a plan from the launch on, with the newest checkpoint, and none after the end', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(reboots));
  await world.until('the box knows', () => world.box(boxA).bootPlans.has(id));
  await world.until('that is known', () => world.recovery.get(id).atBoot === 'cron');
  const planned = () => world.box(boxA).bootPlans.get(id)?.plan;
  expect(planned()).toMatchObject({ max: 2, secretNames: [] });
  expect(planned()?.launch.env.RESUME).toBeUndefined();
  world.checkpoints.set(boxA, [saved(50)]);
  world.app.events.publish({ type: 'checkpoints.changed', runId: id });
  await world.until('it knows the checkpoint', () => planned()?.launch.env.RESUME?.endsWith('step-50.pt'));
  world.box(boxA).end(id, 1, 0);
  await world.until('it is forgotten', () => !world.box(boxA).bootPlans.has(id));
  expect(world.recovery.get(id).atBoot).toBe('off');
});

test('the user switches it on and off; runs that need secrets cannot be started by the box', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(null));
  const policy = {
    on: ['reboot' as const],
    max: 3,
    backoffMs: 0,
    exitCodes: [],
    to: 'same' as const,
    ask: false,
  };
  world.recovery.set(id, policy, me);
  await world.until('the box knows', () => world.recovery.get(id).atBoot === 'cron');
  world.recovery.set(id, { ...policy, ask: true }, me);
  await world.until('it is forgotten', () => world.recovery.get(id).atBoot === 'off');
  const yaml = task(reboots, 'secrets: {TOKEN: null}');
  const secret = (await world.launch(yaml, boxA, { name: 'two', secrets: { TOKEN: 'abc' } })).id;
  await world.until('that is known', () => world.recovery.get(secret).atBoot === 'impossible');
});

test('the box was quicker, laptop closed: its attempt is the restart, and there is no second one', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(reboots));
  await world.until('the box knows', () => world.box(boxA).bootPlans.has(id));
  world.app.access.cut(boxA);
  world.box(boxA).boot();
  expect(world.alive(id)).toBe(1);
  await world.killApp();
  world.app.access.connect(boxA);
  await world.until('it is found', () => world.course(id) === '1 lost, 2 running');
  await world.until('it is written down', () => world.outcomes(id)[0] === 'restarted');
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1, 2]);
  expect(world.events(id)).toMatchObject([{ cause: 'reboot', newEpoch: 2, toMachineId: boxA }]);
  expect(world.activity.at(-1)).toMatchObject({ action: 'recovery.restart', details: { byBox: true } });
});

test('the box starts it while we are about to: one of the two', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [reboot], max: 2, backoff: 0s}'));
  await world.until('the box knows', () => world.box(boxA).bootPlans.has(id));
  let booted = false;
  world.onStep = (step) => {
    if (step !== 'starting' || booted) return;
    booted = true;
    world.box(boxA).boot();
  };
  world.box(boxA).reboot();
  await world.until('it runs again', () => world.course(id).endsWith('2 running'));
  await world.until('it is written down', () => world.outcomes(id)[0] === 'restarted');
  await world.pass(600_000);
  expect(booted).toBe(true);
  expect(world.launches(id)).toEqual([1, 2]);
  expect(world.alive(id)).toBe(1);
});
