import { InvalidArgumentError } from 'commander';

const timeUnits: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90m", "12h", "3d" in ms. */
export function span(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)([mhd])$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * (timeUnits[unit] ?? Number.NaN);
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a time such as 90m, 12h or 3d.');
  return ms;
}

/** "48h" from now, or a moment: "2026-12-01", "2026-12-01T18:00". The moment as epoch ms, or so many ms from now. */
export function moment(text: string): { at: number } | { inMs: number } {
  if (/^[\d.]+[mhd]$/.test(text.trim())) return { inMs: span(text) };
  const at = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z?)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError(
      'It must be a time from now (48h, 3d) or a moment (2026-12-01, 2026-12-01T18:00).',
    );
  return { at };
}

const byteUnits: Readonly<Record<string, number>> = {
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** "500GB", "1.5TiB" in bytes. */
export function bytes(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([MGT]i?B)$/i.exec(text.trim()) ?? [];
  const value = Number(amount) * (byteUnits[unit.toUpperCase()] ?? Number.NaN);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('It must be an amount such as 500GB or 2TB.');
  return Math.round(value);
}

/** "500GB" here, "500GB@aws/us-east-1" there. */
export function dataPlace(text: string): { bytes: number; provider: string | null; region: string | null } {
  const [, amount = '', provider, region] = /^([^@]+?)(?:@([^/@]+)\/([^/@]+))?$/.exec(text.trim()) ?? [];
  return { bytes: bytes(amount), provider: provider ?? null, region: region ?? null };
}

export interface NamedGpus {
  name: string;
  /** Null: none was said. */
  count: number | null;
}

/** "H100:8", "H100". */
export function gpus(text: string): NamedGpus {
  const [, name, count] = /^([^:\s]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (name === undefined || count === '0')
    throw new InvalidArgumentError('It must be an accelerator, and how many: H100:8.');
  return { name, count: count === undefined ? null : Number(count) };
}

/** "10h@H100:8": what is known of the time. */
export function knownTime(text: string): { accelerator: string; gpus: number; ms: number } {
  const [time = '', on] = text.split('@');
  if (on === undefined) throw new InvalidArgumentError('It must be a time and on what: 10h@H100:8.');
  const { name, count } = gpus(on);
  return { accelerator: name, gpus: count ?? 1, ms: span(time) };
}

const amounts: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 };

/** "15T", "300B", "2e12". */
export function tokens(text: string): number {
  const [, digits, unit = ''] = /^([\d.]+(?:e\+?\d+)?)([KMBT]?)$/i.exec(text.trim()) ?? [];
  const value = Number(digits) * (amounts[unit.toUpperCase()] ?? Number.NaN);
  if (!(Number.isFinite(value) && value > 0))
    throw new InvalidArgumentError('It must be a number of tokens: 15T, 300B, 2e12.');
  return value;
}

export const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** "DE,FR" */
export function countries(text: string): string[] {
  const codes = list(text).map((code) => code.toUpperCase());
  if (codes.length === 0 || !codes.every((code) => /^[A-Z]{2}$/.test(code)))
    throw new InvalidArgumentError('It must be countries by two letters each: DE,FR.');
  return codes;
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

export const counts = (text: string): number[] => list(text).map(count);
