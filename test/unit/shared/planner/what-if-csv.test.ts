import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BreakEven, QueueEstimate, Scenario } from '#shared/domain/what-if.ts';
import { breakEven, queueEstimate } from '#shared/domain/what-if.ts';
import {
  readPlanContent,
  readPlanFile,
  type WhatIfContent,
  writePlanFile,
} from '#shared/planner/plan-file.ts';
import { byRule, readProblem, toSolution } from '#shared/planner/portfolio/index.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { cashCsv, scenariosCsv, waitsCsv } from '#shared/planner/what-if-csv.ts';
import { fixtureDemand, fixturePlacement, fixtureProblem } from '#test/lab/fixture-plan-data.ts';

const at = Date.UTC(2026, 10, 29);
const limits = {
  deadlineAt: null,
  budgetMicros: null,
  maxCarbonGrams: null,
  providers: [],
  excludedProviders: [],
  offerLabels: {},
};
const figure = {
  key: 'x',
  value: 1,
  unit: 'count' as const,
  formula: 'x',
  inputs: [],
  source: null,
  asOf: null,
};
const scenario = (name: string, patch: Partial<Scenario> = {}): Scenario => ({
  ...asItStands,
  id: name.slice(0, 60) || 'x',
  name,
  ...patch,
});
const months: BreakEven = breakEven.parse({
  utilisation: 0.4,
  ownedMicrosPerGpuHour: 2_230_000,
  rentedMicrosPerGpuHour: 3_390_000,
  months: [
    { month: 0, buyMicros: 300_000_000_000, rentMicros: 0 },
    { month: 1, buyMicros: 301_000_000_001, rentMicros: 302_000_000_000 },
  ],
  paidBackMonth: 1,
  figure,
});
const queue = (patch: Partial<QueueEstimate> = {}): QueueEstimate =>
  queueEstimate.parse({
    servers: 2,
    arrivalsPerHour: 1.5,
    serviceMs: 5_400_000,
    utilisation: 1.125,
    waitProbability: 1,
    meanWaitMs: null,
    p90WaitMs: null,
    basis: 'measured',
    samples: 60,
    figure,
    ...patch,
  });
const answer = fixturePlacement(at, fixtureDemand, limits, 'balanced');
const content: WhatIfContent = {
  kind: 'what-if',
  base: {
    kind: 'place',
    yaml: null,
    question: { demand: fixtureDemand, limits, objective: 'balanced', scenario: null },
    answer,
  },
  scenarios: [
    {
      scenario: scenario('=prices +20 %', { pricePercent: 20 }),
      place: fixturePlacement(at, fixtureDemand, limits, 'balanced', 1.2),
      portfolio: null,
    },
    { scenario: scenario('not answered yet', { spotOff: true }), place: null, portfolio: null },
  ],
  breakEven: months,
  waits: { now: queue(), needed: queue({ servers: 4, meanWaitMs: 90_000 }), targetWaitMs: 1_800_000 },
};

/** Cells by column; no cell of these has a quote or a line's end in it. */
function rowsOf(csv: string): Record<string, string>[] {
  const [header = '', ...lines] = csv.trimEnd().split('\r\n');
  const names = header.split(',').map((name) => name.replaceAll('"', ''));
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
    expect(cells).toHaveLength(names.length);
    return Object.fromEntries(
      names.map((name, index) => [name, cells[index]?.[1] ?? cells[index]?.[2] ?? '']),
    );
  });
}

describe('scenarios as a table', () => {
  it('have the plan as it stands first, and how far each is from it', () => {
    const [first, dearer, open] = rowsOf(scenariosCsv(content));
    expect(first).toMatchObject({ scenario: 'as it stands', cost_change_percent: '0', price_percent: '0' });
    // What a spreadsheet would take for a formula is tamed.
    expect(dearer).toMatchObject({
      scenario: "'=prices +20 %",
      price_percent: '20',
      cost_change_percent: '20',
    });
    expect(Number(dearer?.cost_usd_p50)).toBeCloseTo(Number(first?.cost_usd_p50) * 1.2, 5);
    expect(open).toMatchObject({
      scenario: 'not answered yet',
      spot_off: 'yes',
      cost_usd_p50: '',
      reasons: '',
    });
  });

  it('of many runs say how many are placed and late', () => {
    const problem = fixtureProblem(at, 24);
    const solution = toSolution(byRule(readProblem(problem), 'cheapest'), {
      strategy: 'cheapest',
      bound: null,
      improving: false,
      tookMs: 1,
      conflict: [],
    });
    const many: WhatIfContent = {
      ...content,
      base: {
        kind: 'portfolio',
        sources: [],
        limits,
        question: { problem, strategy: 'cheapest', scenario: null },
        answer: solution,
        inputsHash: null,
        prices: null,
      },
      scenarios: [{ scenario: scenario('same'), place: null, portfolio: solution }],
    };
    const [first, same] = rowsOf(scenariosCsv(many));
    expect(first).toMatchObject({
      runs: '24',
      runs_placed: String(solution.placed),
      runs_late: String(solution.late),
      cost_usd_p50: String(solution.costMicros / 1e6),
    });
    expect(same).toEqual({ ...first, scenario: 'same' });
  });

  it('have as many rows as there are scenarios and one, whatever they are called', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 60 }), { maxLength: 8 }), (names) => {
        const csv = scenariosCsv({
          ...content,
          scenarios: names.map((name) => ({ scenario: scenario(name), place: null, portfolio: null })),
        });
        // Line ends within a name are quoted, and not CRLF between two rows: rows end after an unquoted cell.
        let quoted = false;
        let rows = 0;
        for (const sign of csv) {
          if (sign === '"') quoted = !quoted;
          if (sign === '\n' && !quoted) rows += 1;
        }
        expect(rows).toBe(names.length + 2);
      }),
      { numRuns: 300 },
    );
  });
});

describe('buying, renting and waiting as tables', () => {
  it('have a row a month, exact to the micro-dollar', () => {
    expect(rowsOf(cashCsv(months))).toEqual([
      { month: '0', buy_usd: '300000', rent_usd: '0', paid_back: '' },
      { month: '1', buy_usd: '301000.000001', rent_usd: '302000', paid_back: 'yes' },
    ]);
  });

  it('say what there is and what would be needed; a wait without end is empty', () => {
    if (!content.waits) throw new Error('no waits');
    const [now, needed, ...rest] = rowsOf(waitsCsv(content.waits));
    expect(now).toMatchObject({
      case: 'now',
      places: '2',
      mean_wait_minutes: '',
      utilisation_percent: '112.5',
    });
    expect(needed).toMatchObject({
      case: 'needed',
      places: '4',
      mean_wait_minutes: '1.5',
      wanted_mean_wait_minutes: '30',
    });
    expect(rest).toEqual([]);
    expect(rowsOf(waitsCsv({ ...content.waits, needed: null }))).toHaveLength(1);
  });
});

describe('what was saved of scenarios', () => {
  it('is read from JSON as it was written, and from a file to share', () => {
    expect(readPlanContent(JSON.stringify(content, null, 1))).toEqual(content);
    const file = { name: 'what if', createdAt: at, inputsHash: 'abc', content, inputs: null };
    const text = writePlanFile(file);
    expect(readPlanFile(text)).toMatchObject(file);
    expect(scenariosCsv(readPlanFile(text).content as WhatIfContent)).toBe(scenariosCsv(content));
  });

  it('by an older Trainyard, without waits, is read too', () => {
    const { waits: _, ...older } = content;
    expect(readPlanContent(JSON.stringify(older))).toEqual({ ...content, waits: null });
  });
});
