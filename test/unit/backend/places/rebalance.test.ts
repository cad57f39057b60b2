import { expect, test } from 'vitest';
import type { RebalancePolicy } from '#shared/domain/recovery.ts';
import { gpu } from '../runs/queue/gpu.ts';
import { me, patience, type Yard, yard } from './world.ts';

const hour = 3_600_000;
const policy = (mode: RebalancePolicy['mode'], more: Partial<RebalancePolicy> = {}): RebalancePolicy => ({
  mode,
  rules: { overloaded: true, gpuFailing: true, betterPlace: true, windowClosing: true },
  coolDownMs: 2 * hour,
  loadPerCpu: 1.5,
  ...more,
});
const likes = (preference: number) => ({ draining: false, window: null, preference });

async function twoMachines(): Promise<{ made: Yard; a: string; b: string }> {
  const made = await yard();
  return { made, a: made.machine('a', [gpu(0)]), b: made.machine('b', [gpu(0)]) };
}

test('off by default: nothing is proposed, whatever happens', async () => {
  const { made, a, b } = await twoMachines();
  made.run(a);
  made.places.setPolicy(b, likes(5), me);
  await made.pass(hour);
  expect(made.places.rebalance()).toMatchObject({ policy: { mode: 'off' }, proposals: [] });
});

test('proposes with its reason; accepted it moves, once; what is no longer true is no longer proposed', async () => {
  const { made, a, b } = await twoMachines();
  const run = made.run(a);
  made.places.setPolicy(b, likes(5), me);
  made.places.setRebalance(policy('propose'), me);
  await made.until('it proposes', () => made.open().length === 1);
  const [proposal] = made.open();
  expect(proposal).toMatchObject({ kind: 'move', rule: 'better-place', runId: run, toMachineId: b });
  expect(proposal?.reason).toMatchObject({
    code: 'REBALANCE_BETTER_PLACE',
    params: { machine: 'box-aa', to: 'box-bb' },
  });
  await made.pass(hour);
  expect(made.open()).toHaveLength(1);
  expect(made.notices().filter((code) => code === 'REBALANCE_PROPOSED')).toHaveLength(1);
  expect(made.migrations.all).toEqual([]);

  made.places.setPolicy(b, likes(0), me);
  await made.until('it is taken back', () => made.open().length === 0);
  expect(made.places.rebalance().proposals[0]?.state).toBe('expired');
  made.places.setPolicy(b, likes(5), me);
  await made.until('it proposes again', () => made.open().length === 1);

  const accepted = await made.places.accept(made.open()[0]?.id ?? '', me, patience());
  expect(accepted).toMatchObject({ state: 'accepted', migrationId: made.migrations.all[0]?.id });
  expect(made.migrations.reasons[0]).toMatchObject({
    kind: 'rebalance',
    who: 'desktop',
    why: { code: 'REBALANCE_BETTER_PLACE' },
  });
  await expect(made.places.accept(accepted.id, me, patience())).rejects.toMatchObject({
    code: 'PROPOSAL_ANSWERED',
  });
  expect(made.activity.map(({ action }) => action)).toContain('places.accept');
});

test('dismissed it is left alone for a day', async () => {
  const { made, a, b } = await twoMachines();
  made.run(a);
  made.places.setPolicy(b, likes(5), me);
  made.places.setRebalance(policy('propose'), me);
  await made.until('it proposes', () => made.open().length === 1);
  await made.places.dismiss(made.open()[0]?.id ?? '', me);
  await made.pass(2 * hour);
  expect(made.open()).toEqual([]);
  made.clock.advance(24 * hour);
  await made.until('it proposes again', () => made.open().length === 1);
});

test('acts by itself only where that is allowed: one at a time per machine, as the policy, with its entry', async () => {
  const { made, a, b } = await twoMachines();
  const first = made.run(a, { name: 'one', priority: 1 });
  const second = made.run(a, { name: 'two' });
  made.places.setPolicy(b, likes(5), me);
  made.places.setRebalance(policy('act'), me);
  await made.until('it acts', () => made.migrations.all.length === 1);
  await made.pass(hour);
  expect(made.migrations.all).toHaveLength(1);
  expect(made.migrations.all[0]?.runId).toBe(second);
  made.migrations.finish(made.migrations.all[0]?.id ?? '');
  await made.until('the other goes too', () => made.migrations.all.length === 2);
  made.migrations.finish(made.migrations.all[1]?.id ?? '');
  expect([made.where(first), made.where(second)]).toEqual(['b', 'b']);
  // A better place is somewhere else now: they rest for the cool-down, and never go back to where they were taken from.
  made.places.setPolicy(a, likes(9), me);
  await made.pass(6 * hour);
  expect(made.migrations.all).toHaveLength(2);
  const moves = made.activity.filter(({ action }) => action === 'places.move');
  expect(moves).toHaveLength(2);
  expect(moves[0]?.actor.name).toBe('Trainyard (policy)');
});

test('a move that is refused is not tried again at once', async () => {
  const { made, a, b } = await twoMachines();
  const run = made.run(a);
  made.places.setPolicy(b, likes(5), me);
  made.migrations.refusals.set(`${run}/${b}`, 'CUDA is too old.');
  made.places.setRebalance(policy('act'), me);
  await made.until('it was refused', () => made.activity.some(({ result }) => result === 'refused'));
  await made.pass(hour / 2);
  expect(made.activity.filter(({ result }) => result === 'refused')).toHaveLength(1);
  expect(made.open()).toEqual([]);
});

test('overloaded for minutes: its least important run goes to where it stays calm', async () => {
  const { made, a, b } = await twoMachines();
  made.run(a, { name: 'important', priority: 3 });
  const lesser = made.run(a, { name: 'lesser' });
  made.places.setRebalance(policy('propose'), me);
  for (let minute = 0; minute < 4; minute++) {
    made.found(a, { load1: 16 });
    made.found(b, { load1: 0 });
    await made.pass(60_000);
  }
  expect(made.open()).toEqual([]);
  for (let minute = 0; minute < 3; minute++) {
    made.found(a, { load1: 16 });
    made.found(b, { load1: 0 });
    await made.pass(60_000);
  }
  // Half of the load of 16 would be 1 on each of the other's 8 processors: just below.
  expect(made.open()).toMatchObject([{ rule: 'overloaded', runId: lesser, toMachineId: b }]);
  made.found(a, { load1: 1 });
  await made.until('it is taken back', () => made.open().length === 0);
});

test('a failing GPU: at once, to a machine with one that is free', async () => {
  const { made, a, b } = await twoMachines();
  const run = made.run(a, { gpus: [gpu(0)] });
  made.places.setRebalance(policy('propose'), me);
  made.found(a, { accelerators: [gpu(0, { fault: 'fell off the bus: only a reboot brings it back' })] });
  await made.until('it proposes', () => made.open().length === 1);
  expect(made.open()[0]).toMatchObject({ rule: 'gpu-failing', runId: run, toMachineId: b });
  made.run(b, { name: 'has it', gpus: [gpu(0)] });
  await made.until('there is no room', () => made.open().length === 0);
});

test('a GPU that its machine lists no more: as one that fails; where the tool has not said all, nothing', async () => {
  const { made, a, b } = await twoMachines();
  const run = made.run(a, { gpus: [gpu(1)] });
  made.places.setRebalance(policy('propose'), me);
  const cutOff = { code: 'GPU_TOOL_ENDED', message: 'nvidia-smi did not finish in time.' };
  made.found(a, { accelerators: [gpu(0)], warnings: [cutOff] });
  await made.pass(120_000);
  made.found(a, { accelerators: [] });
  await made.pass(120_000);
  expect(made.open()).toEqual([]);
  made.found(a, { accelerators: [gpu(0)], warnings: [] });
  await made.until('it proposes', () => made.open().length === 1);
  expect(made.open()[0]).toMatchObject({ rule: 'gpu-failing', runId: run, toMachineId: b });
  expect(made.open()[0]?.reason.message).toContain('lists it no more');
});

test('a window that closes: as long ahead as the move would take', async () => {
  const { made, a, b } = await twoMachines();
  const run = made.run(a);
  made.migrations.totalMs = hour;
  made.places.setPolicy(a, { draining: false, window: { from: '20:00', to: '08:00' }, preference: 0 }, me);
  made.minute = 5 * 60 + 30;
  made.places.setRebalance(policy('propose'), me);
  await made.pass(120_000);
  expect(made.migrations.planned).toEqual([`${run}/${b}`]);
  expect(made.open()).toEqual([]);
  // Twice the estimate and a margin: 130 minutes.
  made.minute = 5 * 60 + 50;
  await made.until('it proposes', () => made.open().length === 1);
  expect(made.open()[0]).toMatchObject({
    rule: 'window-closing',
    toMachineId: b,
    reason: { params: { minutes: 130 } },
  });
});

test('what recovery asks is answered by recovery; unknown proposals are refused on the record', async () => {
  const { made, a, b } = await twoMachines();
  const runId = made.run(a);
  const asked = () =>
    made.proposals.open({
      kind: 'restart',
      runId,
      runName: 'one',
      fromMachineId: a,
      fromMachineName: 'box-aa',
      toMachineId: b,
      toMachineName: 'box-bb',
      rule: 'recovery',
      reason: { code: 'RECOVERY_ASKS', params: {}, message: 'Restart it?' },
    });
  const [yes, no] = [asked(), asked()];
  expect(await made.places.accept(yes.id, me, patience())).toMatchObject({
    state: 'accepted',
    migrationId: null,
  });
  expect(await made.places.dismiss(no.id, me)).toMatchObject({ state: 'dismissed' });
  expect(made.answered).toEqual([`accept ${yes.id}`, `dismiss ${no.id}`]);
  await expect(made.places.dismiss('0'.repeat(12), me)).rejects.toMatchObject({ code: 'PROPOSAL_UNKNOWN' });
  expect(made.activity.at(-1)).toMatchObject({ action: 'places.dismiss', result: 'refused' });
  // Off takes back proposals to move, not questions about lost runs.
  const third = asked();
  made.places.setRebalance(policy('off'), me);
  expect(made.open().map(({ id }) => id)).toEqual([third.id]);
});
