import { because, listOf, type Told } from '#shared/domain/because.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { AcceleratorRequest } from '#shared/domain/spec.ts';
import { describeRequests } from '../spec/index.ts';
import { heldByOthers, isOfKind, usable, wholeCount } from './accelerators.ts';

/** A run that waits for its turn on a machine. */
export interface Waiting {
  runId: string;
  priority: number;
  createdAt: number;
  requests: readonly AcceleratorRequest[];
}

/** An accelerator that a run of ours holds, or held until a moment ago. */
export interface Held {
  runId: string;
  runName: string;
  uuid: string;
  /** When the run ended; null while it is alive. */
  endedAt: number | null;
}

export interface MachineNow {
  /** Null: nothing is known of the machine yet. */
  accelerators: readonly Accelerator[] | null;
  /** When that was looked up, epoch ms here. */
  takenAt: number;
  /** Whether we know that run: then `held` says whether it holds anything, not a process seen in an older look. */
  knowsRun(runId: string): boolean;
}

export type Verdict =
  | { runId: string; kind: 'start'; accelerators: Accelerator[] }
  /** `position` counts from 1 over all that wait. */
  | { runId: string; kind: 'wait'; position: number; reason: Told }
  /** The machine does not have what is asked for, now or later. */
  | { runId: string; kind: 'never'; reason: Told };

/** Higher priority first, then the one that has waited longest; the id only makes it the same every time. */
export const byTurn = (a: Waiting, b: Waiting): number =>
  b.priority - a.priority || a.createdAt - b.createdAt || (a.runId < b.runId ? -1 : 1);

/**
 * Who may start now, and why the others wait. Strict by turn: a run that waits for GPUs keeps every GPU that could serve
 * it from all behind it, so that it is never overtaken for ever. Runs that need none of those pass.
 */
export function planQueue(
  waiting: readonly Waiting[],
  held: readonly Held[],
  machine: MachineNow,
): Verdict[] {
  const all = usable(machine.accelerators ?? []);
  const busy = new Map<string, Told>();
  for (const { uuid, runName, endedAt } of held)
    if (endedAt === null) busy.set(uuid, sayRoom('HELD_BY_RUN', { run: runName }));
  for (const each of all) {
    if (busy.has(each.uuid)) continue;
    // What was looked up before our own run on it ended still shows that run's processes.
    const stale = held.some(
      ({ uuid, endedAt }) => uuid === each.uuid && endedAt !== null && endedAt >= machine.takenAt,
    );
    const holder = stale ? null : heldByOthers(each, machine.knowsRun);
    if (holder !== null) busy.set(each.uuid, holder);
  }
  const promised = new Set<string>();
  const verdicts: Verdict[] = [];
  let position = 0;
  for (const each of [...waiting].sort(byTurn)) {
    const verdict = judge(each, all, machine.accelerators !== null, busy, promised);
    if (verdict.kind === 'start')
      for (const { uuid } of verdict.accelerators) busy.set(uuid, sayRoom('HELD_BY_ANOTHER'));
    if (verdict.kind === 'wait') {
      verdict.position = ++position;
      for (const one of all)
        if (each.requests.some(({ name }) => isOfKind(one, name))) promised.add(one.uuid);
    }
    verdicts.push(verdict);
  }
  return verdicts;
}

function judge(
  run: Waiting,
  all: readonly Accelerator[],
  known: boolean,
  busy: ReadonlyMap<string, Told>,
  promised: ReadonlySet<string>,
): Verdict {
  const { runId, requests } = run;
  if (requests.length === 0) return { runId, kind: 'start', accelerators: [] };
  if (!known) return { runId, kind: 'wait', position: 0, reason: sayRoom('ROOM_NOT_LOOKED') };
  const possible = requests.filter((request) => candidates(all, request).length >= wholeCount(request));
  if (possible.length === 0) return { runId, kind: 'never', reason: missing(all, requests) };
  for (const request of possible) {
    const free = candidates(all, request).filter(({ uuid }) => !busy.has(uuid) && !promised.has(uuid));
    if (free.length >= wholeCount(request)) {
      return { runId, kind: 'start', accelerators: free.slice(0, wholeCount(request)) };
    }
  }
  return { runId, kind: 'wait', position: 0, reason: whyNot(possible, all, busy) };
}

const candidates = (all: readonly Accelerator[], { name }: AcceleratorRequest): Accelerator[] =>
  all.filter((each) => isOfKind(each, name));

function whyNot(
  requests: readonly AcceleratorRequest[],
  all: readonly Accelerator[],
  busy: ReadonlyMap<string, Told>,
): Told {
  const wanted = describeRequests(requests);
  const ofKind = all.filter((each) => requests.some(({ name }) => isOfKind(each, name)));
  const found = ofKind.flatMap(({ uuid }) => busy.get(uuid) ?? []);
  const holders = [...new Map(found.map((each) => [each.message, each])).values()];
  if (holders.length === 0) return sayRoom('ROOM_RUN_BEFORE', { wanted });
  const shown = because('holders', listOf(holders.slice(0, 3)));
  return sayRoom(holders.length > 3 ? 'ROOM_HELD_BY_MORE' : 'ROOM_HELD', { wanted, ...shown });
}

/** Why this machine can never serve the requests; null when it can. Nothing known of it: null. */
export function whyNever(
  accelerators: readonly Accelerator[] | null,
  requests: readonly AcceleratorRequest[],
): Told | null {
  if (accelerators === null || requests.length === 0) return null;
  const all = usable(accelerators);
  const can = requests.some((request) => candidates(all, request).length >= wholeCount(request));
  return can ? null : missing(all, requests);
}

function missing(all: readonly Accelerator[], requests: readonly AcceleratorRequest[]): Told {
  const counts = new Map<string, number>();
  for (const { model } of all) counts.set(model, (counts.get(model) ?? 0) + 1);
  const has = [...counts].map(([model, count]) => `${count} × ${model}`).join(', ');
  const wanted = describeRequests(requests);
  return has === '' ? sayRoom('ROOM_ASKS_NONE', { wanted }) : sayRoom('ROOM_ASKS', { wanted, has });
}
