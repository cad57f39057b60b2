import { z } from 'zod';
import type { Sql } from '#backend/store/index.ts';
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
});
export type LaunchNote = z.infer<typeof launchNote>;

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

const kinds = { launch: launchNote, intent: intentNote, metrics: metricState, mounts: mountsNote };
export interface NoteKinds {
  launch: LaunchNote;
  intent: IntentNote;
  metrics: MetricState;
  /** Of the run: kept under epoch 0. */
  mounts: MountsNote;
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

  set<Kind extends keyof NoteKinds>(kind: Kind, runId: string, epoch: number, note: NoteKinds[Kind]): void {
    this.#sql.run(
      `INSERT INTO runNotes (runId, epoch, kind, content) VALUES (?, ?, ?, ?)
       ON CONFLICT (runId, epoch, kind) DO UPDATE SET content = excluded.content`,
      runId,
      epoch,
      kind,
      JSON.stringify(note),
    );
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
