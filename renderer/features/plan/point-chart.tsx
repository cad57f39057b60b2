import { type KeyboardEvent, type ReactNode, useRef } from 'react';

/** A mark along an axis: where, 0 to 1, and what stands there. */
export interface Tick {
  at: number;
  text: string;
}

export interface ChartPoint {
  key: string;
  /** 0 to 1 from the left, and from below. */
  x: number;
  y: number;
  /** How it is drawn: a kind of place, `strategy`. */
  look: string;
  /** Nothing is better in both. */
  front: boolean;
  /** Something about it is bad: it is drawn so, and its label says why. */
  bad?: boolean;
  /** Written beside it where there is room; '' of one that is only seen by pointing at it. */
  name: string;
  title: string;
  /** What it is for those who do not see it. */
  label: string;
}

/** Points over two axes, one of which is looked at. Arrows go through them in their order; one of them is in the tab order. */
export function PointChart({
  label,
  points,
  xs,
  ys,
  line,
  active,
  onChoose,
  children,
}: {
  label: string;
  points: readonly ChartPoint[];
  xs: readonly Tick[];
  ys: readonly Tick[];
  /** Path of a line through some of them, in hundredths from the top left; '' for none. */
  line: string;
  active: string | null;
  onChoose(key: string): void;
  /** Legend, and what the axes are. */
  children: ReactNode;
}) {
  const list = useRef<HTMLUListElement>(null);
  const found = points.findIndex(({ key }) => key === active);
  const at = Math.max(0, found);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = nextPoint(event.key, at, points.length);
    const next = to === null ? undefined : points[to];
    if (!next || to === null) return;
    event.preventDefault();
    onChoose(next.key);
    (list.current?.children[to]?.firstElementChild as HTMLElement | undefined)?.focus();
  };
  return (
    <figure className="scatter" aria-label={label}>
      <div className="scatter__plot">
        <svg className="scatter__lines" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {xs.map((tick) => (
            <line key={tick.text} x1={tick.at * 100} x2={tick.at * 100} y1="0" y2="100" />
          ))}
          {ys.map((tick) => (
            <line key={tick.text} y1={100 - tick.at * 100} y2={100 - tick.at * 100} x1="0" x2="100" />
          ))}
          {line === '' ? null : <path className="scatter__front" d={line} />}
        </svg>
        {ys.map((tick) => (
          <span key={tick.text} className="scatter__y num" style={{ bottom: `${tick.at * 100}%` }}>
            {tick.text}
          </span>
        ))}
        {xs.map((tick) => (
          <span key={tick.text} className="scatter__x num" style={{ left: `${tick.at * 100}%` }}>
            {tick.text}
          </span>
        ))}
        <ul ref={list} className="scatter__points" data-overlay onKeyDown={onKeyDown}>
          {points.map((point, index) => (
            <li key={point.key} style={{ left: `${point.x * 100}%`, bottom: `${point.y * 100}%` }}>
              <button
                type="button"
                className={`scatter__point scatter__point--${point.look}`}
                data-front={point.front}
                data-bad={point.bad ?? false}
                aria-pressed={index === found}
                tabIndex={index === at ? 0 : -1}
                title={point.title}
                aria-label={point.label}
                onClick={() => onChoose(point.key)}
              />
            </li>
          ))}
        </ul>
        {namesThatFit(points, points[at]?.key ?? null).map(({ key, x, y, name }) => (
          <span
            key={key}
            className={`scatter__name ${x > 0.72 ? 'scatter__name--left' : ''}`}
            style={{ left: `${x * 100}%`, bottom: `${y * 100}%` }}
            aria-hidden="true"
          >
            {name}
          </span>
        ))}
      </div>
      <figcaption className="scatter__caption">{children}</figcaption>
    </figure>
  );
}

/** Where a key leads among so many points; null: it is none of those that lead anywhere. */
export function nextPoint(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  return step === undefined ? null : Math.min(count - 1, Math.max(0, at + step));
}

/** Those whose names do not lie on each other; that of the active one is among them. */
export function namesThatFit(points: readonly ChartPoint[], active: string | null): ChartPoint[] {
  const named = points.filter(({ name }) => name !== '');
  const wanted = [...named.filter(({ key }) => key === active), ...named.filter(({ key }) => key !== active)];
  const shown: ChartPoint[] = [];
  for (const point of wanted)
    if (shown.every((other) => Math.abs(other.y - point.y) > 0.07 || Math.abs(other.x - point.x) > 0.24))
      shown.push(point);
  return shown;
}
