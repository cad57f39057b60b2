import { useT } from '#renderer/i18n/index.ts';
import { Button, Select } from '#renderer/ui/index.ts';
import { type Strategy, strategies } from '#shared/domain/plan.ts';
import { RangeField } from '../range-field.tsx';
import { compute } from './choices.ts';
import { change, useMany } from './many-store.ts';

/** By which rule it is planned; all rules side by side are computed from here (choices-panel.tsx). */
export function Strategies() {
  const t = useT();
  const { strategy, weights, choices, judged } = useMany();
  return (
    <section className="asks" aria-label={t('plan.strategy')}>
      <div className="asks__head">
        <h2>{t('plan.strategy')}</h2>
        <Button
          small
          busy={choices !== null && choices.doing !== null}
          disabled={!judged}
          onClick={() => void compute()}
        >
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
    </section>
  );
}
