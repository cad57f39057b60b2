import { z } from 'zod';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';
import { told } from './told.ts';

/** How an SSH site is reached. Whatever is not given here is taken from ~/.ssh/config under `host`, as OpenSSH would. */
export const sshAddress = z.object({
  /** The alias in ~/.ssh/config, or a host name or address. */
  host: z.string().min(1).max(255),
  hostName: z.string().max(255).optional(),
  user: z.string().max(255).optional(),
  port: z.number().int().min(1).max(65535).optional(),
  identityFile: z.string().max(4096).optional(),
  /** The vault's credential that holds the password or key for this host. */
  credentialId: z.string().optional(),
  /** Which ssh_config to read; absent is the user's own. */
  configFile: z.string().max(4096).optional(),
});
export type SshAddress = z.infer<typeof sshAddress>;

export const siteKinds = ['local', 'ssh'] as const;
export const siteKind = z.enum(siteKinds);
export type SiteKind = z.infer<typeof siteKind>;

export const connectionStates = [
  'disconnected',
  'connecting',
  'connected',
  'waiting-for-user',
  'unreachable',
  'blocked',
] as const;
/**
 * How the connection stands. `unreachable` is tried again by itself with back-off (`nextTryAt`); `blocked` is not (changed
 * host key, refused login): it needs the user. Never says anything about the runs on the other side.
 */
export const connection = z.object({
  state: z.enum(connectionStates),
  /** Epoch ms since when it is in this state. */
  sinceAt: z.number(),
  error: errorShape.optional(),
  nextTryAt: z.number().optional(),
  transport: z.enum(['local', 'ssh2', 'openssh']).optional(),
  /** Measured round trip over the open connection. */
  roundTripMs: z.number().optional(),
});
export type Connection = z.infer<typeof connection>;

export const site = z.object({
  id: idSchema,
  kind: siteKind,
  name: z.string().min(1).max(200),
  ssh: sshAddress.optional(),
  /** Keep connected while the app runs; off: connect only when asked. */
  autoConnect: z.boolean(),
  createdAt: z.number(),
  connection,
});
export type Site = z.infer<typeof site>;

/** One host of an ssh_config as `sites preview` shows it. Paths are as OpenSSH would use them. */
export const sshHostPreview = z.object({
  host: z.string(),
  hostName: z.string(),
  user: z.string(),
  port: z.number(),
  identityFiles: z.array(z.string()),
  proxyJump: z.string().nullable(),
  proxyCommand: z.string().nullable(),
  error: told.optional(),
});
export type SshHostPreview = z.infer<typeof sshHostPreview>;

export const connectionSteps = ['resolve', 'tcp', 'hostKey', 'authentication', 'shell', 'tools'] as const;
/** One line of "test connection". */
export const connectionStep = z.object({
  step: z.enum(connectionSteps),
  state: z.enum(['running', 'ok', 'warning', 'failed', 'skipped']),
  /** What was found, in words: the address, the fingerprint, the shell. */
  detail: z.string().default(''),
  error: errorShape.optional(),
  tookMs: z.number().optional(),
});
export type ConnectionStep = z.infer<typeof connectionStep>;

/** Something a connection needs from the user before it can go on. Secrets go in by `prompts.answer`, never out. */
export const prompt = z.object({
  id: z.string(),
  siteId: idSchema.nullable(),
  siteName: z.string(),
  askedAt: z.number(),
  kind: z.enum(['host-key-first-use', 'password', 'key-passphrase', 'keyboard-interactive']),
  /** For host-key-first-use. */
  hostKey: z.object({ host: z.string(), type: z.string(), fingerprint: z.string() }).optional(),
  /** For the key passphrase: which file; for the others: the server's instruction. */
  instruction: z.string().default(''),
  questions: z.array(z.object({ text: z.string(), echo: z.boolean() })).default([]),
});
export type Prompt = z.infer<typeof prompt>;
