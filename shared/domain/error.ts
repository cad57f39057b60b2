import { z } from 'zod';
import type { ErrorShape } from './trainyard-error.ts';

// Apart, so that the command line's quick calls need not load zod.
export { type ErrorExtras, type ErrorShape, TrainyardError } from './trainyard-error.ts';

/**
 * The one error that crosses the contract. `code` is stable and is what the page translates; `message` is the same
 * thing as an English sentence that says what happened and what to do; `params` fills the page's translation;
 * `details` is for the log and for "show details", never a stack and never a secret.
 */
export const errorShape = z.object({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{2,63}$/),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  details: z.string().default(''),
  retryable: z.boolean().default(false),
}) satisfies z.ZodType<ErrorShape>;
