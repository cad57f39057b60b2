import { expect, test } from 'vitest';
import { offersCsv } from '#renderer/features/catalog/offers-csv.ts';
import { csvMoney, inDollars } from '#shared/planner/csv-money.ts';
import { csvOf, placementCsv, solutionCsv } from '#shared/planner/export-csv.ts';
import { byRule, readProblem, toSolution } from '#shared/planner/portfolio/index.ts';
import { cashCsv } from '#shared/planner/what-if-csv.ts';
import { fixtureDemand, fixturePlacement, fixtureProblem } from '#test/lab/fixture-plan-data.ts';

const euros = csvMoney({ currency: 'EUR', currencyPerDollar: 0.92, currencyRateOn: '2026-11-27' });
const cellsOf = (line = ''): string[] => [...(line.match(/"(?:[^"]|"")*"|[^,]+|(?<=,)(?=,|$)/g) ?? [])];
const linesOf = (csv: string) => csv.trimEnd().split('\r\n').map(cellsOf);

test('a column in dollars has one in the currency that is shown beside it, and the rate with its day at the end', () => {
  const rows = [
    ['a', 1_234_567_891, 2],
    ['b', null, 3],
    ['c', 31_415, 4],
  ];
  expect(csvOf(['name', 'cost_usd_p10', 'usdish'], rows, euros)).toBe(
    [
      '"name","cost_usd_p10","cost_eur_p10","usdish","shown_currency","shown_per_usd","shown_rate_of"',
      '"a",1234.567891,1135.8,2,"EUR",0.92,"2026-11-27"',
      '"b",,,3,"EUR",0.92,"2026-11-27"',
      '"c",0.031415,0.028902,4,"EUR",0.92,"2026-11-27"',
      '',
    ].join('\r\n'),
  );
  // Yen have no coins; nobody has said of when the rate is.
  const yen = csvMoney({ currency: 'JPY', currencyPerDollar: 150, currencyRateOn: '' });
  expect(csvOf(['usd'], [[1_234_567]], yen)).toBe(
    '"usd","jpy","shown_currency","shown_per_usd","shown_rate_of"\r\n1.234567,185,"JPY",150,\r\n',
  );
});

test('in dollars there is one column, and nothing of a rate, whatever was said of one', () => {
  const dollars = csvMoney({ currency: 'USD', currencyPerDollar: 3, currencyRateOn: '2026-11-27' });
  for (const money of [inDollars, dollars])
    expect(csvOf(['x', 'price_usd_per_hour'], [['a', 2_500_000]], money)).toBe(
      '"x","price_usd_per_hour"\r\n"a",2.5\r\n',
    );
  expect(csvOf(['x'], [['a']], euros)).toBe('"x"\r\n"a"\r\n');
});

test('every table that is taken away has it: of one run, of many, of buying, of offers', () => {
  const at = Date.UTC(2026, 10, 29);
  const limits = {
    deadlineAt: null,
    budgetMicros: 200_000_000,
    maxCarbonGrams: null,
    providers: [],
    excludedProviders: [],
    offerLabels: {},
  };
  const csv = placementCsv(fixturePlacement(at, fixtureDemand, limits, 'balanced'), euros);
  const [header = [], ...rows] = linesOf(csv);
  const usual = header.indexOf('"cost_usd_p50"');
  expect(header[usual + 1]).toBe('"cost_eur_p50"');
  for (const row of rows) {
    expect(row).toHaveLength(header.length);
    if (row[usual] !== '') expect(Number(row[usual + 1])).toBeCloseTo(Number(row[usual]) * 0.92, 1);
    expect(row.slice(-3)).toEqual(['"EUR"', '0.92', '"2026-11-27"']);
  }
  // Its sentences are in euros, too.
  expect(csv).toContain('€');
  expect(csv).not.toContain('$');

  const problem = fixtureProblem(at, 3);
  const solution = toSolution(byRule(readProblem(problem), 'cheapest'), {
    strategy: 'cheapest',
    bound: null,
    improving: false,
    tookMs: 0,
    conflict: [],
  });
  expect(solutionCsv(problem, solution, euros)).toContain('"cost_usd","cost_eur"');
  const figure = {
    key: 'x',
    value: 1,
    unit: 'count' as const,
    formula: '',
    inputs: [],
    source: null,
    asOf: null,
  };
  const cash = {
    utilisation: 1,
    ownedMicrosPerGpuHour: 1,
    rentedMicrosPerGpuHour: 1,
    months: [{ month: 0, buyMicros: 100_000_000, rentMicros: 0 }],
    paidBackMonth: null,
    figure,
  };
  expect(cashCsv(cash, euros)).toContain('0,100,92,0,0,');
  expect(offersCsv([], euros)).toContain('"price_usd_per_hour","price_eur_per_hour"');
});
