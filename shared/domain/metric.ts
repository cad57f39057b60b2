import { z } from 'zod';

/** A series found in a run's log. `x` is the step where one is printed, else the count of points. */
export const metricSeries = z.object({
  name: z.string(),
  /** [x, value], at most what was asked for: thinned by min/max per bucket so that peaks survive. NaN and ±inf come as null. */
  points: z.array(z.tuple([z.number(), z.number().nullable()])),
  total: z.number(),
  last: z.number().nullable(),
});
export type MetricSeries = z.infer<typeof metricSeries>;
