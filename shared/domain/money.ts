import { z } from 'zod';

/** Money is an integer number of micro-dollars: 1 US dollar is 1,000,000. No amount is ever a float of dollars. */
export const microsPerDollar = 1_000_000;
/** The largest amount that is exact as a number: some 9 thousand million dollars. */
export const micros = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export type Micros = number;

/** What amounts are shown in. Kept in micro-dollars whatever is chosen. ISO 4217. */
export const currencies = [
  'USD',
  'EUR',
  'GBP',
  'CNY',
  'JPY',
  'CHF',
  'CAD',
  'AUD',
  'INR',
  'KRW',
  'SGD',
  'HKD',
  'TWD',
  'SEK',
  'NOK',
  'DKK',
  'PLN',
  'BRL',
] as const;
export const currency = z.enum(currencies);
export type Currency = z.infer<typeof currency>;

/** Dollars as somebody wrote them → micro-dollars, rounded half up; null where it is no amount. */
export function microsOf(dollars: number): Micros | null {
  if (!Number.isFinite(dollars) || dollars < 0) return null;
  const amount = Math.round(dollars * microsPerDollar);
  return Number.isSafeInteger(amount) ? amount : null;
}

/** A rate per hour over a time, rounded up to a whole micro-dollar: what is shown is never less than what is paid. */
export const costOf = (microsPerHour: Micros, ms: number): Micros =>
  Math.ceil((microsPerHour * ms) / 3_600_000);
