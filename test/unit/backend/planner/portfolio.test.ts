import { afterEach, expect, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { Portfolio, poolQuotas } from '#backend/planner/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { PortfolioProblem } from '#shared/domain/plan.ts';
import type { Run } from '#shared/domain/run.ts';
import { assumedBusyMs, check } from '#shared/planner/portfolio/index.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { largeProblem, optionOf, poolOf, problemOf, runOf } from '#test/fakes/portfolio.ts';
import { until } from '#test/until.ts';
import { at, hour, someDemand, someLimits, someQuota } from '../../shared/planner/place/some-world.ts';
import { heron, me, type Planned, planned } from './world.ts';

const open: Portfolio[] = [];
afterEach(async () => {
  for (const portfolio of open.splice(0)) await portfolio.close();
});

function portfolioOf(world: Planned): Portfolio {
  const { store, events, planner } = world;
  const portfolio = new Portfolio({
    store,
    events,
    activity: { record: (entry) => void world.activity.push(entry) },
    clock: world.clock,
    judge: (demand, limits, now) =>
      planner.place({ demand, limits, objective: 'cheapest', scenario: null }, now),
    machines: (now) => planner.machines(now),
    quotasOf: (place) => {
      const table = world.catalog.table();
      return poolQuotas(place, table.row(table.indexOf(place.id)), world.quotas);
    },
    powerOf: () => null,
    launch(request) {
      world.launched.push(request);
      if (request.yaml === '') throw new Error('no task');
      const run = world.run({ name: request.name ?? '?', state: 'queued', gpus: 0 });
      store.sql.run('UPDATE runs SET requestId = ? WHERE id = ?', request.requestId, run.id);
      return run;
    },
    openPlan: (planId) => planner.saved.open(planId).content,
    noteRuns: (planId, runIds) => planner.saved.noteRuns(planId, runIds),
    // Questions that nobody waits for are ended by the computer's own clock.
    solver: { clock: systemClock },
  });
  open.push(portfolio);
  return portfolio;
}

const never = new AbortController().signal;
const asking = () => ({ solveId: newId(), strategy: 'optimal', scenario: null }) as const;

test('pools are own machines as they free up; what ends nobody knows when is assumed', async () => {
  const world = await planned();
  world.run({ gpus: 3 });
  const portfolio = portfolioOf(world);
  const [pool, ...others] = portfolio.pools();
  expect(others).toEqual([]);
  expect(pool).toMatchObject({ gpus: 8, place: { kind: 'machine', id: heron, accelerator: 'H100' } });
  expect(pool?.busy).toEqual(
    Array.from({ length: 3 }, () => ({ gpus: 1, untilAt: at + assumedBusyMs, basis: 'assumed' })),
  );
});

test('what runs hold and what waits in a queue is not planned twice: one run and many see the same machine', async () => {
  const world = await planned();
  // Four GPUs for three hours more, by its steps; three asked for by what is queued; one is free.
  const { id } = world.run({ gpus: 4 });
  world.store.runs.setProgress(id, { step: 250, totalSteps: 1000 });
  world.run({ gpus: 0, state: 'queued', startedAt: null, asks: '"H100:3"' });
  const portfolio = portfolioOf(world);
  const [pool] = portfolio.pools();
  expect(pool?.busy.toSorted((a, b) => a.untilAt - b.untilAt)).toEqual([
    ...Array.from({ length: 4 }, () => ({ gpus: 1, untilAt: at + 3 * hour, basis: 'estimated' })),
    ...Array.from({ length: 3 }, () => ({ gpus: 1, untilAt: at + assumedBusyMs, basis: 'assumed' })),
  ]);
  const demand = (count: number) => someDemand({ accelerators: [{ name: 'H100', count }] });
  const one = (count: number) =>
    world.planner
      .place({ demand: demand(count), limits: someLimits(), objective: 'cheapest', scenario: null })
      .alternatives.find(({ place }) => place.id === heron);
  expect(one(1)?.parts?.waitMs).toBe(0);
  expect(one(5)?.parts?.waitMs).toBe(3 * hour);
  expect(one(6)?.reasons[0]?.code).toBe('PLACE_BUSY');
  const { runs, pools } = await portfolio.options([demand(5)], someLimits());
  const problem: PortfolioProblem = { ...problemOf(runs, pools.slice(0, 1)), at };
  const solution = await portfolio.solve({ ...asking(), problem }, never);
  expect(solution.assignments).toMatchObject([{ startAt: at + 3 * hour }]);
});

test('offers share what their quotas leave; what a run takes of one is in its options', async () => {
  const world = await planned();
  const portfolio = portfolioOf(world);
  const demands = ['a', 'b', 'c', 'd'].map((name) =>
    someDemand({ name, accelerators: [{ name: 'H100', count: 16 }], maxNodes: 2 }),
  );
  const rented = async () => {
    const { at: judgedAt, inputsHash, prices, runs, pools } = await portfolio.options(demands, someLimits());
    // With these a plan that is saved keeps its offers.
    expect([judgedAt, inputsHash]).toEqual([
      at,
      world.planner.place({
        demand: someDemand(),
        limits: someLimits(),
        objective: 'cheapest',
        scenario: null,
      }).inputsHash,
    ]);
    expect(prices).not.toBeNull();
    // A budget is for all together: it takes no place from any of them.
    const poor = await portfolio.options(demands, { ...someLimits(), budgetMicros: 1 });
    expect(poor.runs).toEqual(runs);
    const [pool] = pools.filter(({ place }) => place.kind === 'on-demand');
    return { runs, pools, pool };
  };
  expect((await rented()).pool?.quotas).toBeUndefined();
  world.quotas = [someQuota({ limit: 1000, inUse: 100 })];
  const { runs, pools, pool } = await rented();
  // Four machines of 192 vCPUs are in 900: two runs at once.
  expect(pool).toMatchObject({ gpus: 32, quotas: [{ most: 900, perMachine: 192 }] });
  expect(runs[0]?.options[0]).toMatchObject({ gpus: 16, nodes: 2 });
  const problem: PortfolioProblem = { ...problemOf(runs, pools), at };
  const solution = await portfolio.solve({ ...asking(), problem }, never);
  expect(check(problem, solution)).toEqual([]);
  expect(solution.placed).toBe(4);
  const here = solution.assignments.filter(({ poolId }) => poolId === pool?.id);
  expect(here.filter(({ startAt }) => startAt === at).length).toBeLessThanOrEqual(2);
});

test('options are what one run would be offered, and can be planned at once', async () => {
  const world = await planned();
  const portfolio = portfolioOf(world);
  const demands = ['a', 'b', 'c'].map((name) => someDemand({ name }));
  const { runs, pools } = await portfolio.options(demands, someLimits());
  expect(runs.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(new Set(runs.map(({ id }) => id)).size).toBe(3);
  const kinds = new Set(pools.map(({ place }) => place.kind));
  expect(kinds.has('machine') && kinds.has('on-demand')).toBe(true);
  const named = new Set(pools.map(({ id }) => id));
  for (const { options } of runs) {
    expect(options.length).toBeGreaterThan(1);
    for (const { poolId } of options) expect(named.has(poolId)).toBe(true);
  }
  const problem: PortfolioProblem = {
    at,
    runs,
    pools,
    budgetMicros: null,
    projectBudgets: {},
    weights: { cost: 1, time: 1, carbon: 1 },
  };
  const solution = await portfolio.solve({ ...asking(), problem }, never);
  expect(check(problem, solution)).toEqual([]);
  expect(solution.placed).toBe(3);
});

test('a plan is improved until it is cancelled; a scenario changes the problem', async () => {
  const world = await planned();
  const portfolio = portfolioOf(world);
  const problem = largeProblem(3, 120, 60, 0.1);
  const question = { ...asking(), problem };
  const first = await portfolio.solve(question, never);
  expect(first.improving).toBe(true);
  portfolio.cancel(question.solveId);
  const last = await until('the last word is told', () =>
    world.told.find((event) => event.type === 'plan.improved' && !event.solution.improving),
  );
  expect(last).toMatchObject({ type: 'plan.improved', solveId: question.solveId });
  const one = problemOf([runOf('r', { options: [optionOf('a', 1, 2, 4)] })], [poolOf('a', 1)]);
  const dearer = { ...asItStands, pricePercent: 50 };
  const solutions = await portfolio.compare(one, ['cheapest', 'optimal'], dearer, never);
  expect(solutions.map(({ costMicros }) => costMicros)).toEqual([6_000_000, 6_000_000]);
  expect(await portfolio.front(one, 3, null, null, never)).toMatchObject([{ costMicros: 4_000_000 }]);
});

test('how far a front is, is told by its id; cancelled it is no longer waited for, and the next is answered', async () => {
  const world = await planned();
  const portfolio = portfolioOf(world);
  const solveId = newId();
  const problem = largeProblem(5, 60, 30, 0.2);
  const front = await portfolio.front(problem, 5, null, solveId, never);
  expect(front.length).toBeGreaterThan(1);
  const told = world.told.flatMap((event) =>
    event.type === 'plan.frontMade' && event.solveId === solveId ? [[event.made, event.of]] : [],
  );
  expect(told).toEqual([
    [2, 5],
    [3, 5],
    [4, 5],
    [5, 5],
  ]);
  const cancelled = new AbortController();
  const going = portfolio.front(largeProblem(6, 200, 60, 0.2), 20, null, null, cancelled.signal);
  cancelled.abort();
  await expect(going).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await portfolio.front(problem, 5, null, null, never)).toHaveLength(front.length);
});

async function accepted(): Promise<{ world: Planned; portfolio: Portfolio; planId: string }> {
  const world = await planned();
  const portfolio = portfolioOf(world);
  const own = {
    ...poolOf('own', 8),
    place: { ...poolOf('own', 8).place, kind: 'machine', id: heron } as const,
  };
  const problem = problemOf(
    [
      runOf('first', { name: 'First', options: [optionOf('own', 2, 1, 1)] }),
      runOf('second', { name: 'Second', options: [optionOf('own', 2, 1, 1)], after: ['first'] }),
      runOf('rented', { options: [optionOf('cloud', 2, 1, 1)] }),
      runOf('nowhere', { options: [] }),
      runOf('broken', { options: [optionOf('own', 2, 1, 1)] }),
    ],
    [own, poolOf('cloud', 8)],
  );
  const answer = await portfolio.solve({ ...asking(), problem }, never);
  const { inputsHash } = world.planner.place({
    demand: someDemand(),
    limits: someLimits(),
    objective: 'cheapest',
    scenario: null,
  });
  const planId = newId();
  const content = JSON.stringify({
    kind: 'portfolio',
    sources: [],
    limits: someLimits(),
    question: { problem, strategy: 'optimal', scenario: null },
    answer,
  });
  world.planner.saved.save({ planId, name: 'many', kind: 'portfolio', content, inputsHash }, me);
  return { world, portfolio, planId };
}

const ask = (runId: string, more: { machineId?: string; priority?: number; yaml?: string } = {}) => ({
  runId,
  yaml: 'run: x',
  machineId: heron,
  priority: 0,
  baseDirectory: null,
  ...more,
});

test('what is accepted is queued once; what cannot be is left with the reason', async () => {
  const { world, portfolio, planId } = await accepted();
  const runs = [
    ask('second', { priority: 500 }),
    ask('first'),
    ask('rented'),
    ask('nowhere'),
    ask('broken', { yaml: '' }),
    ask('unknown'),
  ];
  const answers = portfolio.accept({ requestId: newId(), planId, runs }, me);
  expect(answers.map(({ runId, why }) => [runId, why?.message ?? null])).toEqual([
    ['second', 'Left: it waits for “First”. Accept it again once that one has succeeded.'],
    ['first', null],
    ['rented', 'Left: cloud would be rented, and renting is not connected yet.'],
    ['nowhere', 'Left: the plan has no place for it.'],
    ['broken', 'Something went wrong inside Trainyard. The log has the details.'],
    ['unknown', 'Left: it is not in this plan.'],
  ]);
  const queued = answers[1]?.queued ?? '';
  expect(world.store.runs.require(queued)).toMatchObject({ name: 'First' } satisfies Partial<Run>);
  expect(world.planner.saved.open(planId).plan.runIds).toEqual([queued]);
  expect(world.activity.at(-1)).toMatchObject({
    action: 'plan.accept',
    target: planId,
    details: { queued: [queued], left: 5 },
  });
  // Sent again, by whomever: the same run, none anew.
  const launched = world.launched.length;
  expect(portfolio.accept({ requestId: newId(), planId, runs: [ask('first')] }, me)).toEqual([
    { runId: 'first', queued, why: null },
  ]);
  expect(world.launched.length).toBe(launched);
  // Once the one before has succeeded, the next is taken; never on another machine than the plan's.
  world.store.runs.updateAttempt(queued, 1, { state: 'succeeded', endedAt: at + hour });
  const [elsewhere] = portfolio.accept(
    { requestId: newId(), planId, runs: [ask('second', { machineId: newId() })] },
    me,
  );
  expect(elsewhere?.why?.code).toBe('ACCEPT_OTHER_MACHINE');
  const [second] = portfolio.accept(
    { requestId: newId(), planId, runs: [ask('second', { priority: 500 })] },
    me,
  );
  expect(second?.why).toBe(null);
  expect(world.launched.at(-1)).toMatchObject({ priority: 100, name: 'Second' });
});

test('a plan that is not there, or of another kind, is refused', async () => {
  const { portfolio, world } = await accepted();
  const accept = (planId: string) => () => portfolio.accept({ requestId: newId(), planId, runs: [] }, me);
  expect(accept(newId())).toThrow(expect.objectContaining({ code: 'PLAN_UNKNOWN' }));
  const question = {
    demand: someDemand(),
    limits: someLimits(),
    objective: 'cheapest',
    scenario: null,
  } as const;
  const answer = world.planner.place(question);
  const planId = newId();
  const content = JSON.stringify({ kind: 'place', yaml: null, question, answer });
  world.planner.saved.save(
    { planId, name: 'one', kind: 'place', content, inputsHash: answer.inputsHash },
    me,
  );
  expect(accept(planId)).toThrow(expect.objectContaining({ code: 'PLAN_NOT_PORTFOLIO' }));
});
