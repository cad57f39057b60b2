/** One axis. Costs and times of places differ by orders of magnitude: its scale is logarithmic unless it is `even`. */
export interface Axis {
  low: number;
  high: number;
  ticks: readonly number[];
  even?: boolean;
}

const steps = [1, 2, 5];

/** Room for all values with a little to spare, and ticks at 1, 2 and 5 times powers of ten, seven at most. */
export function axisOf(values: readonly number[]): Axis {
  const known = values.filter((value) => value > 0);
  const low = Math.min(...known) * 0.85;
  const high = Math.max(...known) * 1.18;
  if (known.length === 0) return { low: 1, high: 10, ticks: [1, 2, 5, 10] };
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) all.push(tick);
    }
  if (all.length < 2) return { low, high, ticks: thin(between(low, high), 5) };
  return { low, high, ticks: thin(all, 7) };
}

/** An axis of micro-dollars whose ticks are round in the currency that is shown. @param perDollar how much of it one dollar is. */
export function moneyAxisOf(micros: readonly number[], perDollar: number): Axis {
  const { low, high, ticks } = axisOf(micros.map((value) => value * perDollar));
  return { low: low / perDollar, high: high / perDollar, ticks: ticks.map((tick) => tick / perDollar) };
}

/** For numbers of things: from 0 on, the same room for each, ticks at whole numbers, seven at most. */
export function evenAxisOf(values: readonly number[]): Axis {
  const most = Math.max(1, ...values);
  const all = Array.from({ length: Math.floor(most) + 1 }, (_, count) => count);
  return { low: -0.06 * most, high: 1.06 * most, ticks: thin(all, 7), even: true };
}

/** Round numbers where one power's ticks are too far apart. */
function between(low: number, high: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / 5));
  const unit = power * ([1, 2, 5, 10].find((step) => (high - low) / (power * step) < 5) ?? 10);
  const found: number[] = [];
  for (let tick = Math.ceil(low / unit) * unit; tick <= high; tick += unit)
    found.push(Number(tick.toPrecision(6)));
  return found;
}

function thin(ticks: readonly number[], most: number): number[] {
  const every = Math.ceil(ticks.length / most);
  return ticks.filter((_, index) => index % every === 0);
}

/** 0 to 1 along the axis. What is free or immediate stands at its low end. */
export const along = ({ low, high, even = false }: Axis, value: number): number => {
  if (value <= low) return 0;
  return Math.min(1, even ? (value - low) / (high - low) : Math.log(value / low) / Math.log(high / low));
};

/** The front as a staircase: from the cheapest to the fastest, in the order of time. Points that lie on it, sorted. */
export const byTime = <P extends { ms: number; micros: number }>(points: readonly P[]): P[] =>
  [...points].sort((a, b) => a.ms - b.ms || a.micros - b.micros);
