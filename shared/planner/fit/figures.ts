import type { Figure, FigureUnit } from '../../domain/figure.ts';

/** From low to high, both included. */
export interface Range {
  low: number;
  high: number;
}
export const exactly = (value: number): Range => ({ low: value, high: value });
export const add = (...ranges: Range[]): Range => ({
  low: ranges.reduce((sum, { low }) => sum + low, 0),
  high: ranges.reduce((sum, { high }) => sum + high, 0),
});
export const times = (range: Range, factor: number): Range => ({
  low: range.low * factor,
  high: range.high * factor,
});

/** A number that was given: by the user, a data sheet, a paper. */
export const given = (
  key: string,
  value: number | string,
  unit: FigureUnit,
  source: string | null,
  asOf: number | null = null,
): Figure => ({ key, value, unit, formula: '', inputs: [], source, asOf });

/** A number that a formula makes of others; of a range its middle is the value. */
export const computed = (
  key: string,
  value: number | Range,
  unit: FigureUnit,
  formula: string,
  inputs: Figure[],
  source: string | null = null,
): Figure => ({
  key,
  unit,
  formula,
  inputs,
  source,
  asOf: null,
  ...(typeof value === 'number'
    ? { value }
    : value.low === value.high
      ? { value: value.low }
      : { value: (value.low + value.high) / 2, low: value.low, high: value.high }),
});
