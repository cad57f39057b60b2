import { z } from 'zod';
import { act, look, own } from './base.ts';

export const credentialKind = z.enum([
  'ssh-password',
  'private-key',
  'cloud-access-key',
  'service-account',
  'token',
  'registry-login',
  'environment',
]);
/** All that ever leaves the backend about a secret. */
export const credential = z.object({
  id: z.string(),
  name: z.string(),
  kind: credentialKind,
  createdAt: z.number(),
  changedAt: z.number(),
  usedAt: z.number().nullable(),
  usedBy: z.array(z.string()),
});
export const vaultContract = {
  state: look.output(z.object({ exists: z.boolean(), locked: z.boolean(), protection: z.array(z.string()) })),
  create: own.input(z.object({ passphrase: z.string().min(1).max(1024).optional() })).output(z.void()),
  unlock: act.input(z.object({ passphrase: z.string().max(1024) })).output(z.void()),
  lock: act.output(z.void()),
  list: look.output(z.array(credential)),
  set: act
    .input(
      z.object({
        id: z.string().optional(),
        name: z.string().min(1).max(200),
        kind: credentialKind,
        value: z.string().min(1).max(100_000),
      }),
    )
    .output(credential),
  rename: act.input(z.object({ id: z.string(), name: z.string().min(1).max(200) })).output(credential),
  delete: act.input(z.object({ id: z.string() })).output(z.void()),
};
