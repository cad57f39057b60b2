import type { Currency } from './money.ts';

/** Their own short sign is the US dollar's: they are told apart by the longer one. */
const dollarsToo: ReadonlySet<string> = new Set(['CAD', 'AUD', 'SGD', 'HKD', 'TWD']);

/**
 * Writes micro-dollars in a currency: whole above 1,000, as its coins are below, two digits more below one coin. `fine`: two
 * more below one unit, for prices per GB and the like, which differ there.
 */
export type WriteMoney = (micros: number, fine?: boolean) => string;

/** @param perDollar How much of the currency one US dollar is. */
export function moneyWriter(language: string, currency: Currency, perDollar: number): WriteMoney {
  const formats = new Map<number, Intl.NumberFormat>();
  const formatOf = (digits: number): Intl.NumberFormat => {
    const format = formats.get(digits) ?? numberFormat(language, currency, digits);
    formats.set(digits, format);
    return format;
  };
  let coins: number | null = null;
  return (micros, fine = false) => {
    coins ??= coinDigits(currency);
    const value = (micros / 1e6) * perDollar;
    const size = Math.abs(value);
    if (size >= 1000) return formatOf(0).format(value);
    const isSmall = size > 0 && size < (fine ? 1 : 10 ** -coins);
    return formatOf(isSmall ? coins + 2 : coins).format(value);
  };
}

/** Digits after the point that its coins have: none of yen. */
const coinDigits = (currency: Currency): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

const numberFormat = (language: string, currency: Currency, digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: dollarsToo.has(currency) ? 'symbol' : 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
