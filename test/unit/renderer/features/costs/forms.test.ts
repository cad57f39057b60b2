import { expect, it } from 'vitest';
import { moneyText, readMoney } from '#renderer/features/costs/money-text.ts';
import { ownTexts, readOwnTexts } from '#renderer/features/costs/own-costs-form.ts';
import { difference, sortRuns } from '#renderer/features/costs/run-columns.tsx';
import type { OwnCosts } from '#shared/domain/catalog.ts';
import type { RunCost } from '#shared/domain/cost.ts';

it('reads amounts as people write them, in the currency of the settings', () => {
  expect(readMoney('1500', 1)).toBe(1_500_000_000);
  expect(readMoney('1,500.50', 1)).toBe(1_500_500_000);
  expect(readMoney('0,2', 1)).toBe(200_000);
  expect(readMoney('.25', 1)).toBe(250_000);
  for (const text of ['', '-1', '1e3', 'x', '1.2.3', '99999999999999999'])
    expect(readMoney(text, 1)).toBeNull();
  expect(readMoney('100', 0.5)).toBe(200_000_000);
  expect(moneyText(200_000_000, 0.5)).toBe('100');
});

it('gives back what was typed about a machine, and names what cannot be', () => {
  const costs: OwnCosts = {
    capexMicros: 350_400_000_000,
    residualMicros: 20_000_000_000,
    overhead: 0.125,
    years: 4.5,
    powerKW: 10.2,
    pue: 1.35,
    microsPerKWh: 240_000,
    otherMicrosPerHour: 900_000,
    utilisation: 0.55,
    networkGbps: 2.5,
  };
  expect(readOwnTexts(ownTexts(costs, 7.1), 7.1).costs).toEqual(costs);
  expect(readOwnTexts(ownTexts({ ...costs, powerKW: null }, 1), 1).costs?.powerKW).toBeNull();
  expect(readOwnTexts({ ...ownTexts(costs, 1), network: ' ' }, 1).costs?.networkGbps).toBeNull();
  expect([...readOwnTexts({ ...ownTexts(costs, 1), network: 'fast' }, 1).wrong]).toEqual(['network']);
  const { costs: none, wrong } = readOwnTexts(
    { ...ownTexts(costs, 1), pue: '0.9', years: '0', capex: 'much' },
    1,
  );
  expect(none).toBeNull();
  expect([...wrong]).toEqual(['capex', 'years', 'pue']);
  expect(readOwnTexts(ownTexts(null, 1), 1).costs).toBeNull();
});

it('sorts runs with what there is nothing of last, either way', () => {
  const run = (runId: string, plannedMicros: number | null, soFarMicros: number): RunCost => ({
    ...{ runId, name: runId, project: null, user: null, machineName: 'm', state: 'running' },
    ...{ startedAt: 0, endedAt: null, gpuHours: 1, soFarMicros, periodMicros: soFarMicros },
    ...{ projectedMicros: null, plannedMicros, plannedMs: null, basis: 'own' },
  });
  const runs = [run('a', null, 5), run('b', 10, 15), run('c', 20, 15)];
  expect(runs.map(difference)).toEqual([null, 5, -5]);
  expect(sortRuns(runs, 'difference', true).map(({ runId }) => runId)).toEqual(['b', 'c', 'a']);
  expect(sortRuns(runs, 'difference', false).map(({ runId }) => runId)).toEqual(['c', 'b', 'a']);
  expect(sortRuns(runs, 'soFar', true).map(({ runId }) => runId)).toEqual(['b', 'c', 'a']);
});
