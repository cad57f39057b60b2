import { expect, it } from 'vitest';
import { budgetState, passedShares } from '#backend/costs/budget-state.ts';
import { budgetPeriod, checkedPeriod, dayCuts, dayMs } from '#backend/costs/period.ts';
import type { Budget } from '#shared/domain/cost.ts';

const budget = (more: Partial<Budget> = {}): Budget => ({
  id: 'b'.repeat(12),
  name: 'GPUs',
  project: null,
  user: null,
  period: 'month',
  amountMicros: 100,
  alertAt: [0.5, 0.8, 1],
  createdAt: 0,
  ...more,
});
const june = { from: Date.UTC(2026, 5), to: Date.UTC(2026, 6) };

it('follows the pace of the last seven days to the period’s end', () => {
  const now = Date.UTC(2026, 5, 16);
  // 30 spent, 14 of it in the last 7 days: 2 a day, 15 days left → 60.
  expect(budgetState(budget(), june, { spentMicros: 30, lately: 14 }, now)).toMatchObject({
    paceMicros: 60,
    state: 'ok',
    spentUpAt: null,
  });
  // 70 a week: 10 a day → 30 + 150 = 180; 70 left last 7 days.
  expect(budgetState(budget(), june, { spentMicros: 30, lately: 70 }, now)).toMatchObject({
    paceMicros: 180,
    state: 'fast',
    spentUpAt: now + 7 * dayMs,
  });
});

it('takes the pace since the period began where that is shorter, and none at its first instant', () => {
  const state = budgetState(budget(), june, { spentMicros: 2, lately: 2 }, june.from + dayMs);
  expect(state).toMatchObject({ paceMicros: 60, state: 'ok' });
  const first = budgetState(budget(), june, { spentMicros: 0, lately: 0 }, june.from);
  expect(first).toMatchObject({ paceMicros: 0, state: 'ok', spentUpAt: null });
});

it('says what is over before what is fast before what is near', () => {
  const now = june.to - 1;
  const at = (spentMicros: number, lately = 0, more = {}) =>
    budgetState(budget(more), june, { spentMicros, lately }, now).state;
  expect(at(49)).toBe('ok');
  expect(at(50)).toBe('near');
  expect(at(100)).toBe('over');
  expect(at(0, 0, { amountMicros: 0 })).toBe('ok');
  expect(at(1, 0, { amountMicros: 0 })).toBe('over');
  expect(passedShares(budget({ alertAt: [1, 0.8, 0.5, 0.5] }), 80)).toEqual([0.5, 0.8]);
});

it('knows months, quarters and years', () => {
  const at = Date.UTC(2026, 10, 29, 3);
  expect(budgetPeriod('month', at)).toEqual({ from: Date.UTC(2026, 10), to: Date.UTC(2026, 11) });
  expect(budgetPeriod('quarter', at)).toEqual({ from: Date.UTC(2026, 9), to: Date.UTC(2027, 0) });
  expect(budgetPeriod('year', at)).toEqual({ from: Date.UTC(2026, 0), to: Date.UTC(2027, 0) });
});

it('cuts at UTC days and refuses periods that are none', () => {
  expect(dayCuts({ from: dayMs / 2, to: 2 * dayMs })).toEqual([dayMs / 2, dayMs, 2 * dayMs]);
  for (const [from, to] of [
    [1, 1],
    [2, 1],
    [0, 1e15],
    [Number.NaN, 5],
  ] as const)
    expect(() => checkedPeriod({ from, to })).toThrow(/begin before it ends/);
});
