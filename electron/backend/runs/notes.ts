import { z } from 'zod';
import type { Sql } from '#backend/store/index.ts';
import { roleSchema } from '#shared/domain/role.ts';
import { labelSchema, override } from '#shared/domain/sensitivity.ts';
import { type MetricState, metricState } from './metrics/reader.ts';

/** What a launch was given beyond the task, and how far it has come. */
export const launchNote = z.object({
  /** Set before the box is asked to start it: from then on only the box knows whether it runs. */
  sent: z.boolean(),
  /** Names this one launch to the box: sent again after a crash it is known there, and nobody else's is taken for it. */
  token: z.string().nullable(),
  baseDirectory: z.string().nullable(),
  /** Names of the secrets it was given; their values are only in memory. */
  secretNames: z.array(z.string()),
  /** Those that the vault has, by their variable: they are not lost with the memory. */
  credentials: z.record(z.string(), z.string()).default({}),
  /** Begun by a move, a recovery or a restore, outside the queue: nobody but whoever began it takes it up again. */
  direct: z.boolean().default(false),
  /** The checkpoint it goes on from. */
  resume: z.object({ path: z.string(), step: z.number().nullable() }).nullable().default(null),
});
export type LaunchNote = z.infer<typeof launchNote>;
/** As it is written: what has a default may be left out. */
type LaunchNoteInput = z.input<typeof launchNote>;

/** The user's word, kept until the attempt has ended: delivered when its box is seen, however late. */
export const intentNote = z.object({
  what: z.enum(['stop', 'kill']),
  who: z.string(),
  at: z.number(),
  graceSeconds: z.number(),
  delivered: z.boolean(),
});
export type IntentNote = z.infer<typeof intentNote>;

/** `file_mounts` as they were at the launch. */
export const mountsNote = z.array(
  z.object({
    snapshotId: z.string(),
    directory: z.string(),
    /** Where on this computer it was taken from. */
    source: z.string().optional(),
  }),
);
export type MountsNote = z.infer<typeof mountsNote>;

/** Who may touch the run and nobody else. */
export const claimNote = z.object({
  by: z.string(),
  at: z.number(),
  /** The newest attempt that ended meanwhile, which the user has not been told yet. */
  ended: z.number().nullable().default(null),
});
export type ClaimNote = z.infer<typeof claimNote>;

/** Accelerators put aside for a run that is to come. */
export const reservationsNote = z.array(
  z.object({
    machineId: z.string(),
    by: z.string(),
    accelerators: z.array(z.object({ index: z.number(), uuid: z.string() })),
  }),
);
export type ReservationsNote = z.infer<typeof reservationsNote>;

/** What was said about the sensitivity of data when the move was let in: holds for the attempt that it begins. */
export const admissionNote = z.object({
  machineId: z.string(),
  actor: z.object({ name: z.string(), role: roleSchema }),
  sensitivity: labelSchema.optional(),
  override: override.optional(),
});
export type AdmissionNote = z.infer<typeof admissionNote>;

/** Code and set-up that were brought to a machine ahead of the run. */
export const preparedNote = z.object({
  machineId: z.string(),
  setupKey: z.string().nullable(),
  madeBySetup: z.array(z.string()),
});
export type PreparedNote = z.infer<typeof preparedNote>;

/** When steps were read, by this computer's clock: how long a start and a step take. */
export const paceNote = z.object({
  first: z.object({ at: z.number(), step: z.number() }),
  last: z.object({ at: z.number(), step: z.number() }),
});
export type PaceNote = z.infer<typeof paceNote>;

const kinds = {
  launch: launchNote,
  intent: intentNote,
  metrics: metricState,
  mounts: mountsNote,
  claim: claimNote,
  reservations: reservationsNote,
  admission: admissionNote,
  prepared: preparedNote,
  pace: paceNote,
};
export interface NoteKinds {
  launch: LaunchNote;
  intent: IntentNote;
  metrics: MetricState;
  pace: PaceNote;
  /** Of the run: kept under epoch 0. */
  mounts: MountsNote;
  /** These, too, are the run's. */
  claim: ClaimNote;
  reservations: ReservationsNote;
  admission: AdmissionNote;
  prepared: PreparedNote;
}

export interface Forgotten {
  runId: string;
  machineId: string;
  /** Its directory is still to be removed there. */
  removeOnBox: boolean;
}

/** The runs' room's own memory in the database, beside what everybody reads. */
export class Notes {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Null where there is none; a damaged one counts as none. */
  get<Kind extends keyof NoteKinds>(kind: Kind, runId: string, epoch: number): NoteKinds[Kind] | null {
    const row = this.#sql.get<{ content: string }>(
      'SELECT content FROM runNotes WHERE runId = ? AND epoch = ? AND kind = ?',
      runId,
      epoch,
      kind,
    );
    if (row === undefined) return null;
    const checked = kinds[kind].safeParse(parse(row.content));
    return checked.success ? (checked.data as NoteKinds[Kind]) : null;
  }

  set<Kind extends keyof NoteKinds>(
    kind: Kind,
    runId: string,
    epoch: number,
    note: Kind extends 'launch' ? LaunchNoteInput : NoteKinds[Kind],
  ): void {
    this.#sql.run(
      `INSERT INTO runNotes (runId, epoch, kind, content) VALUES (?, ?, ?, ?)
       ON CONFLICT (runId, epoch, kind) DO UPDATE SET content = excluded.content`,
      runId,
      epoch,
      kind,
      JSON.stringify(note),
    );
  }

  remove(kind: keyof NoteKinds, runId: string, epoch: number): void {
    this.#sql.run('DELETE FROM runNotes WHERE runId = ? AND epoch = ? AND kind = ?', runId, epoch, kind);
  }

  /** Runs that have a note of this kind of their own. */
  runsWith(kind: 'claim' | 'reservations'): string[] {
    return this.#sql
      .all<{ runId: string }>('SELECT runId FROM runNotes WHERE kind = ? AND epoch = 0', kind)
      .map(({ runId }) => runId);
  }

  /** Ids of all code that a run was launched with, and may be restarted with. */
  snapshotsInUse(): Set<string> {
    const rows = this.#sql.all<{ id: string }>(
      `SELECT json_extract(snapshot, '$.id') AS id FROM runSpecifications WHERE snapshot IS NOT NULL
       UNION SELECT json_extract(mount.value, '$.snapshotId') FROM runNotes, json_each(runNotes.content) AS mount
       WHERE runNotes.kind = 'mounts'`,
    );
    return new Set(rows.map(({ id }) => id));
  }

  forget({ runId, machineId, removeOnBox }: Forgotten, at: number): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO forgottenRuns (runId, machineId, at, removeOnBox) VALUES (?, ?, ?, ?)',
      runId,
      machineId,
      Math.round(at),
      removeOnBox ? 1 : 0,
    );
  }

  remember(runId: string, machineId: string): void {
    this.#sql.run('DELETE FROM forgottenRuns WHERE runId = ? AND machineId = ?', runId, machineId);
  }

  forgotten(machineId: string): Forgotten[] {
    return this.#sql
      .all<{ runId: string; removeOnBox: number }>(
        'SELECT runId, removeOnBox FROM forgottenRuns WHERE machineId = ?',
        machineId,
      )
      .map(({ runId, removeOnBox }) => ({ runId, machineId, removeOnBox: removeOnBox === 1 }));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
