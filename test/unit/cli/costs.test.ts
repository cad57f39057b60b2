import { expect, it } from 'vitest';
import { periodOf } from '#cli/verbs/costs.ts';

const now = Date.UTC(2026, 2, 10, 15);
const days = (from?: string, to?: string) => {
  const period = periodOf(from, to, now);
  return [new Date(period.from).toISOString(), new Date(period.to).toISOString()].map((text) =>
    text.slice(0, 10),
  );
};

it('counts from the month’s beginning up to today where nothing is said', () => {
  expect(days()).toEqual(['2026-03-01', '2026-03-11']);
});

it('counts the days that are named, the last one too', () => {
  expect(days('2026-01-05', '2026-01-05')).toEqual(['2026-01-05', '2026-01-06']);
  expect(days('2026-02-20')).toEqual(['2026-02-20', '2026-03-11']);
  expect(days(undefined, '2026-01-20')).toEqual(['2026-01-01', '2026-01-21']);
});

it('refuses days that are none, and periods that end before they begin', () => {
  for (const [from, to] of [['2026-02-30'], ['today'], ['2026-03-02', '2026-03-01'], ['2026-04-01']])
    expect(() => periodOf(from, to, now)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
