import { useState } from 'react';
import { sayError } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  formatDuration,
  formatInteger,
  formatMoney,
  formatValue,
  Select,
} from '#renderer/ui/index.ts';
import { type PortfolioSolution, type Strategy, strategies } from '#shared/domain/plan.ts';
import { RangeField } from '../range-field.tsx';
import { change, useMany } from './many-store.ts';
import { compareStrategies } from './use-plan.ts';

/** By which rule it is planned, and all rules side by side on the same runs. */
export function Strategies() {
  const t = useT();
  const { strategy, weights, compared, judged } = useMany();
  const [busy, setBusy] = useState(false);
  const compare = async () => {
    setBusy(true);
    try {
      await compareStrategies();
    } catch (thrown) {
      sayError(thrown);
    }
    setBusy(false);
  };
  return (
    <section className="asks" aria-label={t('plan.strategy')}>
      <div className="asks__head">
        <h2>{t('plan.strategy')}</h2>
        <Button small busy={busy} disabled={!judged} onClick={() => void compare()}>
          {t('plan.compare')}
        </Button>
      </div>
      <Select<Strategy>
        className="input--small"
        aria-label={t('plan.strategy')}
        value={strategy}
        options={strategies.map((value) => ({ value, label: t(`plan.strategies.${value}`) }))}
        onValue={(next) => change({ strategy: next }, false)}
      />
      <p className="quiet">{t(`plan.strategyText.${strategy}`)}</p>
      {strategy === 'weighted'
        ? (['cost', 'time', 'carbon'] as const).map((what) => (
            <RangeField
              key={what}
              label={t(`plan.weight.${what}`)}
              value={weights[what]}
              min={0}
              max={10}
              needed
              unit="×"
              onValue={(value) => change({ weights: { ...weights, [what]: Math.max(0, value ?? 0) } }, false)}
            />
          ))
        : null}
      {compared ? <Compared solutions={compared} strategy={strategy} /> : null}
    </section>
  );
}

function Compared({ solutions, strategy }: { solutions: readonly PortfolioSolution[]; strategy: Strategy }) {
  const t = useT();
  const least = (of: (one: PortfolioSolution) => number) => Math.min(...solutions.map(of));
  const cheapest = least(({ costMicros }) => costMicros);
  const soonest = least(({ makespanMs }) => makespanMs);
  return (
    <table className="plain compared">
      <thead>
        <tr>
          <th scope="col">{t('plan.strategy')}</th>
          <th scope="col" className="right">
            {t('plan.cost')}
          </th>
          <th scope="col" className="right">
            {t('plan.allDone')}
          </th>
          <th scope="col" className="right" title={t('plan.missedText')}>
            {t('plan.missed')}
          </th>
          <th scope="col" className="right">
            {t('plan.gap')}
          </th>
        </tr>
      </thead>
      <tbody>
        {solutions.map((one) => (
          <tr key={one.strategy} aria-current={one.strategy === strategy || undefined}>
            <th scope="row">
              <button
                type="button"
                className="compared__choose clip"
                onClick={() => change({ strategy: one.strategy }, false)}
              >
                {t(`plan.strategies.${one.strategy}`)}
              </button>
            </th>
            <td className="right num" data-best={one.costMicros === cheapest}>
              {formatMoney(one.costMicros)}
            </td>
            <td className="right num" data-best={one.makespanMs === soonest}>
              {formatDuration(one.makespanMs)}
            </td>
            <td className="right num">{formatInteger(one.late + one.assignments.length - one.placed)}</td>
            <td className="right num">
              {one.gap === null ? '–' : `${formatValue(Math.ceil(one.gap * 1000) / 10)} %`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
