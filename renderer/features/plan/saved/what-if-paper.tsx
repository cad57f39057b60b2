import { type Translate, useT } from '#renderer/i18n/index.ts';
import {
  formatDuration,
  formatInteger,
  formatMoney,
  formatPercent,
  formatValue,
} from '#renderer/ui/index.ts';
import type { Placement, PortfolioSolution } from '#shared/domain/plan.ts';
import type { BreakEven, Scenario } from '#shared/domain/what-if.ts';
import type { WhatIfContent } from '#shared/planner/plan-file.ts';
import { CashCurve, CashTable } from '../what-if/cash-curve.tsx';
import { ManyPaper } from './many-paper.tsx';
import { PaperFacts } from './paper-facts.tsx';
import { PlacePaper } from './place-paper.tsx';

const msPerDay = 86_400_000;

/** Scenarios on paper: side by side, buying against renting, waiting, and the plan that they change. */
export function WhatIfPaper({ content }: { content: WhatIfContent }) {
  const t = useT();
  const { base, breakEven, waits } = content;
  return (
    <>
      <h2>{t('plan.scenarios')}</h2>
      <ScenariosTable content={content} />
      {breakEven ? <BuyingPaper is={breakEven} /> : null}
      {waits ? <WaitsPaper waits={waits} /> : null}
      <h2>{t('plan.asItStands')}</h2>
      {base.kind === 'place' ? <PlacePaper content={base} /> : <ManyPaper content={base} />}
    </>
  );
}

interface Row {
  id: string;
  name: string;
  changes: string;
  where: string;
  cost: number | null;
  time: number | null;
}

function ScenariosTable({ content: { base, scenarios } }: { content: WhatIfContent }) {
  const t = useT();
  const standing =
    base.kind === 'place' ? { place: base.answer, portfolio: null } : { place: null, portfolio: base.answer };
  const first: Row = { id: 'base', name: t('plan.asItStands'), changes: '', ...outcomeOf(standing, t) };
  const rows = [
    first,
    ...scenarios.map(
      ({ scenario, ...answer }): Row => ({
        id: scenario.id,
        name: scenario.name,
        changes: changesOf(scenario, t).join(', '),
        ...outcomeOf(answer, t),
      }),
    ),
  ];
  const by = (now: number | null, before: number | null) =>
    now === null || before === null || before === 0 || Math.abs(now / before - 1) < 0.005
      ? ''
      : ` (${now > before ? '+' : '−'}${formatInteger(Math.abs(now / before - 1) * 100)} %)`;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('plan.scenarioName')}</th>
          <th scope="col">{t('plan.changes')}</th>
          <th scope="col">{t('plan.place')}</th>
          <th scope="col" className="plain-table__right">
            {t('plan.cost')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('plan.time')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, name, changes, where, cost, time }) => (
          <tr key={id}>
            <td>{name}</td>
            <td>{changes}</td>
            <td>{where}</td>
            <td className="num plain-table__right">
              {cost === null ? '–' : `${formatMoney(cost)}${by(cost, first.cost)}`}
            </td>
            <td className="num plain-table__right">
              {time === null ? '–' : `${formatDuration(time)}${by(time, first.time)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function outcomeOf(
  { place, portfolio }: { place: Placement | null; portfolio: PortfolioSolution | null },
  t: Translate,
): Pick<Row, 'where' | 'cost' | 'time'> {
  if (portfolio) {
    const { placed, late, assignments, costMicros, makespanMs } = portfolio;
    const where = t('plan.placedLateOf', {
      placed: formatInteger(placed),
      all: formatInteger(assignments.length),
      late: formatInteger(late),
    });
    return { where, cost: costMicros, time: makespanMs };
  }
  const best = place && place.recommended !== null ? place.alternatives[place.recommended] : undefined;
  return {
    where: best?.place.title ?? (place ? t('plan.nothingFits') : '–'),
    cost: best?.costMicros?.p50 ?? null,
    time: best?.durationMs?.p50 ?? null,
  };
}

/** What a scenario changes, in the words of its sliders. */
function changesOf(scenario: Scenario, t: Translate): string[] {
  const percent = (label: string, value: number) =>
    value === 0 ? [] : [`${label} ${value > 0 ? '+' : '−'}${formatInteger(Math.abs(value))} %`];
  const days = scenario.deadlineShiftMs / msPerDay;
  const down = scenario.withoutMachines.length;
  return [
    ...(scenario.spotOff ? [t('plan.spotOff')] : []),
    ...percent(t('plan.prices'), scenario.pricePercent),
    ...percent(t('plan.workChange'), scenario.workPercent),
    ...percent(t('plan.budgetChange'), scenario.budgetPercent),
    ...(days === 0
      ? []
      : [
          `${t('plan.deadlineShift')} ${days > 0 ? '+' : '−'}${formatValue(Math.abs(days))} ${t('plan.days')}`,
        ]),
    ...(down === 0 ? [] : [t('plan.machinesDown', { count: down })]),
    ...scenario.bought.map(({ title }) => t('plan.bought', { what: title })),
  ];
}

function BuyingPaper({ is }: { is: BreakEven }) {
  const t = useT();
  return (
    <section className="paper__block">
      <h2>{t('plan.buying')}</h2>
      <p>
        {is.utilisation > 1
          ? t('plan.neverPays')
          : `${t('plan.paysFrom')} ${formatInteger(Math.ceil(is.utilisation * 100))} % ${t('plan.paysFromAfter')}`}{' '}
        {t('plan.ownAgainstRent', {
          own: formatMoney(is.ownedMicrosPerGpuHour),
          rent: formatMoney(is.rentedMicrosPerGpuHour),
        })}{' '}
        {is.paidBackMonth === null ? t('plan.notPaidBack') : t('plan.paidBack', { month: is.paidBackMonth })}
      </p>
      <div className="paper__two">
        <CashCurve is={is} />
        <CashTable is={is} />
      </div>
    </section>
  );
}

function WaitsPaper({
  waits: { now, needed, targetWaitMs },
}: {
  waits: NonNullable<WhatIfContent['waits']>;
}) {
  const t = useT();
  const wait = (ms: number | null) => (ms === null ? t('plan.withoutEnd') : formatDuration(ms));
  return (
    <section className="paper__block">
      <h2>{t('plan.waiting')}</h2>
      <p>
        {t('plan.waitNow', { wait: wait(now.meanWaitMs) })}{' '}
        {needed && targetWaitMs !== null
          ? t('plan.placesFor', { count: formatInteger(needed.servers), wait: formatDuration(targetWaitMs) })
          : ''}
      </p>
      <PaperFacts
        facts={[
          [t('plan.places'), formatInteger(now.servers)],
          [t('plan.arrivals'), t('figures.of.perHour', { n: formatValue(now.arrivalsPerHour) })],
          [t('plan.service'), formatDuration(now.serviceMs)],
          [t('plan.utilisation'), formatPercent(now.utilisation * 100)],
          [t('plan.waitChance'), formatPercent(now.waitProbability * 100)],
          [t('plan.p90Wait'), wait(now.p90WaitMs)],
        ]}
      />
    </section>
  );
}
