import { expect, test } from 'vitest';
import { boxA, boxB, me, recovering, task } from './world.ts';

const everywhere = '{on: [host-lost, crash], to: any, backoff: 0s}';

test('a host that answers is not given up; nor is this computer', async () => {
  const world = await recovering();
  await expect(world.recovery.declareLost(boxA, me)).rejects.toMatchObject({
    code: 'RECOVERY_HOST_CONNECTED',
  });
  const site = '000000000000';
  world.app.store.sites.insert({
    id: site,
    kind: 'local',
    name: 'here',

    autoConnect: true,
    createdAt: 0,
  });
  world.app.store.machines.upsert({ id: site, siteId: site, name: 'here' });
  await expect(world.recovery.declareLost(site, me)).rejects.toMatchObject({ code: 'RECOVERY_HOST_HERE' });
  expect(world.activity).toMatchObject([{ result: 'refused' }, { result: 'refused' }]);
  expect(world.run((await world.launch(task(null))).id).state).toBe('running');
});

test('given up with nothing left of it: what is lost is said and asked; back later, it is stopped there', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(everywhere));
  world.box(boxA).print(id, 1, 'step 70/900 loss=0.5\n');
  await world.until('its step is known', () => world.run(id).step === 70);
  world.app.access.cut(boxA);
  await world.pass(7_200_000);
  expect(world.course(id)).toBe('1 running');
  expect(await world.recovery.declareLost(boxA, me)).toEqual({ runs: 1 });
  expect(world.activity[0]).toMatchObject({ action: 'recovery.declareLost', target: boxA });
  await world.until('it asks', () => world.outcomes(id)[0] === 'asked');
  expect(world.openProposal()).toMatchObject({
    toMachineId: boxB,
    reason: { code: 'RECOVERY_STARTS_OVER', params: { step: 70, host: 'box-aa', machine: 'box-bb' } },
  });
  await world.pass(600_000);
  expect(world.course(id)).toBe('1 lost');
  world.recovery.accept(world.openProposal(), me);
  await world.until('it runs there', () => world.course(id) === '1 lost, 2 running');
  expect(world.run(id).machineId).toBe(boxB);

  world.app.access.connect(boxA);
  await world.until('it was stopped there', () => world.alive(id) === 1);
  await world.until('that is said', () => world.box(boxA).tombs.has(id));
  expect(world.box(boxB).report([id]).attempts[0]?.trainerAlive).toBe(true);
  await world.pass(60_000);
  expect(world.course(id)).toBe('1 stopped, 2 running');
  expect(world.launches(id)).toEqual([1, 2]);
});

test('the app is killed between the host’s return and the stop: it is stopped all the same', async () => {
  const world = await recovering();
  const { id } = await world.launch(task(everywhere));
  world.app.access.cut(boxA);
  await world.recovery.declareLost(boxA, me);
  await world.until('it runs there', () => world.course(id) === '1 lost, 2 running');
  let refuse = true;
  world.box(boxA).onCall = (name, done) => {
    if (refuse && name === 'stop' && !done) throw new Error('the answer was lost');
  };
  world.app.access.connect(boxA);
  await world.pass(6_000);
  expect(world.alive(id)).toBe(2);
  refuse = false;
  await world.killApp();
  await world.until('it was stopped there', () => world.alive(id) === 1);
  expect(world.box(boxB).report([id]).attempts[0]?.trainerAlive).toBe(true);
});

test('a verified backup elsewhere is gone on from without asking', async () => {
  const brought: string[] = [];
  const spare = {
    newest: (_runId: string, notOn: string) =>
      notOn === boxA ? { backupId: 'backup', machineName: 'box-bb', step: 60 } : null,
    bring: async (_backupId: string, machineId: string) => {
      brought.push(machineId);
      return { path: '/kept/step-60.pt', step: 60 };
    },
  };
  const world = await recovering({ spare });
  const { id } = await world.launch(task(everywhere));
  world.box(boxA).print(id, 1, 'step 70/900 loss=0.5\n');
  await world.until('its step is known', () => world.run(id).step === 70);
  world.app.access.cut(boxA);
  await world.recovery.declareLost(boxA, me);
  await world.until('it runs there', () => world.course(id) === '1 lost, 2 running');
  expect(brought).toEqual([boxB]);
  expect(world.box(boxB).environments.get(`${id}/2`)?.RESUME).toBe('/kept/step-60.pt');
  expect(world.events(id)[0]).toMatchObject({
    cause: 'host-lost',
    checkpoint: { step: 60 },
    outcome: 'restarted',
  });
});

test('given up too early: a host that is back before anything was started elsewhere has its run again', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [host-lost, crash], to: [box-bb], backoff: 10m}'));
  const without = (await world.launch(task(null), boxA, { name: 'two' })).id;
  world.app.access.cut(boxA);
  expect(await world.recovery.declareLost(boxA, me)).toEqual({ runs: 2 });
  await world.until('it is lost', () => world.outcomes(id)[0] === 'waiting');
  world.app.access.connect(boxA);
  await world.until('it has it again', () => world.course(id) === '1 running');
  expect(world.course(without)).toBe('1 running');
  await world.pass(3_600_000);
  expect(world.launches(id)).toEqual([1]);
  expect(world.outcomes(id)).toEqual([]);
  // What happens to it from now on counts as ever.
  world.box(boxA).end(id, 1, 1);
  await world.until('it goes on', () => world.course(id) === '1 failed, 2 running');
});

test('a host that is back while its run is being brought elsewhere keeps it', async () => {
  const arrived = Promise.withResolvers<{ path: string; step: number }>();
  const asked = Promise.withResolvers<void>();
  const spare = {
    newest: () => ({ backupId: 'backup', machineName: 'box-bb', step: 60 }),
    bring: () => {
      asked.resolve();
      return arrived.promise;
    },
  };
  const world = await recovering({ spare });
  const { id } = await world.launch(task(everywhere));
  world.app.access.cut(boxA);
  await world.recovery.declareLost(boxA, me);
  await world.pass(10_000);
  await asked.promise;
  world.app.access.connect(boxA);
  await world.until('it has it again', () => world.course(id) === '1 running');
  arrived.resolve({ path: '/kept/step-60.pt', step: 60 });
  await world.pass(600_000);
  expect(world.launches(id)).toEqual([1]);
  expect(world.alive(id)).toBe(1);
  expect(world.outcomes(id)).toEqual([]);
});

test('the host cannot be gone on at, even where the policy knows no other', async () => {
  const world = await recovering();
  const { id } = await world.launch(task('{on: [host-lost], to: same, backoff: 0s}'));
  world.app.access.cut(boxA);
  await world.recovery.declareLost(boxA, me);
  await world.until('it is said', () => world.outcomes(id)[0] === 'failed');
  expect(world.events(id)[0]?.error?.code).toBe('RECOVERY_NO_PLACE');
});
