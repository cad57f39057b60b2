import type { Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { MigrationMode, MigrationPlan } from '#shared/domain/migration.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import type { PlacesContext } from './context.ts';
import { stays } from './errors.ts';
import { type Bin, pack } from './packing.ts';
import { binOf, itemOf, runsOn } from './room.ts';

export interface PlannedMove {
  runId: string;
  runName: string;
  toMachineId: string | null;
  toMachineName: string | null;
  mode: MigrationMode | null;
  why: Proposal['reason'] | null;
}

/** Machines that are asked for one run before it is said to have no place. */
const mostAsked = 4;

/** Where each of these runs would go as things are now, without asking any machine. `refused`: "runId/machineId". */
export function placeAll(
  context: PlacesContext,
  machineId: string,
  runs: readonly Run[],
  refused: ReadonlySet<string>,
): { run: Run; to: Bin | null; why: Told[] }[] {
  const { store } = context;
  const others = store.machines.ids().filter((id) => id !== machineId);
  const looked = others
    .flatMap((id) => store.machines.get(id) ?? [])
    .map((machine) => binOf(context, machine));
  const bins = looked.filter((each): each is Bin => !('code' in each));
  const closed = looked.filter((each): each is Told => 'code' in each);
  const byId = new Map(runs.map((run) => [run.id, run]));
  return pack(runs.map(itemOf), bins, refused).flatMap((placed) => {
    const run = byId.get(placed.runId);
    if (run === undefined) return [];
    const to = bins.find((bin) => bin.machineId === placed.machineId) ?? null;
    return [{ run, to, why: [...placed.why, ...closed] }];
  });
}

/**
 * Where each of the machine's runs would go, by priority, and which would stay and why. Asks the machines that it chose, as a
 * move would; where one refuses, the next is asked. Changes nothing.
 */
export async function planEvacuation(
  context: PlacesContext,
  machineId: string,
  actor: Actor,
  signal: AbortSignal,
): Promise<PlannedMove[]> {
  const all = runsOn(context, machineId);
  const runs = all.filter(({ moving }) => moving === null);
  const refused = new Set<string>();
  const refusals = new Map<string, Proposal['reason']>();
  const plans = new Map<string, MigrationPlan>();
  for (;;) {
    const placed = placeAll(context, machineId, runs, refused);
    const next = placed.find(({ run, to }) => to !== null && !plans.has(`${run.id}/${to.machineId}`));
    if (next === undefined || next.to === null) {
      return [
        ...placed.map(({ run, to, why }) => {
          const mode = to === null ? null : (plans.get(`${run.id}/${to.machineId}`)?.mode ?? null);
          const stay = to === null ? (refusals.get(run.id) ?? stays.noRoom(why)) : null;
          return planned(run, to, mode, stay);
        }),
        ...all.filter(({ moving }) => moving !== null).map((run) => planned(run, null, null, stays.moving())),
      ];
    }
    const { run, to } = next;
    const why = await refusal(context, run, to, plans, actor, signal);
    if (why === null) continue;
    refused.add(`${run.id}/${to.machineId}`);
    refusals.set(run.id, stays.refused(to.name, ...why));
    const asked = [...refused].filter((pair) => pair.startsWith(`${run.id}/`)).length;
    if (asked >= mostAsked) for (const id of context.store.machines.ids()) refused.add(`${run.id}/${id}`);
  }
}

/** Why a move of the run to that machine would be refused; null: it would not. */
async function refusal(
  { migrations }: PlacesContext,
  run: Run,
  to: Bin,
  plans: Map<string, MigrationPlan>,
  actor: Actor,
  signal: AbortSignal,
): Promise<Told[] | null> {
  try {
    const plan = await migrations.plan({ runId: run.id, machineId: to.machineId }, actor, signal);
    if (plan.possible) {
      plans.set(`${run.id}/${to.machineId}`, plan);
      return null;
    }
    return plan.checks.filter(({ verdict }) => verdict === 'fail');
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return [TrainyardError.from(thrown)];
  }
}

const planned = (
  run: Run,
  to: Bin | null,
  mode: MigrationMode | null,
  why: Proposal['reason'] | null,
): PlannedMove => ({
  runId: run.id,
  runName: run.name,
  toMachineId: to?.machineId ?? null,
  toMachineName: to?.name ?? null,
  mode,
  why,
});
