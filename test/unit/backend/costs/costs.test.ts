import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import type { CostGroup } from '#shared/domain/cost.ts';
import { costSummary, runCost } from '#shared/domain/cost.ts';
import { newId } from '#shared/domain/new-id.ts';
import { tempDirectory } from '#test/temp.ts';
import { boxA, boxB, dollar, hour, ledgered, me, monthStart, noon } from './world.ts';

const month = { from: monthStart, to: Date.UTC(2026, 6) };
const sum = (groups: readonly { micros: number }[]) =>
  groups.reduce((total, { micros }) => total + micros, 0);
const keys = (groups: readonly CostGroup[]) => groups.map(({ key }) => key);

it('counts a run while it goes on and when it has ended, once', async () => {
  const world = await ledgered();
  world.price(boxA, 16);
  const runId = world.run({ gpus: 4 });
  world.pass(hour);
  expect(world.costs.run(runId).cost).toMatchObject({
    soFarMicros: 8 * dollar,
    gpuHours: 4,
    basis: 'own',
    endedAt: null,
  });
  world.end(runId);
  world.end(runId);
  world.pass(10 * hour);
  const { cost, figure } = world.costs.run(runId);
  expect(runCost.parse(cost)).toEqual(cost);
  expect(cost).toMatchObject({ soFarMicros: 8 * dollar, state: 'succeeded', endedAt: noon + hour });
  expect(figure).toMatchObject({ key: 'runCost', value: 8 * dollar });
  expect(figure.inputs[0]?.inputs.map(({ key, value }) => [key, value])).toEqual([
    ['machineRate', 16 * dollar],
    ['gpusHeld', 4],
    ['ownGpus', 8],
    ['attemptTime', hour],
  ]);
});

it('counts both attempts of a run that moved, each on its machine', async () => {
  const world = await ledgered();
  world.price(boxA, 8);
  world.price(boxB, 4);
  const runId = world.run({ gpus: 8 });
  world.pass(hour);
  world.change(runId, 1, { state: 'stopped', endedAt: world.clock.now() });
  world.store.runs.addAttempt(world.attempt(runId, { machineId: boxB, gpus: 4, epoch: 2 }));
  world.tell(runId);
  world.pass(hour);
  expect(world.costs.run(runId).cost).toMatchObject({ soFarMicros: 12 * dollar, machineName: 'box-bb' });
});

it('takes in what happened while nobody counted, and keeps what deleted runs cost', async () => {
  const world = await ledgered();
  world.price(boxA, 8);
  await world.costs.close();
  const runId = world.run({ gpus: 8, startedAt: noon - 2 * hour, envs: { WANDB_PROJECT: 'vision' } });
  world.change(runId, 1, { state: 'failed', endedAt: noon - hour });
  const again = world.make();
  again.start();
  onTestFinished(() => again.close());
  expect(again.summary(month)).toMatchObject({ totalMicros: 8 * dollar });
  world.store.runs.remove(runId);
  world.events.publish({ type: 'run.removed', runId });
  const [kept] = again.runs({ ...month, limit: 10 });
  expect(kept).toMatchObject({ state: 'deleted', soFarMicros: 8 * dollar, name: 'one', project: 'vision' });
  expect(again.projects()).toEqual(['vision']);
});

it('ends what a box was lost with at its last sign of life, and clocks that go back are no time', async () => {
  const world = await ledgered();
  world.price(boxA, 8);
  const lost = world.run({ gpus: 8 });
  world.change(lost, 1, { state: 'lost', seenAt: noon + hour, endedAt: noon + 50 * hour });
  const back = world.run({ machineId: boxB });
  world.change(back, 1, { state: 'failed', endedAt: noon - hour });
  world.pass(100 * hour);
  expect(world.costs.run(lost).cost.soFarMicros).toBe(8 * dollar);
  expect(world.costs.run(back).cost).toMatchObject({ soFarMicros: 0, gpuHours: 0 });
});

it('leaves what was spent as it was when a rate changes, and says what has no price', async () => {
  const world = await ledgered();
  world.run({ gpus: 8 });
  const unpriced = world.run({ machineId: boxB });
  world.price(boxA, 10);
  world.pass(hour);
  expect(world.costs.summary(month)).toMatchObject({
    totalMicros: 10 * dollar,
    unpricedRuns: 1,
    notes: [{ code: 'COSTS_UNPRICED', params: { runs: 1 } }],
  });
  expect(world.costs.run(unpriced).cost.basis).toBe('none');
  world.price(boxA, 20, world.clock.now());
  expect(world.costs.summary(month).totalMicros).toBe(10 * dollar);
  world.pass(hour);
  expect(world.costs.summary(month).totalMicros).toBe(30 * dollar);
});

it('projects by steps, against what was planned', async () => {
  const world = await ledgered();
  world.price(boxA, 16);
  const runId = world.run({ gpus: 4 });
  world.costs.setPlanned(runId, { planId: null, micros: 30 * dollar, ms: 4 * hour }, me);
  world.pass(hour);
  expect(world.costs.run(runId).cost.projectedMicros).toBeNull();
  world.store.runs.setProgress(runId, { step: 250, totalSteps: 1000 });
  expect(world.costs.run(runId).cost).toMatchObject({
    soFarMicros: 8 * dollar,
    projectedMicros: 32 * dollar,
    plannedMicros: 30 * dollar,
    plannedMs: 4 * hour,
  });
  world.end(runId);
  expect(world.costs.run(runId).cost.projectedMicros).toBeNull();
});

it('knows who launched a run and what it belongs to, and records who says so', async () => {
  const world = await ledgered();
  const activity = new Activity(world.store, world.clock, `${await tempDirectory('key')}/activity.key`);
  world.price(boxA, 8);
  const runId = world.run({ gpus: 8 });
  const other = newId();
  activity.record({ actor: me, action: 'run.launch', target: other });
  world.store.sql.run('DELETE FROM runCosts');
  activity.record({ actor: me, action: 'run.launch', target: runId });
  world.tell(runId);
  world.costs.setProject(runId, 'llm', me);
  world.pass(hour);
  expect(world.costs.run(runId).cost).toMatchObject({ user: 'ann', project: 'llm' });
  expect(world.costs.runs({ ...month, project: 'llm', limit: 5 })).toHaveLength(1);
  expect(world.costs.runs({ ...month, project: null, limit: 5 })).toHaveLength(0);
  expect(world.costs.runs({ ...month, user: 'bob', limit: 5 })).toHaveLength(0);
  world.costs.setProject(runId, null, me);
  world.tell(runId);
  expect(world.costs.run(runId).cost.project).toBeNull();
  expect(world.activity.map(({ action, target }) => [action, target])).toEqual([
    ['run.setProject', runId],
    ['run.setProject', runId],
  ]);
  expect(() => world.costs.setProject(newId(), 'x', me)).toThrow(
    expect.objectContaining({ code: 'RUN_UNKNOWN' }),
  );
});

it('says what was paid for and not used, of machines that have a price', async () => {
  const world = await ledgered();
  world.price(boxA, 8, noon);
  world.run({ gpus: 2 });
  world.pass(10 * hour);
  const { idle, totalMicros } = world.costs.summary(month);
  expect(totalMicros).toBe(20 * dollar);
  expect(idle).toEqual([
    {
      machineId: boxA,
      machineName: 'box-aa',
      gpus: 8,
      idleGpuHours: 60,
      paidGpuHours: 80,
      idleMicros: 60 * dollar,
    },
  ]);
  world.price(boxB, 4, noon);
  expect(world.costs.summary(month).idle.map(({ idleMicros }) => idleMicros / dollar)).toEqual([60, 40]);
});

it('adds up by project, user, machine and day, and wherever the period is cut', async () => {
  const world = await ledgered();
  world.price(boxA, 7.123457);
  world.price(boxB, 3.1, noon + 5 * hour);
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          machineId: fc.constantFrom(boxA, boxB),
          gpus: fc.integer({ min: 0, max: 4 }),
          startedAt: fc.integer({ min: noon - 60 * hour, max: noon }),
          ms: fc.integer({ min: 0, max: 90 * hour }),
          project: fc.constantFrom('one', 'two', null),
        }),
        { maxLength: 5 },
      ),
      fc.integer({ min: monthStart + 1, max: month.to - 1 }),
      (runs, cut) => {
        for (const { startedAt, ms, project, ...more } of runs) {
          const id = world.run({ ...more, startedAt });
          world.change(id, 1, { state: 'succeeded', endedAt: startedAt + ms });
          if (project !== null) world.costs.setProject(id, project, me);
        }
        world.pass(hour);
        const whole = world.costs.summary(month);
        expect(costSummary.safeParse(whole).success).toBe(true);
        for (const groups of [whole.byProject, whole.byUser, whole.byMachine, whole.byDay])
          expect(sum(groups)).toBe(whole.totalMicros);
        const listed = world.costs.runs({ ...month, limit: 1000 });
        expect(listed.reduce((total, { periodMicros }) => total + periodMicros, 0)).toBe(whole.totalMicros);
        const before = world.costs.summary({ from: month.from, to: cut }).totalMicros;
        const after = world.costs.summary({ from: cut, to: month.to }).totalMicros;
        expect(before + after).toBe(whole.totalMicros);
        expect(new Set(keys(whole.byProject)).size).toBe(whole.byProject.length);
      },
    ),
    { numRuns: 12, seed: 11 },
  );
});

it('exports what it says, safe for spreadsheets', async () => {
  const world = await ledgered();
  world.price(boxA, 8);
  const runId = world.run({ gpus: 8, name: '=cmd' });
  world.costs.setProject(runId, 'a, "b"', me);
  world.pass(hour);
  const runs = world.costs.export({ ...month, what: 'runs' });
  expect(runs.fileName).toBe('costs-runs-2026-06-01-to-2026-06-30.csv');
  expect(runs.text).toContain(`"'=cmd","a, ""b"""`);
  expect(runs.text).toContain('"in period USD","so far USD"');
  expect(world.costs.export({ ...month, what: 'projects' }).text).toBe(
    '"project","runs","GPU hours","USD"\r\n"a, ""b""",1,8,8\r\n',
  );
  for (const what of ['users', 'machines', 'idle'] as const)
    expect(world.costs.export({ ...month, what }).text.split('\r\n').length).toBeGreaterThan(2);
  // In the currency of the settings, too, with the rate and its day; dollars stay for programs.
  world.store.settings.update({ currency: 'EUR', currencyPerDollar: 0.9, currencyRateOn: '2026-11-28' });
  expect(world.costs.export({ ...month, what: 'projects' }).text).toBe(
    '"project","runs","GPU hours","USD","EUR","shown_currency","shown_per_usd","shown_rate_of"\r\n' +
      '"a, ""b""",1,8,8,7.2,"EUR",0.9,"2026-11-28"\r\n',
  );
});
