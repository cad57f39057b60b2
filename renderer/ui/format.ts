import { currentLanguage, type Language, sayValuesIn, t } from '#renderer/i18n/index.ts';
import type { Currency } from '#shared/domain/money.ts';
import { moneyWriter, type WriteMoney } from '#shared/domain/money-text.ts';
import { numberText } from '#shared/domain/sentence-values.ts';

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function cached<F extends Intl.NumberFormat | Intl.DateTimeFormat>(
  key: string,
  make: (language: Language) => F,
): F {
  const language = currentLanguage();
  const full = `${language} ${key}`;
  let format = cache.get(full) as F | undefined;
  if (!format) {
    format = make(language);
    cache.set(full, format);
  }
  return format;
}

/** Whole number with thousands separators. */
export const formatInteger = (value: number): string =>
  cached('int', (language) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 })).format(value);

/** A measured value: four significant digits, exponent where it would be unreadable without; "NaN" is said. */
export function formatValue(value: number | null): string {
  if (value === null || Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e7))
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e')
      .replaceAll('-', '−');
  if (Number.isInteger(value)) return formatInteger(value).replace('-', '−');
  const digits = size >= 1000 ? 1 : Math.max(0, 4 - Math.max(1, Math.floor(Math.log10(size)) + 1));
  return cached(
    `val${digits}`,
    (language) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }),
  )
    .format(value)
    .replace('-', '−');
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes in binary units, three digits: "79.6 GiB". */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = Math.max(0, bytes);
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const number = cached(
    `bytes${digits}`,
    (language) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }),
  ).format(value);
  return `${number} ${byteUnits[unit]}`;
}

export const formatPercent = (value: number): string => `${formatInteger(Math.round(value))} %`;

/** How long something took: two units at most. */
export function formatDuration(ms: number): string {
  if (ms < 0 || !Number.isFinite(ms)) return '–';
  if (ms < 1000) return t('ui.forMs', { n: Math.round(ms) });
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return t('ui.forSeconds', { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const s = seconds % 60;
    return s === 0 || minutes >= 10
      ? t('ui.forMinutes', { n: minutes })
      : t('ui.forMinutesSeconds', { m: minutes, s });
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    const m = minutes % 60;
    return m === 0 ? t('ui.forHours', { h: hours }) : t('ui.forHoursMinutes', { h: hours, m });
  }
  const days = Math.floor(hours / 24);
  const h = hours % 24;
  return h === 0 || days >= 10
    ? t('ui.forDays', { d: formatInteger(days) })
    : t('ui.forDaysHours', { d: days, h });
}

/** How long ago `at` was, in one unit; a date when it is more than 30 days. */
export function formatAge(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < 3) return t('ui.ageNow');
  if (seconds < 60) return t('ui.ageSeconds', { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('ui.ageMinutes', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t('ui.ageHours', { n: hours });
  const days = Math.floor(hours / 24);
  return days <= 30 ? t('ui.ageDays', { n: days }) : formatDate(at);
}

export const formatDate = (at: number): string =>
  cached('date', (language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' })).format(at);

export const formatDateTime = (at: number): string =>
  cached(
    'datetime',
    (language) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }),
  ).format(at);

export const formatClock = (at: number): string =>
  cached(
    'clock',
    (language) => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  ).format(at);

/** Short for a table: the clock today, the day and clock this year, the date else. */
export function formatWhen(at: number, now: number): string {
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return formatClock(at);
  if (then.getFullYear() !== today.getFullYear()) return formatDate(at);
  return cached(
    'when',
    (language) =>
      new Intl.DateTimeFormat(language, {
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
  ).format(at);
}

/** What amounts of money are shown in, set once from the settings: a currency and how much of it one US dollar is. */
let shownIn: { currency: Currency; perDollar: number } = { currency: 'USD', perDollar: 1 };
let writers = new Map<Language, WriteMoney>();
export const showMoneyIn = (currency: Currency, perDollar: number): void => {
  shownIn = { currency, perDollar };
  writers = new Map();
};

/**
 * Micro-dollars in the currency of the settings: whole above 1,000, two digits below, four below one cent. `fine`: four below
 * one unit, for prices per GB and the like, which differ there.
 */
export function formatMoney(micros: number, fine = false): string {
  const language = currentLanguage();
  const write = writers.get(language) ?? moneyWriter(language, shownIn.currency, shownIn.perDollar);
  writers.set(language, write);
  return write(micros, fine);
}

const formatMoment = (at: number): string =>
  cached(
    'moment',
    (language) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }),
  ).format(at);

// The planner's reasons have their amounts and times as this page shows all others.
sayValuesIn({ money: formatMoney, duration: formatDuration, instant: formatMoment, number: numberText });
