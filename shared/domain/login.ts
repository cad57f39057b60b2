import { z } from 'zod';

export const loginKinds = [
  'ssh-agent',
  'ssh-key',
  'aws',
  'azure',
  'gcloud',
  'kubernetes',
  'hugging-face',
  'wandb',
  'docker',
] as const;

/** How a login signs in. `helper`: a program gives it when it is needed; `plain`: a key file that no passphrase protects. */
export const loginWays = [
  'agent',
  'plain',
  'encrypted',
  'sso',
  'role',
  'helper',
  'access-key',
  'session',
  'user',
  'service-account',
  'token',
  'certificate',
  'password',
  'other',
] as const;
export type LoginWay = (typeof loginWays)[number];

/** A login of the user's own that is on this computer already. Nothing of it is copied; its values stay where they are. */
export const foundLogin = z.object({
  kind: z.enum(loginKinds),
  /** Profile, account, context, registry or key file. */
  name: z.string(),
  /** The file (`~` is the user's home) or socket it was found in, or `environment`. */
  where: z.string(),
  how: z.enum(loginWays),
  /** Region, tenant, cluster, address: what is said about it in the clear. */
  about: z.string(),
  /** Epoch ms at which it ends by itself, where the file says so. */
  expiresAt: z.number().nullable(),
});
export type FoundLogin = z.infer<typeof foundLogin>;
