import type { RunFilter } from '#shared/contract/runs.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import {
  type Attempt,
  type CodeSnapshot,
  codeSnapshot,
  evidence,
  hasEnded,
  type Run,
  type RunState,
  type RunSummary,
  runStates,
} from '#shared/domain/run.ts';
import { taskSpec } from '#shared/domain/spec.ts';
import { type Damage, readJson, writeJson } from './damage.ts';
import type { MachinesRepository } from './machines.ts';
import {
  type AttemptRow,
  acceleratorsSchema,
  lastMetricsSchema,
  movingSchema,
  type RunRow,
  readAttempt,
  readRun,
  runColumns,
  stateRank,
} from './run-rows.ts';
import { insertAttempt, insertRun, mirrorNewest, type NewRun } from './run-writes.ts';
import { listRuns } from './runs-list.ts';
import { searchable, wholeNumber, wholeOrNull } from './search.ts';
import type { Sql } from './sql.ts';

/** What may change in an attempt. Its run's row follows when it is the newest. */
export type AttemptChange = Partial<Omit<Attempt, 'runId' | 'epoch' | 'createdAt'>>;

export interface RunProgress {
  lastMetrics?: { name: string; value: number }[];
  step?: number | null;
  totalSteps?: number | null;
}

export class RunsRepository {
  readonly #sql: Sql;
  readonly #damage: Damage;
  readonly #machines: MachinesRepository;

  constructor(sql: Sql, damage: Damage, machines: MachinesRepository) {
    this.#sql = sql;
    this.#damage = damage;
    this.#machines = machines;
  }

  /**
   * Saves a run with its attempts. A request id that was used before changes nothing and gives the run it made:
   * `created` is false then. Throws RUN_EXISTS when the id is taken by another launch.
   */
  insert(run: NewRun): { run: Run; created: boolean } {
    return this.#sql.transaction(() => {
      const earlier = run.requestId === null ? undefined : this.byRequest(run.requestId);
      if (earlier) return { run: earlier, created: false };
      const newest = run.attempts.at(-1);
      if (!newest) throw internal(`run ${run.id} has no attempt`);
      if (this.#sql.get('SELECT 1 FROM runs WHERE id = ?', run.id)) {
        throw new TrainyardError('RUN_EXISTS', `There is already a run ${run.id}.`, {
          params: { runId: run.id },
        });
      }
      insertRun(this.#sql, run, newest);
      for (const attempt of run.attempts) insertAttempt(this.#sql, { ...attempt, runId: run.id });
      return { run: this.require(run.id), created: true };
    });
  }

  /** The run that a launch request made, if it did. */
  byRequest(requestId: string): Run | undefined {
    const row = this.#sql.get<{ id: string }>('SELECT id FROM runs WHERE requestId = ?', requestId);
    return row && this.get(row.id);
  }

  /** Adds the next attempt. Throws RUN_ATTEMPT_STALE unless its epoch is the newest plus one. */
  addAttempt(attempt: Attempt): RunSummary {
    return this.#sql.transaction(() => {
      const run = this.requireSummary(attempt.runId);
      if (attempt.epoch !== run.epoch + 1) {
        throw new TrainyardError(
          'RUN_ATTEMPT_STALE',
          `Attempt ${attempt.epoch} of this run cannot be added: the newest is ${run.epoch}. Somebody else may have restarted it.`,
          { params: { runId: attempt.runId, epoch: attempt.epoch, newest: run.epoch } },
        );
      }
      insertAttempt(this.#sql, attempt);
      this.#sql.run("UPDATE runs SET lastMetrics = '[]', step = NULL WHERE id = ?", attempt.runId);
      mirrorNewest(this.#sql, attempt);
      return this.requireSummary(attempt.runId);
    });
  }

  /**
   * Adds an attempt that was found on a box: between it and those known here may be others, on machines that are not seen
   * from here, and it may be older than the newest. Nothing happens where it is known.
   */
  adoptAttempt(attempt: Attempt): RunSummary {
    return this.#sql.transaction(() => {
      const { epoch } = this.requireSummary(attempt.runId);
      if (this.attempt(attempt.runId, attempt.epoch) !== undefined) return this.requireSummary(attempt.runId);
      insertAttempt(this.#sql, attempt);
      if (attempt.epoch > epoch) {
        this.#sql.run("UPDATE runs SET lastMetrics = '[]', step = NULL WHERE id = ?", attempt.runId);
        mirrorNewest(this.#sql, attempt);
      }
      return this.requireSummary(attempt.runId);
    });
  }

  /** Changes an attempt, and its run's row when it is the newest. Throws RUN_UNKNOWN. */
  updateAttempt(runId: string, epoch: number, change: AttemptChange): RunSummary {
    return this.#sql.transaction(() => {
      const before = this.attempt(runId, epoch);
      if (!before) throw runUnknown(runId);
      const after: Attempt = { ...before, ...change };
      this.#sql.run(
        `UPDATE attempts SET machineId = ?, machineName = ?, state = ?, evidence = ?, startedAt = ?, endedAt = ?, seenAt = ?,
           exitCode = ?, accelerators = ?, logBytes = ?, directory = ?, pid = ? WHERE runId = ? AND epoch = ?`,
        after.machineId,
        after.machineName,
        after.state,
        writeJson(evidence, after.evidence),
        wholeOrNull(after.startedAt),
        wholeOrNull(after.endedAt),
        wholeOrNull(after.seenAt),
        after.exitCode,
        writeJson(acceleratorsSchema, after.accelerators),
        wholeNumber(after.logBytes),
        after.directory,
        after.pid,
        runId,
        epoch,
      );
      const newest = this.#sql.get<{ epoch: number }>('SELECT epoch FROM runs WHERE id = ?', runId);
      if (newest?.epoch === epoch) mirrorNewest(this.#sql, after);
      return this.requireSummary(runId);
    });
  }

  summary(id: string): RunSummary | undefined {
    const row = this.#sql.get<RunRow>(
      `SELECT ${runColumns} FROM runs WHERE id = ? AND place <> 'damaged'`,
      id,
    );
    if (!row) return undefined;
    const read = readRun(row, this.#machines.connection(row.machineId));
    if (read.ok) return read.value;
    this.#setAside(row, read.why);
    return undefined;
  }

  /** The summary, or RUN_UNKNOWN. */
  requireSummary(id: string): RunSummary {
    const summary = this.summary(id);
    if (!summary) throw runUnknown(id);
    return summary;
  }

  /** The run with its specification and all attempts. An attempt that cannot be read is left out and told by a notice. */
  get(id: string): Run | undefined {
    const summary = this.summary(id);
    if (!summary) return undefined;
    const row = this.#sql.get<{ yaml: string; spec: string; snapshot: string | null }>(
      'SELECT yaml, spec, snapshot FROM runSpecifications WHERE runId = ?',
      id,
    );
    const spec = row ? readJson(taskSpec, row.spec) : { ok: false as const, why: 'no specification' };
    if (!row || !spec.ok) {
      const whole = this.#sql.get<RunRow>(`SELECT ${runColumns} FROM runs WHERE id = ?`, id);
      if (whole) this.#setAside(whole, spec.ok ? 'no specification' : spec.why);
      return undefined;
    }
    const snapshot = row.snapshot === null ? null : readJson(codeSnapshot, row.snapshot);
    return {
      ...summary,
      yaml: row.yaml,
      spec: spec.value,
      snapshot: snapshot?.ok ? snapshot.value : null,
      attempts: this.attempts(id),
    };
  }

  /** The run, or RUN_UNKNOWN. */
  require(id: string): Run {
    const run = this.get(id);
    if (!run) throw runUnknown(id);
    return run;
  }

  /** All attempts, oldest first. */
  attempts(runId: string): Attempt[] {
    return this.#readAttempts(
      this.#sql.all<AttemptRow>('SELECT * FROM attempts WHERE runId = ? ORDER BY epoch', runId),
    );
  }

  attempt(runId: string, epoch: number): Attempt | undefined {
    return this.#readAttempts(
      this.#sql.all<AttemptRow>('SELECT * FROM attempts WHERE runId = ? AND epoch = ?', runId, epoch),
    )[0];
  }

  /** Attempts that have not ended, of one machine or of all, in the order they were made: what to reconcile after a start. */
  liveAttempts(machineId?: string): Attempt[] {
    const live = runStates.filter((state) => !hasEnded(state)).map((state) => `'${state}'`);
    const text = `SELECT * FROM attempts WHERE state IN (${live.join(', ')})`;
    const order = 'ORDER BY createdAt, runId, epoch';
    return this.#readAttempts(
      machineId === undefined
        ? this.#sql.all<AttemptRow>(`${text} ${order}`)
        : this.#sql.all<AttemptRow>(`${text} AND machineId = ? ${order}`, machineId),
    );
  }

  /** Runs that wait for a machine: highest priority first, then the oldest. */
  queued(machineId: string): RunSummary[] {
    const rows = this.#sql.all<RunRow>(
      `SELECT ${runColumns} FROM runs WHERE machineId = ? AND stateRank = ? AND place <> 'damaged'
       ORDER BY priority DESC, createdAt, id`,
      machineId,
      stateRank('queued'),
    );
    return rows.flatMap((row) => {
      const read = readRun(row, this.#machines.connection(row.machineId));
      if (read.ok) return [read.value];
      this.#setAside(row, read.why);
      return [];
    });
  }

  /** One window and how many match; see runs-list.ts. */
  list(filter: RunFilter): { rows: RunSummary[]; total: number } {
    return listRuns(
      this.#sql,
      filter,
      (machineId) => this.#machines.connection(machineId),
      (row, why) => this.#setAside(row, why),
    );
  }

  /** How many runs are in each state, archived ones left out. */
  counts(): Record<RunState, number> {
    const counts = Object.fromEntries(runStates.map((state) => [state, 0])) as Record<RunState, number>;
    const rows = this.#sql.all<{ stateRank: number; n: number }>(
      "SELECT stateRank, count(*) AS n FROM runs WHERE place = 'listed' GROUP BY stateRank",
    );
    for (const row of rows) {
      const state = runStates[row.stateRank];
      if (state) counts[state] = row.n;
    }
    return counts;
  }

  rename(id: string, name: string): RunSummary {
    return this.#sql.transaction(() => {
      const run = this.requireSummary(id);
      this.#sql.run(
        'UPDATE runs SET name = ?, nameKey = ?, searchText = ? WHERE id = ?',
        name,
        searchable(name),
        searchable(name, id, run.machineName),
        id,
      );
      return this.requireSummary(id);
    });
  }

  setPriority(id: string, priority: number): RunSummary {
    this.#sql.run('UPDATE runs SET priority = ? WHERE id = ?', priority, id);
    return this.requireSummary(id);
  }

  setArchived(id: string, archived: boolean): RunSummary {
    this.#sql.run(
      "UPDATE runs SET place = ? WHERE id = ? AND place <> 'damaged'",
      archived ? 'archived' : 'listed',
      id,
    );
    return this.requireSummary(id);
  }

  /** Says that a move is under way (null: no more). */
  setMoving(id: string, moving: RunSummary['moving']): RunSummary {
    this.#sql.run(
      'UPDATE runs SET moving = ? WHERE id = ?',
      moving === null ? null : writeJson(movingSchema, moving),
      id,
    );
    return this.requireSummary(id);
  }

  setSnapshot(id: string, snapshot: CodeSnapshot): void {
    this.#sql.run(
      'UPDATE runSpecifications SET snapshot = ? WHERE runId = ?',
      writeJson(codeSnapshot, snapshot),
      id,
    );
  }

  /** What lists show of a run's course. Only what is given changes. Gone runs are no error: the log may be ahead of a delete. */
  setProgress(id: string, progress: RunProgress): RunSummary | undefined {
    return this.#sql.transaction(() => {
      if (progress.lastMetrics) {
        const text = writeJson(lastMetricsSchema, progress.lastMetrics);
        this.#sql.run('UPDATE runs SET lastMetrics = ? WHERE id = ?', text, id);
      }
      if (progress.step !== undefined)
        this.#sql.run('UPDATE runs SET step = ? WHERE id = ?', progress.step, id);
      if (progress.totalSteps !== undefined) {
        this.#sql.run('UPDATE runs SET totalSteps = ? WHERE id = ?', progress.totalSteps, id);
      }
      return this.summary(id);
    });
  }

  /** Removes the run and everything of it. No error when it is gone already. */
  remove(id: string): void {
    this.#sql.run('DELETE FROM runs WHERE id = ?', id);
  }

  #readAttempts(rows: AttemptRow[]): Attempt[] {
    return rows.flatMap((row) => {
      const read = readAttempt(row);
      if (read.ok) return [read.value];
      const key = `${row.runId}/${row.epoch}`;
      const { epoch, runId } = row;
      const message = `attempt ${epoch} of run ${runId}`;
      const what = { code: 'STORE_ATTEMPT', params: { epoch, runId }, message };
      this.#damage.report('attempts', key, what, read.why, row);
      return [];
    });
  }

  /** Takes a row that cannot be read out of all lists and counts; it stays in its table. */
  #setAside(row: RunRow, why: string): void {
    this.#sql.transaction(() => {
      this.#sql.run("UPDATE runs SET place = 'damaged' WHERE id = ?", row.id);
      this.#damage.report('runs', row.id, row.name, why, row);
    });
  }
}

export const runUnknown = (runId: string): TrainyardError =>
  new TrainyardError('RUN_UNKNOWN', 'This run is not there any more; it was deleted.', { params: { runId } });

const internal = (details: string): TrainyardError =>
  new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
    details,
  });
