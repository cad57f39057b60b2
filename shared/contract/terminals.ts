import { z } from 'zod';
import { idSchema } from '../domain/id.ts';
import {
  commandMark,
  keptSession,
  sessionName,
  terminal,
  terminalKind,
  terminalSize,
} from '../domain/terminal.ts';
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
        /** Shows this session, which `kept` has told of. One that a terminal shows already gives that terminal. */
        session: sessionName.optional(),
        size: terminalSize.default({ cols: 80, rows: 24 }),
      }),
    )
    .output(terminal),
  resize: act.input(terminalRef.extend({ size: terminalSize })).output(z.void()),
  rename: act.input(terminalRef.extend({ name: z.string().max(200).nullable() })).output(terminal),
  /** An ended one starts anew with the same screen above; a lost one tries now. */
  restart: act.input(terminalRef).output(terminal),
  /** Ends its programs (HUP, then KILL), the tmux session too; with `keepSession` that goes on, and `kept` tells of it. */
  close: act.input(terminalRef.extend({ keepSession: z.boolean().default(false) })).output(z.void()),
  /** Commands as the shell has marked them, oldest first. */
  marks: act.input(terminalRef).output(z.array(commandMark)),
  /** All its text that is kept, without colours. */
  text: act.input(terminalRef).output(z.object({ text: z.string() })),
  /** Sessions of ours that are on a box though no terminal here shows them, newest first; and whether it has tmux at all. */
  kept: act
    .input(z.object({ machineId: idSchema }))
    .output(z.object({ tmux: z.boolean(), sessions: z.array(keptSession) })),
  /** Ends such a session and all that runs in it. One that is gone already is as good; one that a terminal shows is closed with it. */
  endKept: act.input(z.object({ machineId: idSchema, session: sessionName })).output(z.void()),
};
