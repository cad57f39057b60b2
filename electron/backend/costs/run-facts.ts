import type { Store } from '#backend/store/index.ts';
import { runUnknown } from '#backend/store/index.ts';

/** What is kept of a run for its costs, whatever becomes of the run. */
export interface RunFacts {
  runId: string;
  name: string;
  project: string | null;
  user: string | null;
  planId: string | null;
  plannedMicros: number | null;
  plannedMs: number | null;
}

/** Variables of a task that name its project: our own, then that of Weights & Biases. */
const projectOf = `nullif(substr(trim(coalesce(
  json_extract(s.spec, '$.envs.TRAINYARD_PROJECT'), json_extract(s.spec, '$.envs.WANDB_PROJECT'))), 1, 100), '')`;

/** Runs whose facts are not kept yet, or that go by another name now. */
const news = `
  SELECT r.id AS runId, r.name, CASE WHEN json_valid(s.spec) THEN ${projectOf} END AS project
  FROM runs r LEFT JOIN runSpecifications s ON s.runId = r.id LEFT JOIN runCosts c ON c.runId = r.id
  WHERE (c.runId IS NULL OR c.name <> r.name)`;

/** Who launched a run is on the activity log; a run that was found on a box has nobody. */
const launches = `SELECT target, actor FROM activity WHERE action = 'run.launch' AND result = 'done'`;

/** What runs belong to, who launched them, what they were planned to cost. */
export class RunFactsTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes in runs that are new or renamed, of one id or all. Returns whether there were any. */
  follow(runId?: string): boolean {
    const { sql } = this.#store;
    const rows = sql.all<Pick<RunFacts, 'runId' | 'name' | 'project'>>(
      runId === undefined ? news : `${news} AND r.id = ?`,
      ...(runId === undefined ? [] : [runId]),
    );
    if (rows.length === 0) return false;
    // Of one run the newest entry is likely its own; of all, the log is walked once.
    const entries =
      runId === undefined
        ? sql.all<{ target: string; actor: string }>(launches)
        : sql.all<{ target: string; actor: string }>(
            `${launches} AND target = ? ORDER BY sequence DESC LIMIT 1`,
            runId,
          );
    const users = new Map(entries.map(({ target, actor }) => [target, actor]));
    this.#store.transaction(() => {
      for (const { runId: id, name, project } of rows)
        sql.run(
          `INSERT INTO runCosts (runId, name, project, user) VALUES (?, ?, ?, ?)
           ON CONFLICT (runId) DO UPDATE SET name = excluded.name`,
          id,
          name,
          project,
          users.get(id) ?? null,
        );
    });
    return true;
  }

  all(runIds: readonly string[]): Map<string, RunFacts> {
    const rows = this.#store.sql.all<RunFacts>(
      `SELECT runId, name, project, user, planId, plannedMicros, plannedMs FROM runCosts
       WHERE runId IN (SELECT value FROM json_each(?))`,
      JSON.stringify(runIds),
    );
    return new Map(rows.map((row) => [row.runId, row]));
  }

  /** The facts of a run, or RUN_UNKNOWN. */
  require(runId: string): RunFacts {
    const facts = this.all([runId]).get(runId);
    if (facts === undefined) throw runUnknown(runId);
    return facts;
  }

  setProject(runId: string, project: string | null): void {
    this.#store.sql.run('UPDATE runCosts SET project = ? WHERE runId = ?', project, runId);
  }

  setPlanned(
    runId: string,
    { planId, micros, ms }: { planId: string | null; micros: number; ms: number },
  ): void {
    this.#store.sql.run(
      'UPDATE runCosts SET planId = ?, plannedMicros = ?, plannedMs = ? WHERE runId = ?',
      planId,
      micros,
      Math.round(ms),
      runId,
    );
  }

  /** Every project that a run belongs to, by name. */
  projects(): string[] {
    return this.#store.sql
      .all<{ project: string }>(
        'SELECT DISTINCT project FROM runCosts WHERE project IS NOT NULL ORDER BY project COLLATE NOCASE, project',
      )
      .map(({ project }) => project);
  }
}
