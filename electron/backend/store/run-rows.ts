import { z } from 'zod';
import {
  type Attempt,
  attempt as attemptSchema,
  evidence,
  type RunState,
  type RunSummary,
  runState,
  runStates,
  runSummary,
} from '#shared/domain/run.ts';
import { type ReadResult, readJson } from './damage.ts';

export const stateRank = (state: RunState): number => runStates.indexOf(state);

export interface RunRow {
  id: string;
  place: string;
  name: string;
  state: string;
  evidence: string;
  seenAt: number | null;
  machineId: string;
  machineName: string;
  epoch: number;
  priority: number;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  exitCode: number | null;
  acceleratorsAsked: string;
  acceleratorIndexes: string;
  lastMetrics: string;
  step: number | null;
  totalSteps: number | null;
  moving: string | null;
}
export const runColumns = `id, place, name, state, evidence, seenAt, machineId, machineName, epoch, priority, createdAt,
  startedAt, endedAt, exitCode, acceleratorsAsked, acceleratorIndexes, lastMetrics, step, totalSteps, moving`;

export interface AttemptRow {
  runId: string;
  epoch: number;
  machineId: string;
  machineName: string;
  state: string;
  evidence: string;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  seenAt: number | null;
  exitCode: number | null;
  accelerators: string;
  logBytes: number;
  directory: string | null;
  pid: number | null;
}

const indexes = z.array(z.number());
export const lastMetricsSchema = runSummary.shape.lastMetrics;
export const movingSchema = runSummary.shape.moving;
export const acceleratorsSchema = attemptSchema.shape.accelerators;

/** A row as a summary. What is only decoration (last metrics, indexes) falls back to nothing; state and evidence must be right. */
export function readRun(row: RunRow, machineConnection: string): ReadResult<RunSummary> {
  const state = runState.safeParse(row.state);
  if (!state.success) return { ok: false, why: 'unknown state' };
  const why = readJson(evidence, row.evidence);
  if (!why.ok) return why;
  const acceleratorIndexes = readJson(indexes, row.acceleratorIndexes);
  const lastMetrics = readJson(lastMetricsSchema, row.lastMetrics);
  const moving = row.moving === null ? null : readJson(movingSchema, row.moving);
  return {
    ok: true,
    value: {
      id: row.id,
      name: row.name,
      state: state.data,
      evidence: why.value,
      seenAt: row.seenAt,
      machineId: row.machineId,
      machineName: row.machineName,
      machineConnection,
      epoch: row.epoch,
      priority: row.priority,
      createdAt: row.createdAt,
      startedAt: row.startedAt,
      endedAt: row.endedAt,
      exitCode: row.exitCode,
      acceleratorsAsked: row.acceleratorsAsked,
      acceleratorIndexes: acceleratorIndexes.ok ? acceleratorIndexes.value : [],
      lastMetrics: lastMetrics.ok ? lastMetrics.value : [],
      step: row.step,
      totalSteps: row.totalSteps,
      archived: row.place === 'archived',
      moving: moving?.ok ? moving.value : null,
    },
  };
}

export function readAttempt(row: AttemptRow): ReadResult<Attempt> {
  const state = runState.safeParse(row.state);
  if (!state.success) return { ok: false, why: 'unknown state' };
  const why = readJson(evidence, row.evidence);
  if (!why.ok) return why;
  const accelerators = readJson(acceleratorsSchema, row.accelerators);
  if (!accelerators.ok) return accelerators;
  return {
    ok: true,
    value: { ...row, state: state.data, evidence: why.value, accelerators: accelerators.value },
  };
}
