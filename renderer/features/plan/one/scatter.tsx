import { useMemo } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatDuration, formatMoney, formatValue } from '#renderer/ui/index.ts';
import type { Alternative } from '#shared/domain/plan.ts';
import { useMoneyInput } from '../money-input.ts';
import { type ChartPoint, PointChart } from '../point-chart.tsx';
import { kindWord, moneyMark } from '../words.ts';
import { along, axisOf, byTime, moneyAxisOf } from './scatter-scale.ts';

const msPerHour = 3_600_000;

interface Point {
  index: number;
  ms: number;
  micros: number;
  x: number;
  y: number;
  one: Alternative;
}

/** Every place that may be taken by its time and cost; the front is drawn through those that nothing beats on both. */
export function Scatter({
  alternatives,
  chosen,
  onChoose,
}: {
  alternatives: readonly Alternative[];
  chosen: number | null;
  onChoose(index: number): void;
}) {
  const t = useT();
  const { perDollar } = useMoneyInput();
  const { points, xs, ys } = useMemo(() => layOut(alternatives, perDollar), [alternatives, perDollar]);
  const front = points.filter(({ one }) => one.pareto);
  const active = points.find(({ index }) => index === chosen) ?? points[0];
  return (
    <PointChart
      label={t('plan.scatter')}
      points={points.map(
        ({ index, x, y, one, micros, ms }): ChartPoint => ({
          key: String(index),
          x,
          y,
          look: one.place.kind,
          front: one.pareto,
          name: one.pareto ? one.place.title : '',
          title: one.place.title,
          label: t('plan.point', {
            place: one.place.title,
            kind: kindWord(one.place.kind, t),
            cost: formatMoney(micros),
            time: formatDuration(ms),
          }),
        }),
      )}
      xs={xs.ticks.map((tick) => ({ at: along(xs, tick), text: t('ui.forHours', { h: formatValue(tick) }) }))}
      ys={ys.ticks.map((tick) => ({ at: along(ys, tick), text: moneyMark(tick) }))}
      line={front.length > 1 ? frontPath(front) : ''}
      active={active ? String(active.index) : null}
      onChoose={(key) => onChoose(Number(key))}
    >
      <Legend />
      <span>{t('plan.scatterAxes')}</span>
    </PointChart>
  );
}

function Legend() {
  const t = useT();
  return (
    <span className="scatter__legend">
      {(['machine', 'on-demand', 'spot'] as const).map((kind) => (
        <span key={kind}>
          <i className={`scatter__point scatter__point--${kind}`} aria-hidden="true" /> {kindWord(kind, t)}
        </span>
      ))}
      <span>
        <i className="scatter__sample" aria-hidden="true" /> {t('plan.front')}
      </span>
    </span>
  );
}

function layOut(alternatives: readonly Alternative[], perDollar: number) {
  const known = alternatives.flatMap((one, index) =>
    one.excluded || !one.durationMs || !one.costMicros
      ? []
      : [{ index, one, ms: one.durationMs.p50, micros: one.costMicros.p50 }],
  );
  const xs = axisOf(known.map(({ ms }) => ms / msPerHour));
  const ys = moneyAxisOf(
    known.map(({ micros }) => micros),
    perDollar,
  );
  const points: Point[] = byTime(known).map((point) => ({
    ...point,
    x: along(xs, point.ms / msPerHour),
    y: along(ys, point.micros),
  }));
  return { points, xs, ys };
}

/** From one point to the next first along, then down: until the cheaper one is done, the faster one is the best there is. */
function frontPath(front: readonly Point[]): string {
  return front
    .map(({ x, y }, index) => {
      const [left, top] = [(x * 100).toFixed(2), (100 - y * 100).toFixed(2)];
      return index === 0 ? `M${left} ${top}` : `H${left}V${top}`;
    })
    .join('');
}
