import { expect, it } from 'vitest';
import { barsOf, dayText, lastDay, paceOf, readDay, readPeriod } from '#renderer/features/costs/period.ts';

const now = Date.UTC(2026, 2, 10, 15);
const dayMs = 86_400_000;
const asked = (text: string) => readPeriod(new URLSearchParams(text), now);
const days = ({ from, to }: { from: number; to: number }) => [dayText(from), dayText(to - dayMs)];

it('knows the usual periods, in whole days of UTC', () => {
  expect(days(asked(''))).toEqual(['2026-03-01', '2026-03-31']);
  expect(days(asked('period=last-month'))).toEqual(['2026-02-01', '2026-02-28']);
  expect(days(asked('period=30-days'))).toEqual(['2026-02-09', '2026-03-10']);
  const own = asked('period=custom&from=2026-01-05&to=2026-01-05');
  expect(days(own)).toEqual(['2026-01-05', '2026-01-05']);
  expect(dayText(lastDay(own))).toBe('2026-01-05');
});

it('falls back to thirty days where a custom period is none', () => {
  for (const text of [
    '',
    '&from=2026-02-30&to=2026-03-01',
    '&from=2026-03-02&to=2026-03-01',
    '&from=x&to=y',
  ]) {
    const period = asked(`period=custom${text}`);
    expect(period.name).toBe('custom');
    expect(days(period)).toEqual(['2026-02-09', '2026-03-10']);
  }
  expect(asked('period=whatever').name).toBe('this-month');
  expect(readDay('2026-13-01')).toBeNull();
});

it('puts many days together without losing any money', () => {
  const many = Array.from({ length: 800 }, (_, index) => ({
    day: now - (now % dayMs) + index * dayMs,
    micros: index,
  }));
  for (const length of [1, 62, 63, 200, 434, 435, 800]) {
    const part = many.slice(0, length);
    const bars = barsOf(part);
    expect(bars.length).toBeLessThanOrEqual(Math.max(62, 64));
    expect(bars.reduce((sum, { micros }) => sum + micros, 0)).toBe(
      part.reduce((sum, { micros }) => sum + micros, 0),
    );
    for (const [index, bar] of bars.entries()) expect(bar.from).toBe(bars[index - 1]?.to ?? part[0]?.day);
  }
});

it('follows the last seven whole days to the end of a period that goes on', () => {
  const from = Date.UTC(2026, 2, 1);
  const to = Date.UTC(2026, 3, 1);
  const each = Array.from({ length: 31 }, (_, index) => ({
    day: from + index * dayMs,
    micros: index < 9 ? 7 : 0,
  }));
  const at = Date.UTC(2026, 2, 10);
  expect(paceOf(each, { from, to, now: at, spent: 63 })).toBe(63 + 7 * 22);
  expect(paceOf(each, { from, to, now: to, spent: 63 })).toBeNull();
  expect(paceOf(each, { from, to, now: from + 1000, spent: 1 })).toBeNull();
});
