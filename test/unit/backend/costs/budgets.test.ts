import { expect, it } from 'vitest';
import type { Budget } from '#shared/domain/cost.ts';
import { newId } from '#shared/domain/new-id.ts';
import { boxA, dollar, hour, ledgered, me } from './world.ts';

const budget = (more: Partial<Omit<Budget, 'createdAt'>> = {}): Omit<Budget, 'createdAt'> => ({
  id: newId(),
  name: 'GPUs',
  project: null,
  user: null,
  period: 'month',
  amountMicros: 1000 * dollar,
  alertAt: [0.8, 0.5, 1],
  ...more,
});

it('tells of each share once a period, of several at once only the highest', async () => {
  const world = await ledgered();
  world.price(boxA, 100);
  world.costs.setBudget(budget(), me);
  world.run({ gpus: 8 });
  world.pass(4 * hour);
  world.costs.look();
  // 400 of 1,000 within four hours: its pace is told, its shares are not.
  expect(world.notices()).toEqual(['BUDGET_PACE']);
  world.pass(2 * hour);
  world.costs.look();
  world.costs.look();
  expect(world.notices()).toEqual(['BUDGET_SHARE', 'BUDGET_PACE']);
  // Asleep for a day: both of what was passed meanwhile are noted, one is told.
  world.pass(24 * hour);
  world.costs.look();
  world.pass(hour);
  world.costs.look();
  expect(world.notices()).toEqual(['BUDGET_OVER', 'BUDGET_SHARE', 'BUDGET_PACE']);
  expect(world.costs.budgets()).toMatchObject([{ state: 'over' }]);
  // Another month begins.
  world.pass(25 * 24 * hour);
  world.costs.look();
  expect(world.notices()[0]).toBe('BUDGET_OVER');
  expect(world.notices()).toHaveLength(4);
});

it('tells by itself after things have changed, and now and then', async () => {
  const world = await ledgered();
  world.price(boxA, 100);
  world.costs.setBudget(budget({ amountMicros: 10 * dollar }), me);
  world.run({ gpus: 8 });
  world.pass(hour);
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(world.notices()).toEqual(['BUDGET_OVER']);
});

it('counts what a budget is for, and is told again once it is changed', async () => {
  const world = await ledgered();
  world.price(boxA, 8);
  const ours = budget({ project: 'llm', amountMicros: 4 * dollar });
  world.costs.setBudget(ours, me);
  world.pass(1);
  world.costs.setBudget(budget({ name: 'nobody', user: 'nobody' }), me);
  const runId = world.run({ gpus: 4 });
  world.run({ gpus: 4 });
  world.costs.setProject(runId, 'llm', me);
  world.pass(hour);
  expect(world.costs.budgets().map(({ spentMicros, state }) => [spentMicros, state])).toEqual([
    [4 * dollar, 'over'],
    [0, 'ok'],
  ]);
  world.costs.look();
  expect(world.notices()).toEqual(['BUDGET_OVER']);
  const changed = world.costs.setBudget({ ...ours, amountMicros: 8 * dollar, alertAt: [0.5, 0.5] }, me);
  expect(changed.alertAt).toEqual([0.5]);
  world.costs.look();
  expect(world.notices()).toEqual(['BUDGET_SHARE', 'BUDGET_OVER']);
  world.costs.removeBudget(ours.id, me);
  expect(world.costs.budgets()).toHaveLength(1);
  expect(() => world.costs.removeBudget(ours.id, me)).toThrow(
    expect.objectContaining({ code: 'BUDGET_UNKNOWN' }),
  );
  const actions = world.activity.map(({ action }) => action);
  expect(actions.filter((action) => action === 'budget.set')).toHaveLength(3);
  expect(actions.at(-1)).toBe('budget.remove');
  expect(world.told.some(({ type }) => type === 'costs.changed')).toBe(true);
});
