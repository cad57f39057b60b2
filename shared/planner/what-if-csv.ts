import type { Placement, PortfolioSolution } from '../domain/plan.ts';
import type { BreakEven, Scenario } from '../domain/what-if.ts';
import { type CsvMoney, inDollars } from './csv-money.ts';
import { type Cell, csvOf, hours, reasonsText, time } from './export-csv.ts';
import type { WhatIfContent } from './plan-file.ts';
import { asItStands } from './what-if.ts';

const minutes = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 600) / 100);
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** What one row says of an answer; of a plan over many runs there is one number where a single run has a range. */
interface Answered {
  kind: string | undefined;
  place: string | undefined;
  gpus: number | undefined;
  cost: [number | undefined, number | undefined, number | undefined];
  time: [number | undefined, number | undefined, number | undefined];
  doneAt: number | null;
  usable: number | null;
  runs: number | null;
  placed: number | null;
  late: number | null;
  reasons: string;
}

const header = [
  'scenario',
  'spot_off',
  'price_percent',
  'work_percent',
  'budget_percent',
  'deadline_shift_hours',
  'machines_down',
  'bought',
  'kind',
  'place',
  'gpus',
  'cost_usd_p10',
  'cost_usd_p50',
  'cost_usd_p90',
  'cost_change_percent',
  'hours_p10',
  'hours_p50',
  'hours_p90',
  'time_change_percent',
  'done_at',
  'places_that_may_be_taken',
  'runs',
  'runs_placed',
  'runs_late',
  'reasons',
];

/** The plan as it stands and each scenario, one a row, with how far each is from the first. Times in hours. */
export function scenariosCsv({ base, scenarios }: WhatIfContent, money: CsvMoney = inDollars): string {
  const standing =
    base.kind === 'place' ? { place: base.answer, portfolio: null } : { place: null, portfolio: base.answer };
  const rows = [{ scenario: { ...asItStands, name: 'as it stands' }, ...standing }, ...scenarios];
  const first = answered(standing, money);
  return csvOf(
    header,
    rows.map(({ scenario, ...answer }) => rowOf(scenario, answered(answer, money), first)),
    money,
  );
}

function rowOf(scenario: Scenario, one: Answered | null, first: Answered | null): Cell[] {
  const asked: Cell[] = [
    scenario.name,
    scenario.spotOff ? 'yes' : '',
    scenario.pricePercent,
    scenario.workPercent,
    scenario.budgetPercent,
    hours(scenario.deadlineShiftMs),
    scenario.withoutMachines.length,
    scenario.bought.map(({ title }) => title).join(', '),
  ];
  if (one === null) return [...asked, ...header.slice(asked.length).map(() => null)];
  return [
    ...asked,
    one.kind,
    one.place,
    one.gpus,
    ...one.cost,
    changeOf(one.cost[1], first?.cost[1]),
    ...one.time.map(hours),
    changeOf(one.time[1], first?.time[1]),
    time(one.doneAt),
    one.usable,
    one.runs,
    one.placed,
    one.late,
    one.reasons,
  ];
}

const changeOf = (now: number | undefined, before: number | undefined): number | null =>
  now === undefined || before === undefined || before === 0 ? null : round((now / before - 1) * 100, 2);

function answered(
  { place, portfolio }: { place: Placement | null; portfolio: PortfolioSolution | null },
  money: CsvMoney,
): Answered | null {
  if (place) return ofPlacement(place, money);
  return portfolio ? ofPortfolio(portfolio, money) : null;
}

function ofPlacement({ alternatives, recommended, summary, at }: Placement, money: CsvMoney): Answered {
  const one = recommended === null ? undefined : alternatives[recommended];
  const { costMicros: cost, durationMs: ms } = one ?? {};
  return {
    kind: one?.place.kind,
    place: one?.place.title,
    gpus: one && one.place.gpus * one.place.nodes,
    cost: [cost?.p10, cost?.p50, cost?.p90],
    time: [ms?.p10, ms?.p50, ms?.p90],
    doneAt: ms ? Math.round(at + ms.p50) : null,
    usable: alternatives.filter(({ excluded }) => !excluded).length,
    runs: null,
    placed: null,
    late: null,
    reasons: reasonsText(one?.reasons ?? summary, money),
  };
}

function ofPortfolio(
  { assignments, costMicros, makespanMs, placed, late, conflict }: PortfolioSolution,
  money: CsvMoney,
): Answered {
  const ends = assignments.flatMap(({ endAt }) => (endAt === null ? [] : [endAt]));
  return {
    kind: undefined,
    place: undefined,
    gpus: undefined,
    cost: [undefined, costMicros, undefined],
    time: [undefined, makespanMs, undefined],
    doneAt: ends.length === 0 ? null : Math.round(ends.reduce((most, end) => Math.max(most, end))),
    usable: null,
    runs: assignments.length,
    placed,
    late,
    reasons: reasonsText(conflict, money),
  };
}

/** What has been spent after each month by buying and by renting. */
export const cashCsv = ({ months, paidBackMonth }: BreakEven, money: CsvMoney = inDollars): string =>
  csvOf(
    ['month', 'buy_usd', 'rent_usd', 'paid_back'],
    months.map(({ month, buyMicros, rentMicros }) => [
      month,
      buyMicros,
      rentMicros,
      paidBackMonth !== null && month >= paidBackMonth ? 'yes' : '',
    ]),
    money,
  );

/** How long runs wait with the places there are, and with as many as keep the wait that was asked for. Empty: without end. */
export const waitsCsv = ({ now, needed, targetWaitMs }: NonNullable<WhatIfContent['waits']>): string =>
  csvOf(
    [
      'case',
      'places',
      'arrivals_per_hour',
      'service_hours',
      'utilisation_percent',
      'waits_percent',
      'mean_wait_minutes',
      'p90_wait_minutes',
      'wanted_mean_wait_minutes',
      'basis',
      'samples',
    ],
    [
      { what: 'now', one: now, target: null },
      ...(needed ? [{ what: 'needed', one: needed, target: targetWaitMs }] : []),
    ].map(({ what, one, target }) => [
      what,
      one.servers,
      round(one.arrivalsPerHour, 6),
      hours(one.serviceMs),
      round(one.utilisation * 100, 3),
      round(one.waitProbability * 100, 3),
      minutes(one.meanWaitMs),
      minutes(one.p90WaitMs),
      minutes(target),
      one.basis,
      one.samples,
    ]),
  );
