import { z } from 'zod';

export const figureUnits = [
  'bytes',
  'parameters',
  'tokens',
  'flops',
  'tflops',
  'ms',
  'hours',
  'micros',
  'microsPerHour',
  'share',
  'count',
  'gpus',
  'gpuHours',
  'GBps',
  'W',
  'kWh',
  'gramsCO2',
  'perHour',
  'perMonth',
  'text',
] as const;
export type FigureUnit = (typeof figureUnits)[number];

/**
 * A number that opens to how it came about: its formula, what went into it, where each came from and how old that is.
 * `key` is said by the page (figures.KEY) and in English by shared/planner/figure-names.ts. Low and high where it is a range.
 */
export interface Figure {
  key: string;
  value: number | string;
  low?: number;
  high?: number;
  unit: FigureUnit;
  /** In symbols, the same in every language: "6·N·D"; words beside them are of shared/planner/formula-words.ts. Empty: it was given, not computed. */
  formula: string;
  inputs: Figure[];
  /** Who says so: a paper, a data sheet, a price list, "you", "measured". Null of what is computed here. */
  source: string | null;
  /** Epoch ms; null of what does not age. */
  asOf: number | null;
}
export const figure: z.ZodType<Figure> = z.lazy(() =>
  z.object({
    key: z.string(),
    value: z.union([z.number(), z.string()]),
    low: z.number().optional(),
    high: z.number().optional(),
    unit: z.enum(figureUnits),
    formula: z.string(),
    inputs: z.array(figure),
    source: z.string().nullable(),
    asOf: z.number().nullable(),
  }),
) as z.ZodType<Figure>;

/** A sentence by its code, as errors are: the page translates `errors.CODE`, the English comes along. */
export const reason = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});
export type Reason = z.infer<typeof reason>;

/** What is likely: one chance in ten that it is less than p10, and that it is more than p90. */
export const spread = z.object({ p10: z.number(), p50: z.number(), p90: z.number() });
export type Spread = z.infer<typeof spread>;
