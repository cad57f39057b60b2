import { z } from 'zod';

/** A sentence by its code, as it crosses the contract: the page says it in its own language (because.ts). */
export const told = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});
