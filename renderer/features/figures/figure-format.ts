import { currentLanguage, t } from '#renderer/i18n/index.ts';
import { formatBytes, formatDuration, formatInteger, formatMoney, formatValue } from '#renderer/ui/index.ts';
import type { Figure, FigureUnit } from '#shared/domain/figure.ts';

/** "8.03 B", "124 M": how people say the size of a model. Units of the field, the same in both languages. */
export function formatCompact(value: number): string {
  const steps = [
    [1e15, ' Q'],
    [1e12, ' T'],
    [1e9, ' B'],
    [1e6, ' M'],
  ] as const;
  for (const [size, sign] of steps) if (Math.abs(value) >= size) return `${digits(value / size, 3)}${sign}`;
  return Math.abs(value) >= 1000 ? formatInteger(value) : digits(value, 3);
}

function digits(value: number, most: number): string {
  return new Intl.NumberFormat(currentLanguage(), { maximumSignificantDigits: most }).format(value);
}

/** Money per hour: small amounts keep four digits, for spot prices differ there. */
const perHour = (micros: number) => `${formatMoney(micros)}/h`;

function formatGrams(grams: number): string {
  if (grams >= 1e6) return `${digits(grams / 1e6, 3)} t CO₂`;
  return grams >= 1000 ? `${digits(grams / 1000, 3)} kg CO₂` : `${digits(grams, 3)} g CO₂`;
}

/** 6.3e23 as 6.3×10²³: people read these as powers. */
function formatPower(value: number): string {
  const [mantissa, exponent] = value.toExponential(2).split('e');
  const raised = String(Number(exponent)).replace(/[-\d]/g, (sign) =>
    sign === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)] ?? sign),
  );
  return `${Number(mantissa)}×10${raised}`;
}

const formats: Record<Exclude<FigureUnit, 'text'>, (value: number) => string> = {
  bytes: formatBytes,
  parameters: formatCompact,
  tokens: formatCompact,
  flops: (value) => `${Math.abs(value) >= 1e6 ? formatPower(value) : digits(value, 4)} FLOP`,
  tflops: (value) => `${digits(value, 4)} TFLOPS`,
  ms: formatDuration,
  hours: (value) => formatDuration(value * 3_600_000),
  micros: formatMoney,
  microsPerHour: perHour,
  share: (value) => `${digits(value * 100, 3)} %`,
  count: formatValue,
  gpus: (value) => `${digits(value, 4)} GPU`,
  gpuHours: (value) =>
    t('figures.of.gpuHours', { n: value >= 1000 ? formatInteger(value) : digits(value, 3) }),
  GBps: (value) => `${digits(value, 4)} GB/s`,
  W: (value) => `${formatInteger(value)} W`,
  kWh: (value) => `${digits(value, 3)} kWh`,
  gramsCO2: formatGrams,
  perHour: (value) => t('figures.of.perHour', { n: digits(value, 3) }),
  perMonth: (value) => t('figures.of.perMonth', { n: digits(value, 3) }),
};

/** A number in its unit: bytes in GiB, money in the currency of the settings, times in two units at most. */
export function formatAmount(value: number | string, unit: FigureUnit): string {
  if (typeof value === 'string' || unit === 'text') return String(value);
  if (!Number.isFinite(value)) return formatValue(value);
  return formats[unit](value);
}

/** "61–74 GiB"; one number where both ends read the same. */
export function formatRange(low: number, high: number, unit: FigureUnit): string {
  const [from, to] = [formatAmount(low, unit), formatAmount(high, unit)];
  if (from === to) return from;
  const [, number, sign] = /^(.*\d)(\s\S+)$/.exec(from) ?? [];
  return number !== undefined && sign !== undefined && to.endsWith(sign)
    ? `${number}–${to}`
    : `${from}–${to}`;
}

/** What a figure says: its range where it is one, else its value. */
export const formatFigure = ({ value, low, high, unit }: Figure): string =>
  low !== undefined && high !== undefined ? formatRange(low, high, unit) : formatAmount(value, unit);
