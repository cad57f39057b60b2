/** Periods that people ask for. Months and days are those of UTC, as budgets and sums by day are. */
export const periodNames = ['this-month', 'last-month', '30-days', 'custom'] as const;
export type PeriodName = (typeof periodNames)[number];

export interface ChosenPeriod {
  name: PeriodName;
  /** Epoch ms; `to` is the first instant that is not in it. */
  from: number;
  to: number;
}

const dayMs = 86_400_000;
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** What the address asks for: `period`, and for a custom one the first and the last day as `from` and `to` (2026-11-28). */
export function readPeriod(query: URLSearchParams, now: number): ChosenPeriod {
  const name = periodNames.find((known) => known === query.get('period')) ?? 'this-month';
  if (name !== 'custom') return { name, ...standing(name, now) };
  const first = readDay(query.get('from'));
  const last = readDay(query.get('to'));
  if (first === null || last === null || first > last) return { name, ...standing('30-days', now) };
  return { name, from: first, to: last + dayMs };
}

export const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);
/** The last day of a period, which its end is the end of. */
export const lastDay = ({ to }: ChosenPeriod): number => to - dayMs;

/** The start of a day (UTC) that was typed; null where it is none. */
export function readDay(text: string | null): number | null {
  if (text === null || !dayPattern.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || dayText(at) !== text ? null : at;
}

function standing(name: Exclude<PeriodName, 'custom'>, now: number): { from: number; to: number } {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (name === 'this-month') return { from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
  if (name === 'last-month') return { from: Date.UTC(year, month - 1), to: Date.UTC(year, month) };
  const tomorrow = Math.floor(now / dayMs) * dayMs + dayMs;
  return { from: tomorrow - 30 * dayMs, to: tomorrow };
}

export interface Bar {
  from: number;
  to: number;
  micros: number;
}

/** Days as bars, put together by weeks and months where there are too many of them to be told apart. */
export function barsOf(days: readonly { day: number; micros: number }[], most = 62): Bar[] {
  if (days.length <= most) return days.map(({ day, micros }) => ({ from: day, to: day + dayMs, micros }));
  const keyOf =
    days.length <= most * 7
      ? (day: number) => Math.floor((day + 3 * dayMs) / (7 * dayMs))
      : (day: number) => Number(dayText(day).slice(0, 7).replace('-', ''));
  const bars: Bar[] = [];
  let key: number | null = null;
  for (const { day, micros } of days) {
    const last = bars.at(-1);
    if (last && key === keyOf(day)) Object.assign(last, { to: day + dayMs, micros: last.micros + micros });
    else bars.push({ from: day, to: day + dayMs, micros });
    key = keyOf(day);
  }
  return bars;
}

/**
 * What a period that goes on will have cost at its end, by its last seven whole days (fewer: since it began); null where it is over or has
 * not seen a whole day.
 */
export function paceOf(
  days: readonly { day: number; micros: number }[],
  { from, to, now, spent }: { from: number; to: number; now: number; spent: number },
): number | null {
  if (now >= to) return null;
  const seen = days.filter(({ day }) => day >= from && day + dayMs <= now).slice(-7);
  if (seen.length === 0) return null;
  const perDay = seen.reduce((sum, { micros }) => sum + micros, 0) / seen.length;
  return Math.round(spent + (perDay * (to - now)) / dayMs);
}
