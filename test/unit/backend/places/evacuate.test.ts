import { expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { gpu } from '../runs/queue/gpu.ts';
import { me, patience, type Yard, yard } from './world.ts';

const draining = { draining: true, window: null, preference: 0 };
const states = (made: Yard) =>
  made.places.evacuations()[0]?.items.map(({ runName, state }) => `${runName} ${state}`);

/** Four runs with a GPU each on the first, room for two on the second, for one on the third. */
async function full() {
  const made = await yard();
  const gpus = [gpu(0), gpu(1), gpu(2), gpu(3)];
  const a = made.machine('a', gpus);
  const b = made.machine('b', [gpu(0), gpu(1)]);
  const c = made.machine('c', [gpu(0)]);
  const runs = [0, 5, 1, -1].map((priority, index) =>
    made.run(a, { name: `p${priority}`, priority, gpus: gpus.slice(index, index + 1) }),
  );
  return { made, a, b, c, runs };
}

test('the plan: by priority, into what the others hold; whom no one can take is told why', async () => {
  const { made, a } = await full();
  const { moves } = await made.places.planEvacuation(a, me, patience());
  expect(moves.map(({ runName, toMachineName, mode }) => [runName, toMachineName, mode])).toEqual([
    ['p5', 'box-cc', 'request'],
    ['p1', 'box-bb', 'request'],
    ['p0', 'box-bb', 'request'],
    ['p-1', null, null],
  ]);
  expect(moves[3]?.why).toMatchObject({ code: 'EVACUATION_NO_ROOM' });
  expect(moves[3]?.why?.params.why).toContain('not enough free accelerators');
  expect(made.store.machines.policy(a).draining).toBe(false);
  expect(made.migrations.all).toEqual([]);
});

test('a machine that refuses is not asked again, the next is; drained, unseen and closed ones say so', async () => {
  const { made, a, b, c, runs } = await full();
  const [p0 = '', p5 = ''] = runs;
  made.migrations.refusals.set(`${p5}/${c}`, 'CUDA is too old.');
  made.migrations.refusals.set(`${p0}/${b}`, 'CUDA is too old.');
  made.migrations.refusals.set(`${p0}/${c}`, 'CUDA is too old.');
  const { moves } = await made.places.planEvacuation(a, me, patience());
  const to = new Map(moves.map(({ runName, toMachineName }) => [runName, toMachineName]));
  expect(to.get('p5')).toBe('box-bb');
  expect(moves.find(({ runName }) => runName === 'p0')).toMatchObject({
    toMachineId: null,
    why: { code: 'EVACUATION_REFUSED' },
  });
  made.out.add(b);
  made.places.setPolicy(c, draining, me);
  const closed = await made.places.planEvacuation(a, me, patience());
  expect(closed.moves.every(({ toMachineId }) => toMachineId === null)).toBe(true);
  expect(closed.moves[0]?.why?.message).toContain('box-bb: it is not connected; box-cc: it is being drained');
});

test('one after another, each decided when its turn comes; at the end it is said what stays', async () => {
  const { made, a, b } = await full();
  const requestId = newId();
  const { migrations } = await made.places.evacuate({ machineId: a, requestId }, me, patience());
  expect(migrations).toHaveLength(1);
  expect(made.store.machines.policy(a).draining).toBe(true);
  expect(made.migrations.reasons[0]).toMatchObject({
    kind: 'evacuate',
    who: 'desktop',
    why: { params: { machine: 'box-aa' } },
  });
  expect(states(made)).toEqual(['p5 moving', 'p1 waiting', 'p0 waiting', 'p-1 waiting']);
  // Asked again it is the same one.
  expect((await made.places.evacuate({ machineId: a, requestId }, me, patience())).migrations).toHaveLength(
    1,
  );
  await made.places.evacuate({ machineId: a, requestId: newId() }, me, patience());
  expect(made.places.evacuations()).toHaveLength(1);
  await made.pass(600_000);
  expect(made.migrations.all).toHaveLength(1);
  made.migrations.finish(made.migrations.all[0]?.id ?? '');
  await made.until('the next goes', () => made.migrations.all.length === 2);
  made.migrations.finish(made.migrations.all[1]?.id ?? '', 'rolled-back');
  await made.until('the third goes', () => made.migrations.all.length === 3);
  made.migrations.finish(made.migrations.all[2]?.id ?? '');
  await made.until('the fourth goes', () => made.migrations.all.length === 4);
  expect(made.migrations.all[3]?.to.machineId).toBe(b);
  made.migrations.finish(made.migrations.all[3]?.id ?? '');
  await made.until('it is over', () => made.places.evacuations()[0]?.state === 'done');
  expect(states(made)).toEqual(['p5 moved', 'p1 stays', 'p0 moved', 'p-1 moved']);
  expect(made.notices()).toContain('EVACUATION_INCOMPLETE');
  expect(made.activity.filter(({ action }) => action === 'places.evacuate').length).toBeGreaterThanOrEqual(1);
});

test('the app is killed in the middle: the same move goes on, and then the next', async () => {
  const { made, a } = await full();
  await made.places.evacuate({ machineId: a, requestId: newId() }, me, patience());
  await made.killApp();
  await made.pass(60_000);
  expect(made.migrations.all).toHaveLength(1);
  made.migrations.finish(made.migrations.all[0]?.id ?? '');
  await made.until('the next goes', () => made.migrations.all.length === 2);
  expect(states(made)?.slice(0, 2)).toEqual(['p5 moved', 'p1 moving']);
});

test('cancelled, or no longer drained: the move under way is seen to its end, no other begins', async () => {
  const { made, a } = await full();
  await made.places.evacuate({ machineId: a, requestId: newId() }, me, patience());
  const id = made.places.evacuations()[0]?.id ?? '';
  expect(await made.places.cancelEvacuation(id, me)).toMatchObject({ state: 'cancelled' });
  made.migrations.finish(made.migrations.all[0]?.id ?? '');
  await made.until('it is seen', () => states(made)?.[0] === 'p5 moved');
  await made.pass(600_000);
  expect(made.migrations.all).toHaveLength(1);
  expect(states(made)).toEqual(['p5 moved', 'p1 stays', 'p0 stays', 'p-1 stays']);
  expect(made.store.machines.policy(a).draining).toBe(true);
  await expect(made.places.cancelEvacuation(newId(), me)).rejects.toMatchObject({
    code: 'EVACUATION_UNKNOWN',
  });

  await made.places.evacuate({ machineId: a, requestId: newId() }, me, patience());
  expect(made.migrations.all).toHaveLength(2);
  made.places.setPolicy(a, { ...draining, draining: false }, me);
  made.migrations.finish(made.migrations.all[1]?.id ?? '');
  await made.pass(600_000);
  expect(made.migrations.all).toHaveLength(2);
  expect(made.places.evacuations()[0]?.state).toBe('cancelled');
});

test('only those that were named; one that ended before its turn is over; a refusal tries the next machine', async () => {
  const { made, a, b, c, runs } = await full();
  const [p0 = '', p5 = '', p1 = ''] = runs;
  made.migrations.refusals.set(`${p5}/${c}`, 'CUDA is too old.');
  await made.places.evacuate({ machineId: a, requestId: newId(), runIds: [p5, p1, p0] }, me, patience());
  await made.until('it goes elsewhere', () => made.migrations.all.length === 1);
  expect(made.migrations.all[0]?.to.machineId).toBe(b);
  made.store.runs.updateAttempt(p1, 1, { state: 'succeeded', endedAt: made.clock.now() });
  made.migrations.finish(made.migrations.all[0]?.id ?? '');
  await made.until('the last goes', () => made.migrations.all.length === 2);
  expect(states(made)).toEqual(['p5 moved', 'p1 over', 'p0 moving']);
  expect(made.migrations.all[1]?.runId).toBe(p0);
});
