import { heldByOthers, usable } from '#backend/runs/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import type { Accelerator, Machine } from '#shared/domain/machine.ts';
import { type RoomCode, sayRoom } from '#shared/domain/room-sentences.ts';
import type { Run } from '#shared/domain/run.ts';
import type { PlacesContext } from './context.ts';
import type { Bin, Item } from './packing.ts';
import { localMinute, minutesLeft } from './window.ts';

const gibibyte = 2 ** 30;

/** Live runs of a machine that have begun: what a move can take away, and what is in the way of others. */
export function runsOn({ store }: PlacesContext, machineId: string): Run[] {
  return store.runs.liveAttempts(machineId).flatMap(({ runId, epoch, state }) => {
    const run = store.runs.get(runId);
    return run === undefined || run.epoch !== epoch || state === 'queued' ? [] : [run];
  });
}

export function itemOf(run: Run): Item {
  const { accelerators, memoryGiB, cpus } = run.spec.resources;
  return {
    runId: run.id,
    priority: run.priority,
    createdAt: run.createdAt,
    requests: accelerators,
    memoryBytes: (memoryGiB?.size ?? 0) * gibibyte,
    cpus: cpus?.count ?? 0,
  };
}

/** What a machine can still hold; a sentence where it takes nothing now. */
export function binOf(context: PlacesContext, machine: Machine): Bin | Told {
  const { store, access } = context;
  const { id, name, draining, inventory, runningRuns, queuedRuns } = machine;
  const policy = store.machines.policy(id);
  const closed = (code: RoomCode): Told =>
    sayRoom('ROOM_ON', { machine: name, ...because('why', sayRoom(code)) });
  if (draining) return closed('ROOM_DRAINED');
  if (!access.isConnected(id)) return closed('ROOM_OUT_OF_SIGHT');
  if (inventory === null) return closed('ROOM_UNSEEN');
  if (minutesLeft(policy.window, minuteNow(context)) === 0) return closed('ROOM_WINDOW');
  return {
    machineId: id,
    name,
    free: freeAccelerators(context, machine),
    memoryBytes: inventory.memoryAvailableBytes,
    cpus: inventory.cpuCount,
    preference: policy.preference,
    runs: runningRuns + queuedRuns,
  };
}

export const minuteNow = ({ clock, minuteOf = localMinute }: PlacesContext): number => minuteOf(clock.now());

/** Healthy, held by no run of ours (or one that waits there for its turn or is on its way there), and by nobody else. */
function freeAccelerators({ store, migrations }: PlacesContext, machine: Machine): Accelerator[] {
  const held = new Set<string>();
  for (const attempt of store.runs.liveAttempts(machine.id))
    for (const { uuid } of attempt.accelerators) held.add(uuid);
  const knows = (runId: string) => store.runs.summary(runId) !== undefined;
  const free = usable(machine.inventory?.accelerators ?? []).filter(
    (each) => !held.has(each.uuid) && heldByOthers(each, knows) === null,
  );
  // A move on its way there has its own put aside; how many is all that is known here.
  const coming = migrations
    .list({ machineId: machine.id, active: true })
    .filter(({ to }) => to.machineId === machine.id);
  const asked = coming.reduce((sum, { runId }) => sum + acceleratorsAsked(store.runs.get(runId)), 0);
  return free.slice(0, Math.max(0, free.length - asked));
}

const acceleratorsAsked = (run: Run | undefined): number =>
  Math.max(0, ...(run?.spec.resources.accelerators ?? []).map(({ count }) => Math.max(1, Math.ceil(count))));
