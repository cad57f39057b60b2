import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { QueueEstimate } from '#shared/domain/what-if.ts';
import { type LoadBasis, measureLoad, queueEstimate, serversNeeded } from '#shared/planner/queue.ts';

export interface WaitQuestion {
  machineIds: readonly string[];
  /** Null: as it has been. */
  arrivalsPerHour: number | null;
  serviceMs: number | null;
  /** Places; null: as many runs of the usual size as fit on the machines. */
  servers: number | null;
  targetWaitMs: number | null;
}

export interface WaitSources {
  machine(id: string): Machine | undefined;
  /** Runs of a machine, the newest of them. */
  runsOn(machineId: string): readonly RunSummary[];
}

/**
 * How long runs wait on these machines, and how many places would do for a mean wait of no more than `targetWaitMs`.
 * Errors: QUEUE_NOT_MEASURED where rate or time is not given and too few runs have ended; QUEUE_NO_MACHINE where places
 * are not given either.
 */
export function expectedWaits(
  question: WaitQuestion,
  sources: WaitSources,
): { now: QueueEstimate; needed: QueueEstimate | null } {
  const runs = question.machineIds.flatMap((id) => sources.runsOn(id));
  const servers = question.servers ?? placesOn(question.machineIds, runs, sources);
  const { basis, ...load } = loadOf(question, runs);
  const now = queueEstimate({ ...load, servers }, basis);
  if (question.targetWaitMs === null) return { now, needed: null };
  const enough = serversNeeded(load, question.targetWaitMs);
  return { now, needed: enough === null ? null : queueEstimate({ ...load, servers: enough }, basis) };
}

interface Load {
  arrivalsPerHour: number;
  serviceMs: number;
  basis: LoadBasis;
}

function loadOf({ arrivalsPerHour, serviceMs }: WaitQuestion, runs: readonly RunSummary[]): Load {
  const typed: LoadBasis = { basis: 'typed', samples: 0, asOf: null };
  if (arrivalsPerHour !== null && serviceMs !== null) return { arrivalsPerHour, serviceMs, basis: typed };
  const measured = measureLoad(runs);
  if (measured === null) {
    throw new TrainyardError(
      'QUEUE_NOT_MEASURED',
      `Too few runs have ended on these machines to measure how often they come and how long they take (${runs.length}). Type both.`,
      { params: { runs: runs.length } },
    );
  }
  return {
    arrivalsPerHour: arrivalsPerHour ?? measured.arrivalsPerHour,
    serviceMs: serviceMs ?? measured.serviceMs,
    basis:
      arrivalsPerHour === null && serviceMs === null ? measured : { ...typed, samples: measured.samples },
  };
}

/** As many runs as fit at once, each with the GPUs that runs there have had on the mean; one on a machine without. */
function placesOn(ids: readonly string[], runs: readonly RunSummary[], sources: WaitSources): number {
  const held = runs.map(({ acceleratorIndexes }) => acceleratorIndexes.length).filter((count) => count > 0);
  const usual = held.length === 0 ? 1 : held.reduce((sum, count) => sum + count, 0) / held.length;
  let places = 0;
  for (const id of ids) {
    const machine = sources.machine(id);
    if (!machine) continue;
    const gpus = machine.inventory?.accelerators.length ?? 0;
    places += Math.max(1, Math.floor(gpus / usual));
  }
  if (places === 0) {
    throw new TrainyardError(
      'QUEUE_NO_MACHINE',
      'Choose at least one machine, or type how many places there are.',
    );
  }
  return places;
}
