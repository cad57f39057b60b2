import type { MetricSeries } from '#shared/domain/metric.ts';

export interface ChartData {
  x: number[];
  y: (number | null)[];
  /** Where the steps began again further back: a new attempt that resumed there. */
  marks: number[];
}

/**
 * A series as a line: steps must rise, so where an attempt resumed at an earlier step, what the one before it had printed
 * beyond that step gives way, and the place is marked. Values that are not numbers are gaps.
 */
export function chartData(points: readonly (readonly [number, number | null])[]): ChartData {
  const x: number[] = [];
  const y: (number | null)[] = [];
  const marks: number[] = [];
  for (const [step, value] of points) {
    if (!Number.isFinite(step)) continue;
    const last = x.at(-1);
    if (last !== undefined && step <= last) {
      if (step < last) {
        while (marks.length > 0 && (marks.at(-1) ?? 0) >= step) marks.pop();
        marks.push(step);
      }
      while (x.length > 0 && (x.at(-1) ?? 0) >= step) {
        x.pop();
        y.pop();
      }
    }
    x.push(step);
    y.push(value !== null && Number.isFinite(value) ? value : null);
  }
  return { x, y, marks };
}

/** For a logarithmic scale: what is not above zero has no place on it. */
export const onlyPositive = (y: readonly (number | null)[]): (number | null)[] =>
  y.map((value) => (value !== null && value > 0 ? value : null));

/** The series with points that have come since; at most `keep`, the oldest thinned out by half when there are more. */
export function withPoints(
  series: readonly MetricSeries[],
  name: string,
  points: readonly (readonly [number, number])[],
  keep: number,
): MetricSeries[] {
  const known = series.find((one) => one.name === name);
  const before: MetricSeries = known ?? { name, points: [], total: 0, last: null };
  let joined: [number, number | null][] = [
    ...before.points,
    ...points.map(([x, y]): [number, number | null] => [x, y]),
  ];
  if (joined.length > keep) {
    const half = joined.length >> 1;
    joined = [...joined.slice(0, half).filter((_, index) => index % 2 === 0), ...joined.slice(half)];
  }
  const after: MetricSeries = {
    name,
    points: joined,
    total: before.total + points.length,
    last: points.at(-1)?.[1] ?? before.last,
  };
  return known ? series.map((one) => (one === known ? after : one)) : [...series, after];
}

/** The points without those that the series has already: an answer and the events around it may tell the same twice. */
export function withoutKnown(
  series: readonly MetricSeries[],
  name: string,
  points: readonly [number, number][],
): [number, number][] {
  const known = series.find((one) => one.name === name)?.points ?? [];
  const tail = new Map(known.slice(-tailLength));
  return points.filter(([step, value]) => tail.get(step) !== value);
}
const tailLength = 400;

/** What people look at first comes first: losses, then everything else by its name. */
export function inOrder<S extends { name: string }>(series: readonly S[]): S[] {
  const rank = ({ name }: S) => (/^(train[_./ ]?)?loss$/i.test(name) ? 0 : /loss/i.test(name) ? 1 : 2);
  return [...series].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
