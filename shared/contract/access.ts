import { z } from 'zod';
import { accessToken, tokenName } from '../domain/access.ts';
import { roleSchema } from '../domain/role.ts';
import { own } from './base.ts';

/** Named tokens for browsers in headless mode. Only their hashes are kept. */
export const accessContract = {
  list: own.output(z.array(accessToken)),
  /** `secret` is told this once and never again. TOKEN_NAME_TAKEN. */
  create: own
    .input(
      z.object({
        name: tokenName,
        role: roleSchema,
        /** From now; null: it holds until it is revoked. */
        lifetimeSeconds: z
          .number()
          .int()
          .min(60)
          .max(10 * 366 * 86_400)
          .nullable(),
      }),
    )
    .output(z.object({ token: accessToken, secret: z.string() })),
  /** Ends the connections of everybody who signed in with it, at once. TOKEN_UNKNOWN. */
  revoke: own.input(z.object({ tokenId: z.string().max(64) })).output(z.void()),
};
