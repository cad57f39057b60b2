import type { Currency } from '../domain/money.ts';
import { moneyWriter } from '../domain/money-text.ts';
import { englishWords, type ValueWords } from '../domain/sentence-values.ts';
import type { Cell } from './export-csv.ts';

/** What amounts are shown in where somebody takes a table away. */
export interface CsvMoney {
  currency: Currency;
  /** How much of it one US dollar is. */
  perDollar: number;
  /** The day of that rate, as 2026-11-29; '': nobody has said. */
  rateOn: string;
  /** How values in sentences are said: English, in this currency. */
  words: ValueWords;
}

export const csvMoney = ({
  currency,
  currencyPerDollar,
  currencyRateOn,
}: {
  currency: Currency;
  currencyPerDollar: number;
  currencyRateOn: string;
}): CsvMoney => {
  const perDollar = currency === 'USD' ? 1 : currencyPerDollar;
  const words = { ...englishWords, money: moneyWriter('en', currency, perDollar) };
  return { currency, perDollar, rateOn: currencyRateOn, words };
};

export const inDollars: CsvMoney = { currency: 'USD', perDollar: 1, rateOn: '', words: englishWords };

const usd = /(?<=^|[_ ])usd(?=[_ ]|$)/i;

/**
 * The columns of a table as they are written: dollars for programs, exact to the micro-dollar; after each the amount in the
 * currency that is shown, as many digits as the page has. `currency` alone would be taken for that of a price sheet's prices.
 */
export function moneyColumns(
  header: readonly string[],
  { currency, perDollar, rateOn }: CsvMoney,
): { names: string[]; cells(row: readonly Cell[]): Cell[] } {
  const isMoney = header.map((name) => usd.test(name));
  const isShown = currency !== 'USD' && isMoney.includes(true);
  if (!isShown) {
    return {
      names: [...header],
      cells: (row) => row.map((cell, at) => (isMoney[at] ? dollars(cell) : cell)),
    };
  }
  const own = (name: string) =>
    name.replace(usd, (word) => (word === 'USD' ? currency : currency.toLowerCase()));
  const digits = coinDigits(currency);
  const rate = [currency, perDollar, rateOn === '' ? null : rateOn];
  return {
    names: [
      ...header.flatMap((name, at) => (isMoney[at] ? [name, own(name)] : [name])),
      'shown_currency',
      'shown_per_usd',
      'shown_rate_of',
    ],
    cells: (row) => [
      ...row.flatMap((cell, at) => (isMoney[at] ? [dollars(cell), shown(cell, perDollar, digits)] : [cell])),
      ...rate,
    ],
  };
}

/** Exactly: a whole amount has six digits behind the point at most. */
const dollars = (micros: Cell): Cell =>
  typeof micros === 'number' ? Number((micros / 1e6).toFixed(6)) : micros;

/** Coins, and four digits more below one unit: prices by the GB differ there. */
function shown(micros: Cell, perDollar: number, coins: number): Cell {
  if (typeof micros !== 'number') return micros;
  const value = (micros / 1e6) * perDollar;
  return Number(value.toFixed(Math.abs(value) < 1 ? coins + 4 : coins));
}

const coinDigits = (currency: Currency): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
