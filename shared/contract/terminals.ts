import { z } from 'zod';
import { idSchema } from '../domain/id.ts';
import { commandMark, terminal, terminalKind, terminalSize } from '../domain/terminal.ts';
import { act, look } from './base.ts';

const terminalRef = z.object({ terminalId: idSchema });

/** Terminals. What is typed into them and what they show goes by the byte channel, which asks for the same role as `open`. */
export const terminalsContract = {
  /** Those that are there, oldest first; ended ones until they are closed. */
  list: look.output(z.array(terminal)),
  /** Answers as soon as it is listed. `runId`: in that run's directory, with its environment. Sent twice it is one terminal. */
  open: act
    .input(
      z.object({
        requestId: idSchema,
        machineId: idSchema,
        runId: idSchema.optional(),
        kind: terminalKind.default('shell'),
        /** Absolute, or below the home with `~/`; not with `runId`. */
        directory: z.string().min(1).max(4096).optional(),
        /** Absent: as the settings say. */
        keptBy: z.enum(['app', 'tmux']).optional(),
        size: terminalSize.default({ cols: 80, rows: 24 }),
      }),
    )
    .output(terminal),
  resize: act.input(terminalRef.extend({ size: terminalSize })).output(z.void()),
  rename: act.input(terminalRef.extend({ name: z.string().max(200).nullable() })).output(terminal),
  /** An ended one starts anew with the same screen above; a lost one tries now. */
  restart: act.input(terminalRef).output(terminal),
  /** Ends its programs (HUP, then KILL), the tmux session too. */
  close: act.input(terminalRef).output(z.void()),
  /** Commands as the shell has marked them, oldest first. */
  marks: act.input(terminalRef).output(z.array(commandMark)),
  /** All its text that is kept, without colours. */
  text: act.input(terminalRef).output(z.object({ text: z.string() })),
  /** Sessions of ours that are still on a box though no terminal here shows them (another computer's, or after a lost database). */
  kept: act
    .input(z.object({ machineId: idSchema }))
    .output(z.array(z.object({ session: z.string(), createdAt: z.number(), attached: z.boolean() }))),
};
