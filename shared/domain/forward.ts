import { z } from 'zod';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';

export const portNumber = z.number().int().min(1).max(65_535);

/** What a listening program probably is, by its name and arguments: how it is called and whether a browser shows it. */
export const serviceGuess = z.enum([
  'tensorboard',
  'jupyter',
  'mlflow',
  'wandb',
  'ray',
  'gradio',
  'streamlit',
  'vllm',
  'web',
]);
export type ServiceGuess = z.infer<typeof serviceGuess>;

/** A TCP port that somebody listens on over there. */
export const listeningPort = z.object({
  port: portNumber,
  /** As bound: `127.0.0.1`, `::`, `0.0.0.0`, … */
  address: z.string(),
  /** Null where the account may not see it. */
  process: z.object({ pid: z.number().int(), name: z.string(), command: z.string() }).nullable(),
  guess: serviceGuess.nullable(),
  /** The run whose process it is. */
  runId: idSchema.nullable(),
  runName: z.string().nullable(),
});
export type ListeningPort = z.infer<typeof listeningPort>;

/**
 * A port of a machine on a port of this computer's loopback. It stays through lost connections and restarts of the app, on the
 * same local port, until it is closed. `waiting`: the machine is out of sight; who connects meanwhile waits for a moment.
 */
export const forward = z.object({
  id: idSchema,
  machineId: idSchema,
  machineName: z.string(),
  runId: idSchema.nullable(),
  runName: z.string().nullable(),
  /** Where it leads, as the machine sees it. */
  remoteHost: z.string(),
  remotePort: portNumber,
  localPort: portNumber,
  label: z.string().max(100),
  guess: serviceGuess.nullable(),
  state: z.enum(['open', 'waiting', 'failed']),
  createdAt: z.number(),
  /** Connections going now, and bytes since it was opened. */
  connections: z.number().int(),
  sentBytes: z.number(),
  receivedBytes: z.number(),
  /** `failed`: why it cannot listen here; else why the last connection over there was refused. */
  error: errorShape.nullable(),
});
export type Forward = z.infer<typeof forward>;
