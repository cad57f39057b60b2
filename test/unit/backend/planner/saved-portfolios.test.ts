import { expect, test } from 'vitest';
import { newId } from '#shared/domain/new-id.ts';
import type { PortfolioProblem } from '#shared/domain/plan.ts';
import { queueEstimate } from '#shared/domain/what-if.ts';
import type { PortfolioContent, WhatIfContent } from '#shared/planner/plan-file.ts';
import { pricesOf } from '#shared/planner/plan-summary.ts';
import {
  byRule,
  limitsOfEach,
  optionsOf,
  ownPools,
  readProblem,
  rentedPools,
  toSolution,
} from '#shared/planner/portfolio/index.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { at, hour, someDemand, someLimits, someOffer } from '../../shared/planner/place/some-world.ts';
import { me, type Planned, planned } from './world.ts';

const answered = (problem: PortfolioProblem) =>
  toSolution(byRule(readProblem(problem), 'cheapest'), {
    strategy: 'cheapest',
    bound: null,
    improving: false,
    tookMs: 0,
    conflict: [],
  });

/** Three runs judged and planned as the page does it, under one budget. */
function portfolio(world: Planned): PortfolioContent {
  const demands = [someDemand({ name: 'a' }), someDemand({ name: 'b' }), someDemand({ name: 'c' })];
  const limits = { ...someLimits(), budgetMicros: 5_000_000_000 };
  const placements = demands.map((demand) =>
    world.planner.place({ demand, limits: limitsOfEach(limits), objective: 'cheapest', scenario: null }, at),
  );
  const problem: PortfolioProblem = {
    at,
    runs: placements.map((placement, index) => ({
      id: `r${index}`,
      name: placement.demand.name,
      priority: 0,
      deadlineAt: null,
      earliestAt: null,
      after: [],
      project: null,
      options: optionsOf(placement),
    })),
    pools: [...ownPools(world.planner.machines(at), at), ...rentedPools(placements, () => [])],
    budgetMicros: limits.budgetMicros,
    projectBudgets: {},
    weights: { cost: 1, time: 1, carbon: 0 },
  };
  return {
    kind: 'portfolio',
    sources: demands.map((demand, index) => ({ id: `r${index}`, yaml: null, demand })),
    limits,
    question: { problem, strategy: 'cheapest', scenario: null },
    answer: answered(problem),
    inputsHash: placements[0]?.inputsHash ?? null,
    prices: pricesOf(placements),
  };
}

function save(world: Planned, content: PortfolioContent): string {
  const planId = newId();
  const { inputsHash } = content;
  if (inputsHash === null) throw new Error('nothing was judged');
  world.planner.saved.save(
    { planId, name: 'many', kind: 'portfolio', content: JSON.stringify(content), inputsHash },
    me,
  );
  return planId;
}

test('a saved plan over many runs keeps its offers: the same answer whatever prices have become', async () => {
  const world = await planned();
  const content = portfolio(world);
  const planId = save(world, content);
  world.catalog.set([someOffer({ onDemandMicrosPerHour: 1_000_000 })]);
  world.run({ gpus: 8 });
  world.clock.advance(24 * hour);
  const { problem, again } = world.planner.saved.recomputeProblem(planId);
  expect(problem.runs.every(({ options }) => options.length > 1)).toBe(true);
  expect(again).toEqual(problem);
  expect(answered(again)).toEqual(content.answer);
  // From today's prices it would be another one.
  expect(portfolio(world).question.problem.runs).not.toEqual(problem.runs);
});

test('so does one that was shared with another computer', async () => {
  const world = await planned();
  const there = await planned();
  const { text } = world.planner.saved.exportFile(save(world, portfolio(world)));
  there.catalog.set([]);
  const planId = newId();
  there.planner.saved.importFile(planId, text, me);
  const { problem, again } = there.planner.saved.recomputeProblem(planId);
  expect(again).toEqual(problem);
});

test('scenarios over it are shared whole: the plan, the answers, buying and waiting', async () => {
  const world = await planned();
  const there = await planned();
  const base = portfolio(world);
  const dearer = { ...asItStands, id: 'dearer', name: 'dearer', pricePercent: 20 };
  const wait = queueEstimate.parse({
    servers: 2,
    arrivalsPerHour: 1,
    serviceMs: hour,
    utilisation: 0.5,
    waitProbability: 1 / 3,
    meanWaitMs: null,
    p90WaitMs: null,
    basis: 'typed',
    samples: 0,
    figure: { key: 'x', value: 1, unit: 'count', formula: '', inputs: [], source: null, asOf: null },
  });
  const content: WhatIfContent = {
    kind: 'what-if',
    base,
    scenarios: [{ scenario: dearer, place: null, portfolio: base.answer }],
    breakEven: null,
    waits: { now: wait, needed: null, targetWaitMs: null },
  };
  const planId = newId();
  const { inputsHash } = base;
  if (inputsHash === null) throw new Error('nothing was judged');
  world.planner.saved.save(
    { planId, name: 'what if', kind: 'what-if', content: JSON.stringify(content), inputsHash },
    me,
  );
  const { fileName, text } = world.planner.saved.exportFile(planId);
  expect(fileName).toBe('what if.trainyard-plan.json');
  there.catalog.set([]);
  const copy = there.planner.saved.importFile(newId(), text, me);
  expect(copy).toMatchObject({ name: 'what if', kind: 'what-if' });
  expect(copy.priceChanges?.changed).toBe(copy.priceChanges?.of);
  expect(copy.priceChanges?.top).toContainEqual(expect.objectContaining({ what: 'offer', nowMicros: null }));
  expect(copy.summary).toEqual(world.planner.saved.open(planId).plan.summary);
  expect(JSON.parse(there.planner.saved.open(copy.id).content)).toEqual(JSON.parse(JSON.stringify(content)));
  expect(there.planner.saved.exportFile(copy.id).text).toBe(
    text.replace(/"createdAt": \d+/, `"createdAt": ${copy.createdAt}`),
  );
});

test('a list says what plans cost and take, how old their prices are, and whether they have changed', async () => {
  const world = await planned();
  const content = portfolio(world);
  const planId = save(world, content);
  const before = world.planner.saved.list();
  expect(before).toMatchObject([
    {
      id: planId,
      summary: {
        costMicros: content.answer.costMicros,
        timeMs: content.answer.makespanMs,
        prices: content.prices,
      },
      priceChanges: { changed: 0, top: [] },
    },
  ]);
  expect(content.prices).not.toBeNull();
  // What runs on a machine is no price.
  world.run({ gpus: 8 });
  expect(world.planner.saved.list()).toEqual(before);
  world.catalog.set([someOffer({ onDemandMicrosPerHour: 1_000_000 })]);
  expect(world.planner.saved.list()).toMatchObject([{ id: planId, priceChanges: { changed: 3 } }]);
  expect(world.planner.saved.open(planId).plan.priceChanges?.changed).toBe(3);
});

test('of one whose inputs were not kept nobody says that its prices have changed; one that is damaged hides no other', async () => {
  const world = await planned();
  const known = save(world, portfolio(world));
  const older = newId();
  const { inputsHash: _, prices: __, ...rest } = portfolio(world);
  world.planner.saved.save(
    { planId: older, name: 'older', kind: 'portfolio', content: JSON.stringify(rest), inputsHash: 'gone' },
    me,
  );
  const of = (id: string) => world.planner.saved.list().find((plan) => plan.id === id);
  expect(of(older)).toMatchObject({ priceChanges: null, summary: { prices: null } });
  expect(() => world.planner.saved.recomputeProblem(older)).toThrow(
    expect.objectContaining({ code: 'PLAN_INPUTS_GONE' }),
  );
  world.store.sql.run(
    'UPDATE plans SET content = (SELECT content FROM planInputs LIMIT 1), changedAt = changedAt + 1 WHERE id = ?',
    older,
  );
  expect(of(older)?.summary).toEqual({ costMicros: null, timeMs: null, prices: null });
  expect(of(known)?.priceChanges?.changed).toBe(0);
});
