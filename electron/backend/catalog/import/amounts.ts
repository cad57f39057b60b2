import { type Micros, microsOf } from '#shared/domain/money.ts';
import type { Refusal } from '../refusals.ts';

/** Dollars an hour beyond which nothing is rented by the machine. */
const mostDollars = 100_000;
/** Of a month, where a provider's price is per month: 365.25 · 24 ÷ 12, rounded as all of them do. */
export const hoursPerMonth = 730;

const plain = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;
const thousands = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
const decimalComma = /^[+-]?\d{1,3}(\.?\d{3})*,\d+$/;
const unclearComma = /^[+-]?[1-9]\d{0,2}[,.]\d{3}$/;

/**
 * A number as somebody wrote it: "12.5", "$1,234.50", and where fields are not separated by commas "12,50" too. What can be read
 * in two ways ("1,234" in such a file) is refused, not guessed.
 */
export function readNumber(text: string, commaMayBeDecimal: boolean): number | Refusal {
  const bare = text.replace(/^\s*(US)?\$\s*/i, '').replace(/\s+/g, '');
  if (plain.test(bare) && !(commaMayBeDecimal && unclearComma.test(bare) && bare.includes(',')))
    return Number(bare);
  if (commaMayBeDecimal) {
    if (unclearComma.test(bare)) return { code: 'PRICE_AMBIGUOUS', params: { value: clip(text) } };
    if (decimalComma.test(bare)) return Number(bare.replaceAll('.', '').replace(',', '.'));
  }
  if (thousands.test(bare)) return Number(bare.replaceAll(',', ''));
  return { code: 'PRICE_NOT_A_NUMBER', params: { value: clip(text) } };
}

/** Dollars an hour → micro-dollars; null for an empty field. */
export function readPrice(
  text: string,
  { commaMayBeDecimal = false, factor = 1 }: { commaMayBeDecimal?: boolean; factor?: number } = {},
): Micros | null | Refusal {
  if (text === '') return null;
  const dollars = readNumber(text, commaMayBeDecimal);
  if (typeof dollars !== 'number') return dollars;
  if (!(dollars > 0)) return { code: 'PRICE_NOT_POSITIVE', params: { value: clip(text) } };
  const perHour = dollars * factor;
  const micros = microsOf(perHour);
  if (micros === null || perHour > mostDollars)
    return { code: 'PRICE_TOO_HIGH', params: { value: clip(text) } };
  return micros === 0 ? { code: 'PRICE_NOT_POSITIVE', params: { value: clip(text) } } : micros;
}

export const isRefusal = (value: number | null | Refusal): value is Refusal =>
  typeof value === 'object' && value !== null;

/** Enough of a field to find it again. */
export const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
