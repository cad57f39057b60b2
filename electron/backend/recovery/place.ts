import { because, firstOf, several, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Accelerator, Machine } from '#shared/domain/machine.ts';
import type { RecoverySpec } from '#shared/domain/recovery.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import { policyActor, type RecoveryContext } from './context.ts';

export type Choice =
  | { kind: 'go'; machine: Machine; accelerators: Accelerator[] }
  /** Nothing now; it may change. */
  | { kind: 'wait'; why: Told }
  | { kind: 'never'; why: Told };

export interface Wanted {
  run: Run;
  lost: Attempt;
  /** Its host was given up: nothing is started there, whatever the policy says. */
  isGone: boolean;
  policy: RecoverySpec;
  /** The GPUs there are suspected: another machine is tried first where that is allowed. */
  avoidsLost: boolean;
  /** The claim that reservations are made under. */
  by: string;
}

/**
 * The machine that the run goes on at, with its accelerators put aside. By the queue's own rules: connected, not draining,
 * with the accelerators it asks for free, allowed for its data. The caller takes the reservation back where it does not go.
 */
export function choosePlace(context: RecoveryContext, wanted: Wanted): Choice {
  const { machines, unknown } = candidates(context, wanted);
  const waits: Told[] = [];
  const nevers = unknown.map((machine) => sayRoom('ROOM_UNKNOWN_MACHINE', { machine }));
  for (const machine of machines) {
    const verdict = tryOne(context, machine, wanted);
    if (verdict.kind === 'go') return verdict;
    (verdict.kind === 'wait' ? waits : nevers).push(verdict.why);
  }
  if (waits.length > 0) return { kind: 'wait', why: several(firstOf(waits, 3)) };
  return { kind: 'never', why: nevers.length === 0 ? sayRoom('ROOM_NONE') : several(firstOf(nevers, 3)) };
}

function tryOne(context: RecoveryContext, machine: Machine, { run, by }: Wanted): Choice {
  const { access, handover } = context;
  const { id, name } = machine;
  const there = (why: Told): Told => sayRoom('ROOM_ON', { machine: name, ...because('why', why) });
  if (machine.draining) return { kind: 'wait', why: there(sayRoom('ROOM_DRAINED')) };
  if (!access.isConnected(id)) return { kind: 'wait', why: there(sayRoom('ROOM_OUT_OF_SIGHT')) };
  try {
    handover.admit(run.id, id, policyActor, {});
    return { kind: 'go', machine, accelerators: handover.reserve(run.id, id, by) };
  } catch (thrown) {
    const error = TrainyardError.from(thrown);
    if (error.code === 'MACHINE_FULL') return { kind: 'wait', why: there(sayRoom('ROOM_FULL')) };
    return { kind: 'never', why: there(error) };
  }
}

function candidates(
  { store }: RecoveryContext,
  { lost, isGone, policy, avoidsLost }: Wanted,
): { machines: Machine[]; unknown: string[] } {
  const all = store.machines.ids().flatMap((id) => store.machines.get(id) ?? []);
  const possible = all.filter(({ id }) => !isGone || id !== lost.machineId);
  if (policy.to === 'same')
    return { machines: possible.filter(({ id }) => id === lost.machineId), unknown: [] };
  if (policy.to === 'any') {
    const rank = ({ id }: Machine) =>
      id === lost.machineId ? (avoidsLost ? -1e6 : 1e6) : store.machines.policy(id).preference;
    const sorted = possible.sort((a, b) => rank(b) - rank(a) || load(a) - load(b) || (a.id < b.id ? -1 : 1));
    return { machines: sorted, unknown: [] };
  }
  const named = policy.to.map((name) => ({
    name,
    machine: possible.find((each) => each.name === name || each.id === name),
    exists: all.some((each) => each.name === name || each.id === name),
  }));
  return {
    machines: [...new Set(named.flatMap(({ machine }) => machine ?? []))],
    unknown: named.filter(({ exists }) => !exists).map(({ name }) => name),
  };
}

const load = ({ runningRuns, queuedRuns }: Machine): number => runningRuns + queuedRuns;
