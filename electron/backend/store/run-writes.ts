import { type Attempt, type CodeSnapshot, codeSnapshot, evidence } from '#shared/domain/run.ts';
import { type TaskSpec, taskSpec } from '#shared/domain/spec.ts';
import { writeJson } from './damage.ts';
import { acceleratorsSchema, stateRank } from './run-rows.ts';
import { searchable, wholeNumber, wholeOrNull } from './search.ts';
import type { Sql } from './sql.ts';

/** A run as it enters the database: what is about its newest attempt comes from `attempts`. */
export interface NewRun {
  id: string;
  /** The client's id of the launch; null for a run found on a box. */
  requestId: string | null;
  name: string;
  priority: number;
  createdAt: number;
  acceleratorsAsked: string;
  yaml: string;
  spec: TaskSpec;
  snapshot: CodeSnapshot | null;
  /** At least one; epochs rising. */
  attempts: Attempt[];
}

/** The run's row and its specification. */
export function insertRun(sql: Sql, run: NewRun, newest: Attempt): void {
  sql.run(
    `INSERT INTO runs (id, requestId, name, nameKey, searchText, state, stateRank, evidence, seenAt, machineId, machineName,
       epoch, priority, createdAt, startedAt, endedAt, exitCode, acceleratorsAsked, acceleratorIndexes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run.id,
    run.requestId,
    run.name,
    searchable(run.name),
    searchable(run.name, run.id, newest.machineName),
    newest.state,
    stateRank(newest.state),
    writeJson(evidence, newest.evidence),
    wholeOrNull(newest.seenAt),
    newest.machineId,
    newest.machineName,
    newest.epoch,
    run.priority,
    wholeNumber(run.createdAt),
    wholeOrNull(newest.startedAt),
    wholeOrNull(newest.endedAt),
    newest.exitCode,
    run.acceleratorsAsked,
    indexesOf(newest),
  );
  sql.run(
    'INSERT INTO runSpecifications (runId, yaml, spec, snapshot) VALUES (?, ?, ?, ?)',
    run.id,
    run.yaml,
    writeJson(taskSpec, run.spec),
    run.snapshot === null ? null : writeJson(codeSnapshot, run.snapshot),
  );
}

export function insertAttempt(sql: Sql, attempt: Attempt): void {
  sql.run(
    `INSERT INTO attempts (runId, epoch, machineId, machineName, state, evidence, createdAt, startedAt, endedAt, seenAt,
       exitCode, accelerators, logBytes, directory, pid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    attempt.runId,
    attempt.epoch,
    attempt.machineId,
    attempt.machineName,
    attempt.state,
    writeJson(evidence, attempt.evidence),
    wholeNumber(attempt.createdAt),
    wholeOrNull(attempt.startedAt),
    wholeOrNull(attempt.endedAt),
    wholeOrNull(attempt.seenAt),
    attempt.exitCode,
    writeJson(acceleratorsSchema, attempt.accelerators),
    wholeNumber(attempt.logBytes),
    attempt.directory,
    attempt.pid,
  );
}

/** A run is shown as its newest attempt is. */
export function mirrorNewest(sql: Sql, newest: Attempt): void {
  const name = sql.get<{ name: string }>('SELECT name FROM runs WHERE id = ?', newest.runId)?.name ?? '';
  sql.run(
    `UPDATE runs SET state = ?, stateRank = ?, evidence = ?, seenAt = ?, machineId = ?, machineName = ?, searchText = ?,
       epoch = ?, startedAt = ?, endedAt = ?, exitCode = ?, acceleratorIndexes = ? WHERE id = ?`,
    newest.state,
    stateRank(newest.state),
    writeJson(evidence, newest.evidence),
    wholeOrNull(newest.seenAt),
    newest.machineId,
    newest.machineName,
    searchable(name, newest.runId, newest.machineName),
    newest.epoch,
    wholeOrNull(newest.startedAt),
    wholeOrNull(newest.endedAt),
    newest.exitCode,
    indexesOf(newest),
    newest.runId,
  );
}

const indexesOf = (attempt: Attempt): string => JSON.stringify(attempt.accelerators.map((one) => one.index));
