import { type KeyboardEvent, useMemo, useRef } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatDuration, formatMoney } from '#renderer/ui/index.ts';
import type { Alternative } from '#shared/domain/plan.ts';
import { kindWord } from '../words.ts';
import { along, axisOf, byTime } from './scatter-scale.ts';

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
  const list = useRef<HTMLUListElement>(null);
  const { points, xs, ys } = useMemo(() => layOut(alternatives), [alternatives]);
  const front = points.filter(({ one }) => one.pareto);
  const active = points.find(({ index }) => index === chosen) ?? points[0];
  /** Arrows go through the points by time; one of them is in the tab order. */
  const onKeyDown = (event: KeyboardEvent) => {
    const at = active ? points.indexOf(active) : -1;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to =
      step === undefined
        ? { Home: 0, End: points.length - 1 }[event.key]
        : Math.min(points.length - 1, Math.max(0, at + step));
    const next = to === undefined ? undefined : points[to];
    if (!next || to === undefined) return;
    event.preventDefault();
    onChoose(next.index);
    (list.current?.children[to]?.firstElementChild as HTMLElement | undefined)?.focus();
  };
  return (
    <figure className="scatter" aria-label={t('plan.scatter')}>
      <div className="scatter__plot">
        <svg className="scatter__lines" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {xs.ticks.map((tick) => (
            <line key={tick} x1={along(xs, tick) * 100} x2={along(xs, tick) * 100} y1="0" y2="100" />
          ))}
          {ys.ticks.map((tick) => (
            <line
              key={tick}
              y1={100 - along(ys, tick) * 100}
              y2={100 - along(ys, tick) * 100}
              x1="0"
              x2="100"
            />
          ))}
          {front.length > 1 ? <path className="scatter__front" d={frontPath(front)} /> : null}
        </svg>
        {ys.ticks.map((tick) => (
          <span key={tick} className="scatter__y num" style={{ bottom: `${along(ys, tick) * 100}%` }}>
            {formatMoney(tick)}
          </span>
        ))}
        {xs.ticks.map((tick) => (
          <span key={tick} className="scatter__x num" style={{ left: `${along(xs, tick) * 100}%` }}>
            {t('ui.forHours', { h: tick })}
          </span>
        ))}
        <ul ref={list} className="scatter__points" data-overlay onKeyDown={onKeyDown}>
          {points.map((point) => (
            <li key={point.index} style={{ left: `${point.x * 100}%`, bottom: `${point.y * 100}%` }}>
              <button
                type="button"
                className={`scatter__point scatter__point--${point.one.place.kind}`}
                data-front={point.one.pareto}
                aria-pressed={point === active}
                tabIndex={point === active ? 0 : -1}
                title={point.one.place.title}
                aria-label={t('plan.point', {
                  place: point.one.place.title,
                  kind: kindWord(point.one.place.kind, t),
                  cost: formatMoney(point.micros),
                  time: formatDuration(point.ms),
                })}
                onClick={() => onChoose(point.index)}
              />
            </li>
          ))}
        </ul>
        {front.length > 0 ? <Names points={front} active={active} /> : null}
      </div>
      <figcaption className="scatter__caption">
        <Legend />
        <span>{t('plan.scatterAxes')}</span>
      </figcaption>
    </figure>
  );
}

/** Names of the points of the front, where they do not lie on each other. */
function Names({ points, active }: { points: readonly Point[]; active: Point | undefined }) {
  const shown: Point[] = [];
  const isFree = (point: Point) =>
    shown.every((other) => Math.abs(other.y - point.y) > 0.07 || Math.abs(other.x - point.x) > 0.24);
  const wanted = active ? [active, ...points.filter((point) => point !== active)] : points;
  for (const point of wanted) if (isFree(point)) shown.push(point);
  return shown.map(({ index, x, y, one }) => (
    <span
      key={index}
      className={`scatter__name ${x > 0.72 ? 'scatter__name--left' : ''}`}
      style={{ left: `${x * 100}%`, bottom: `${y * 100}%` }}
      aria-hidden="true"
    >
      {one.place.title}
    </span>
  ));
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

function layOut(alternatives: readonly Alternative[]) {
  const known = alternatives.flatMap((one, index) =>
    one.excluded || !one.durationMs || !one.costMicros
      ? []
      : [{ index, one, ms: one.durationMs.p50, micros: one.costMicros.p50 }],
  );
  const xs = axisOf(known.map(({ ms }) => ms / msPerHour));
  const ys = axisOf(known.map(({ micros }) => micros));
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
