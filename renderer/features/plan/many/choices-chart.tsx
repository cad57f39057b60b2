import { useMemo } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatDuration, formatInteger, formatMoney, formatValue } from '#renderer/ui/index.ts';
import { useMoneyInput } from '../money-input.ts';
import { along } from '../one/scatter-scale.ts';
import { type ChartPoint, PointChart } from '../point-chart.tsx';
import { moneyMark } from '../words.ts';
import { type Across, type Choice, layOutChoices, missedOf, type PlacedChoice } from './choice-layout.ts';
import { useChoiceName } from './choice-name.ts';

/** Each plan by what it costs against when it is done, or what it misses; a line through those of the front. */
export function ChoicesChart({
  choices,
  across,
  picked,
  onPick,
}: {
  choices: readonly Choice[];
  across: Across;
  picked: string | null;
  onPick(choice: Choice): void;
}) {
  const t = useT();
  const nameOf = useChoiceName();
  const fewest = Math.min(...choices.map(({ solution }) => missedOf(solution)));
  const { perDollar } = useMoneyInput();
  const { points, xs, ys } = useMemo(
    () => layOutChoices(choices, across, perDollar),
    [choices, across, perDollar],
  );
  return (
    <PointChart
      label={t('plan.choices')}
      points={points.map(({ choice, x, y }): ChartPoint => {
        const { key, kind, solution } = choice;
        const name = nameOf(choice);
        const missed = missedOf(solution);
        return {
          key,
          x,
          y,
          look: kind,
          front: kind === 'front',
          bad: missed > fewest,
          name: kind === 'front' ? '' : name,
          title: name,
          label: t('plan.choicePoint', {
            name,
            cost: formatMoney(solution.costMicros),
            time: formatDuration(solution.makespanMs),
            missed: formatInteger(missed),
          }),
        };
      })}
      xs={xs.ticks.map((tick) => ({
        at: along(xs, tick),
        text: across === 'time' ? t('ui.forHours', { h: formatValue(tick) }) : formatInteger(tick),
      }))}
      ys={ys.ticks.map((tick) => ({ at: along(ys, tick), text: moneyMark(tick) }))}
      line={across === 'time' ? lineThrough(points.filter(({ choice }) => choice.kind === 'front')) : ''}
      active={picked}
      onChoose={(key) => {
        const chosen = choices.find((choice) => choice.key === key);
        if (chosen) onPick(chosen);
      }}
    >
      <span className="scatter__legend">
        {(['front', 'strategy'] as const).map((kind) => (
          <span key={kind}>
            <i
              className={`scatter__point scatter__point--${kind}`}
              data-front={kind === 'front'}
              aria-hidden="true"
            />{' '}
            {t(kind === 'front' ? 'plan.onFront' : 'plan.byStrategy')}
          </span>
        ))}
        {choices.some(({ solution }) => missedOf(solution) > fewest) ? (
          <span>
            <i className="scatter__point scatter__point--front" data-bad="true" aria-hidden="true" />{' '}
            {t('plan.someMissed')}
          </span>
        ) : null}
      </span>
      <span>{t(across === 'time' ? 'plan.choicesByTime' : 'plan.choicesByMissed')}</span>
    </PointChart>
  );
}

const lineThrough = (points: readonly PlacedChoice[]): string =>
  points.length < 2
    ? ''
    : points
        .map(
          ({ x, y }, index) =>
            `${index === 0 ? 'M' : 'L'}${(x * 100).toFixed(2)} ${(100 - y * 100).toFixed(2)}`,
        )
        .join('');
