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

/** A login of the user's own that is on this computer already. Nothing of it is copied; its values stay where they are. */
export const foundLogin = z.object({
  kind: z.enum(loginKinds),
  /** Profile, account, context, registry or key file. */
  name: z.string(),
  /** The file, socket or variable it was found in. */
  where: z.string(),
  /** How it signs in: `sso`, `access-key`, `role`, `user`, `service-account`, `encrypted`, `helper` … */
  how: z.string(),
  /** Region, tenant, cluster, address: what is said about it in the clear. */
  about: z.string(),
  /** Epoch ms at which it ends by itself, where the file says so. */
  expiresAt: z.number().nullable(),
});
export type FoundLogin = z.infer<typeof foundLogin>;
