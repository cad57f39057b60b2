import { moneyWriter } from './money-text.ts';

/** How the values in a sentence are said. The page has its language and the currency of the settings, the command line the latter. */
export interface ValueWords {
  money(micros: number): string;
  duration(ms: number): string;
  instant(at: number): string;
  number(value: number): string;
}

/** 8063.1234 as "8,063", 61.23 as "61.2", 0.0341 as "0.034": as exact as it is worth in a sentence, in every language the same. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) return '<0.001';
  if (Number.isInteger(value) || size >= 100) return grouped(value.toFixed(0));
  return size >= 1 ? String(Number(value.toFixed(1))) : String(Number(value.toPrecision(2)));
}

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** "40 s", "12 min", "3.2 h", "4.1 d", "1,200 d". */
export function timeText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Math.max(ms > 0 ? 1 : 0, Math.round(seconds))} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${numberText(hours)} h` : `${numberText(hours / 24)} d`;
}

/** "2026-11-29 08:00 UTC": the same everywhere. */
export const instantText = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** English, in dollars: how a sentence crosses the contract. */
export const englishWords: ValueWords = {
  money: moneyWriter('en', 'USD', 1),
  duration: timeText,
  instant: instantText,
  number: numberText,
};

/** Values by their names: `costMicros` is money, `lateMs` a time, `deadlineAt` a moment, any other number is one; texts are as they are. */
export const sayValues = (
  params: Readonly<Record<string, string | number>>,
  words: ValueWords,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : said(name, value, words),
    ]),
  );

function said(name: string, value: number, words: ValueWords): string {
  if (name.endsWith('Micros')) return words.money(value);
  if (name.endsWith('Ms')) return words.duration(value);
  return name.endsWith('At') ? words.instant(value) : words.number(value);
}
