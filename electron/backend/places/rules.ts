import { because } from '#shared/domain/because.ts';
import { faultTold } from '#shared/domain/fault-told.ts';
import type { Proposal, RebalancePolicy } from '#shared/domain/recovery.ts';

export interface MachineNow {
  id: string;
  name: string;
  /** Connected and not draining: it may take a run. */
  takes: boolean;
  /** Minutes until its window closes; 0: closed; null: never. */
  minutesLeft: number | null;
  preference: number;
  /** Load per processor now; null: not known. */
  load: number | null;
  cpus: number | null;
  /** Above the limit for minutes, not for a moment. */
  isOverloaded: boolean;
  /** Accelerators that others share with our runs and that are nearly full, for minutes. */
  crowded: ReadonlySet<string>;
  /** What is wrong with which accelerator. */
  faults: ReadonlyMap<string, string>;
}

export interface RunNow {
  id: string;
  name: string;
  machineId: string;
  priority: number;
  createdAt: number;
  accelerators: readonly string[];
  /** When it was last moved, or moving it was begun; null: never. */
  movedAt: number | null;
  /** How long a move of it takes, with a margin. */
  leadMs: number;
}

/** A move away that a policy has made, or that was not wanted. */
export interface Before {
  runId: string;
  fromMachineId: string;
  rule: Proposal['rule'];
  at: number;
}

export interface World {
  now: number;
  policy: RebalancePolicy;
  machines: readonly MachineNow[];
  runs: readonly RunNow[];
  moved: readonly Before[];
  dismissed: readonly Before[];
  /** Where open proposals would bring runs: kept to as long as it is possible, so that proposals do not flicker. */
  proposed: ReadonlyMap<string, string>;
  /** Whether that machine could hold the run beside what it has. */
  fits(runId: string, machineId: string): boolean;
}

export type Rule = 'gpu-failing' | 'window-closing' | 'overloaded' | 'better-place';

export interface Wish {
  runId: string;
  fromMachineId: string;
  toMachineId: string;
  rule: Rule;
  reason: Proposal['reason'];
}

const hourMs = 3_600_000;
/** A machine that is moved to must be well below the limit with the run on it: else the run would be sent on at once. */
export const calmShare = 0.7;
/** Where a policy has taken a run away from, no policy brings it back within so long. */
export const noReturnMs = 7 * 24 * hourMs;
/** Unless it left because the window closed: it may come back when that has been opened for long enough. */
const windowReturnMs = 6 * hourMs;
const leastStayMinutes = 240;
/** What was dismissed is not proposed again within so long. */
export const quietMs = 24 * hourMs;
const urgency: readonly Rule[] = ['gpu-failing', 'window-closing', 'overloaded', 'better-place'];

/**
 * What should be moved where, the most urgent first; at most one wish per run, and one per machine that is left because it is
 * overloaded (its load is looked at anew after each). Pure. That it comes to rest: a run is never brought back by a
 * policy to where one took it away, so of each run there are at most as many moves as there are machines.
 */
export function wishes(world: World): Wish[] {
  const found: Wish[] = [];
  const relieved = new Set<string>();
  for (const rule of urgency) {
    if (!isOn(rule, world.policy)) continue;
    for (const run of leastImportantFirst(world.runs)) {
      if (found.some(({ runId }) => runId === run.id)) continue;
      const from = world.machines.find(({ id }) => id === run.machineId);
      if (from === undefined || isResting(run, rule, world)) continue;
      if (rule === 'overloaded' && relieved.has(from.id)) continue;
      const reason = reasonFor(rule, run, from, world);
      if (reason === null) continue;
      const to = bestPlace(rule, run, from, world);
      if (to === null) continue;
      if (rule === 'overloaded') relieved.add(from.id);
      found.push({
        runId: run.id,
        fromMachineId: from.id,
        toMachineId: to.id,
        rule,
        reason: { ...reason, params: { ...reason.params, run: run.name, machine: from.name, to: to.name } },
      });
    }
  }
  return found;
}

const isOn = (rule: Rule, { rules }: RebalancePolicy): boolean =>
  ({
    'gpu-failing': rules.gpuFailing,
    'window-closing': rules.windowClosing,
    overloaded: rules.overloaded,
    'better-place': rules.betterPlace,
  })[rule];

const leastImportantFirst = (runs: readonly RunNow[]): RunNow[] =>
  [...runs].sort((a, b) => a.priority - b.priority || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));

/** Moved a moment ago, or the user has said no to just this. */
function isResting(run: RunNow, rule: Rule, { now, policy, dismissed }: World): boolean {
  if (run.movedAt !== null && now - run.movedAt < policy.coolDownMs) return true;
  return dismissed.some((each) => each.runId === run.id && each.rule === rule && now - each.at < quietMs);
}

function reasonFor(rule: Rule, run: RunNow, from: MachineNow, world: World): Proposal['reason'] | null {
  switch (rule) {
    case 'gpu-failing': {
      const fault = run.accelerators.flatMap((uuid) => from.faults.get(uuid) ?? [])[0];
      if (fault === undefined) return null;
      return {
        code: 'REBALANCE_GPU_FAILING',
        params: because('fault', faultTold(fault)),
        message: `A GPU of run "${run.name}" on ${from.name} is failing: ${fault}.`,
      };
    }
    case 'window-closing': {
      if (from.minutesLeft === null || from.minutesLeft * 60_000 > run.leadMs) return null;
      const minutes = from.minutesLeft;
      return {
        code: minutes === 0 ? 'REBALANCE_WINDOW_CLOSED' : 'REBALANCE_WINDOW_CLOSING',
        params: { minutes },
        message:
          minutes === 0
            ? `The time in which runs may be on ${from.name} is over.`
            : `The time in which runs may be on ${from.name} ends in ${minutes} min.`,
      };
    }
    case 'overloaded': {
      if (run.accelerators.some((uuid) => from.crowded.has(uuid))) {
        return {
          code: 'REBALANCE_GPU_CROWDED',
          params: {},
          message: `A GPU of run "${run.name}" on ${from.name} is shared with others and nearly full.`,
        };
      }
      if (!from.isOverloaded || from.load === null) return null;
      const load = Math.round(from.load * 10) / 10;
      return {
        code: 'REBALANCE_OVERLOADED',
        params: { load, limit: world.policy.loadPerCpu },
        message: `${from.name} has been overloaded for minutes: ${load} per processor, the limit is ${world.policy.loadPerCpu}.`,
      };
    }
    case 'better-place': {
      return {
        code: 'REBALANCE_BETTER_PLACE',
        params: {},
        message: `A machine that you prefer to ${from.name} is free.`,
      };
    }
  }
}

function bestPlace(rule: Rule, run: RunNow, from: MachineNow, world: World): MachineNow | null {
  const possible = world.machines.filter(
    (to) =>
      to.id !== from.id &&
      to.takes &&
      !to.isOverloaded &&
      staysOpen(to, run) &&
      mayGo(run, to, world) &&
      staysCalm(rule, run, from, to, world) &&
      (rule !== 'better-place' || to.preference > from.preference) &&
      world.fits(run.id, to.id),
  );
  const proposed = possible.find(({ id }) => id === world.proposed.get(run.id));
  if (proposed !== undefined) return proposed;
  const [best] = possible.sort(
    (a, b) => b.preference - a.preference || (a.load ?? 1e9) - (b.load ?? 1e9) || (a.id < b.id ? -1 : 1),
  );
  return best ?? null;
}

/** It would not have to leave again before long. */
const staysOpen = (to: MachineNow, run: RunNow): boolean =>
  to.minutesLeft === null || to.minutesLeft >= Math.max(leastStayMinutes, (2 * run.leadMs) / 60_000);

function mayGo(run: RunNow, to: MachineNow, { moved, now }: World): boolean {
  return !moved.some((each) => {
    if (each.runId !== run.id || each.fromMachineId !== to.id) return false;
    return now - each.at < (each.rule === 'window-closing' ? windowReturnMs : noReturnMs);
  });
}

/** With the run there it is still well below the limit; what the run needs is taken to be its share of the load where it is. */
function staysCalm(rule: Rule, run: RunNow, from: MachineNow, to: MachineNow, world: World): boolean {
  if (to.load === null || to.cpus === null) return rule !== 'overloaded';
  const beside = Math.max(1, world.runs.filter(({ machineId }) => machineId === from.id).length);
  const share = from.load === null || from.cpus === null ? 0 : (from.load * from.cpus) / beside;
  const others = world.runs.some(({ machineId, id }) => machineId === to.id && id !== run.id);
  const after = to.load + share / to.cpus;
  // Nothing else of ours there and hardly loaded: a run that fills it by itself is what it is for.
  const isEmpty = !others && to.load <= calmShare * world.policy.loadPerCpu * 0.5;
  if (rule !== 'overloaded' && isEmpty) return true;
  return after <= calmShare * world.policy.loadPerCpu;
}
