import { z } from 'zod';
import { roleSchema } from './role.ts';

/** Actors of our own: a token of such a name would pass for them in the activity log. */
const taken = /^(desktop|cli|browser|trainyard)$/i;

export const tokenName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u, 'letters, digits, spaces and . _ @ - only')
  .refine((name) => !taken.test(name), 'a name that Trainyard uses for itself');

/** A named token that lets a browser in, without the token itself: that is shown once, when it is made. */
export const accessToken = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: z.number(),
  createdBy: z.string(),
  /** Null: it holds until it is revoked. */
  expiresAt: z.number().nullable(),
  /** When a browser last signed in with it. */
  usedAt: z.number().nullable(),
});
export type AccessToken = z.infer<typeof accessToken>;
