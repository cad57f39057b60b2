import type { Figure, FigureUnit } from '#shared/domain/figure.ts';

export type FigureExtras = Partial<Pick<Figure, 'formula' | 'inputs' | 'source' | 'asOf' | 'low' | 'high'>>;

/** A figure of a placement; what is not said of it is: given, computed here, without an age. */
export const figureOf = (
  key: string,
  value: number | string,
  unit: FigureUnit,
  { formula = '', inputs = [], source = null, asOf = null, low, high }: FigureExtras = {},
): Figure => ({
  key,
  value,
  unit,
  formula,
  inputs,
  source,
  asOf,
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
});
