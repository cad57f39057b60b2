import { z } from 'zod';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';

/** `shell`: the account's login shell; `gpu`: the live view of a run's or a machine's accelerators and processes. */
export const terminalKind = z.enum(['shell', 'gpu']);
export type TerminalKind = z.infer<typeof terminalKind>;

/**
 * `starting` → `open` → `ended`. `lost`: the connection is gone and comes back by itself; what `kept` it (tmux on the box)
 * is found again then, else a new shell is opened in the directory of the old one, and the screen says so.
 */
export const terminalStates = ['starting', 'open', 'lost', 'ended'] as const;

export const terminalSize = z.object({
  cols: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(500),
});
export type TerminalSize = z.infer<typeof terminalSize>;

/** A terminal as lists show it. Its screen lives in the backend and comes by the byte channel (`kind: 'terminal'`). */
export const terminal = z.object({
  id: idSchema,
  kind: terminalKind,
  machineId: idSchema,
  machineName: z.string(),
  /** It was opened in this run's directory, with its environment. */
  runId: idSchema.nullable(),
  runName: z.string().nullable(),
  state: z.enum(terminalStates),
  /** By what it outlives the app and the connection: nothing, or a tmux session of that name on the box. */
  keptBy: z.enum(['app', 'tmux']),
  /** The user's own name for it; null: none. */
  name: z.string().max(200).nullable(),
  /** What programs in it have asked to be shown as, where the user lets them; cut to 200 characters, without control characters. */
  title: z.string().max(200),
  /** A program in it has asked to set the title and the setting `terminalTitles` is `ask`: the page asks, and changes the setting. */
  titleAsked: z.boolean(),
  /** Where its shell is, as told by the shell itself (OSC 7, 633;P;Cwd); null: not told. */
  directory: z.string().nullable(),
  /** Of the one who looked last; everybody sees this size. */
  size: terminalSize,
  createdAt: z.number(),
  endedAt: z.number().nullable(),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  /** Why it is lost or could not start. */
  error: errorShape.nullable(),
});
export type Terminal = z.infer<typeof terminal>;

/** The name of a tmux session that keeps a terminal of ours. */
export const sessionName = z.string().regex(/^trainyard-[0-9abcdefghjkmnpqrstvwxyz]{12}$/);

/** A tmux session of ours on a box that no terminal here shows: left there, another computer's, or of a lost database. */
export const keptSession = z.object({
  session: sessionName,
  /** Epoch ms by the box's clock. */
  createdAt: z.number(),
  /** Somebody looks at it, from elsewhere. */
  attached: z.boolean(),
  /** What runs in front in it, and where. Empty: not told. */
  command: z.string(),
  directory: z.string(),
});
export type KeptSession = z.infer<typeof keptSession>;

/** A command that the shell itself has marked (OSC 133 or 633). Lines count from the oldest one that is still kept. */
export const commandMark = z.object({
  promptLine: z.number().int(),
  /** First line of output; null: nothing ran yet. */
  outputLine: z.number().int().nullable(),
  command: z.string().nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  exitCode: z.number().int().nullable(),
});
export type CommandMark = z.infer<typeof commandMark>;
