import type { CheckpointLooks } from '#backend/checkpoints/index.ts';
import type { Copies } from '#backend/copies/index.ts';
import type { RunHandover } from '#backend/runs/handover.ts';
import { withResume } from '#backend/runs/index.ts';
import type { Store } from '#backend/store/index.ts';
import { checkpointFramework } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { MoveRequest } from '../interface.ts';
import { askFacts, type BoxFacts, type BoxQuestion } from './box-facts.ts';
import type { Found, MachineFacts, MoveFacts } from './facts.ts';
import { neededPaths, onBox } from './needed-paths.ts';

export interface GatherOptions {
  store: Store;
  handover: RunHandover;
  copies: Copies;
  looks: CheckpointLooks;
  /** The text of resources/remote/move-facts.sh. */
  script: string;
}

/** With an override the move was let in already, by somebody who may. */
export type PlanRequest = Pick<MoveRequest, 'runId' | 'machineId' | 'mode' | 'path'> &
  Partial<Pick<MoveRequest, 'sensitivity' | 'override'>>;

/** Whoever waits for a plan waits no longer than that for a machine that does not answer. */
const connectMs = 45_000;
const lookMs = 60_000;
const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  USR1: 10,
  USR2: 12,
  ALRM: 14,
  TERM: 15,
  CONT: 18,
};

/** Looks at both machines, the run, its checkpoints and the ways between: everything that `planMove` judges. Changes nothing. */
export async function gatherFacts(
  options: GatherOptions,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<MoveFacts> {
  const { store, handover } = options;
  const run = handover.get(request.runId);
  const attempt = run.attempts.at(-1);
  if (attempt === undefined) {
    throw new TrainyardError('RUN_ATTEMPT_UNKNOWN', `This run has no attempt ${run.epoch}.`, {
      params: { epoch: run.epoch },
    });
  }
  const machine = store.machines.require(request.machineId);
  const looked = await lookAt(options, run, attempt, machine.id, signal);
  const { epoch } = attempt;
  return {
    ...looked,
    run,
    attempt: run.attempts.at(-1) ?? attempt,
    claimed: handover.claimedBy(run.id) !== null,
    draining: machine.draining,
    held: heldBy(store, attempt),
    room: await found(() => handover.room(run.id, machine.id)),
    objection:
      request.override === undefined
        ? (handover.objection(run.id, machine.id, request.sensitivity)?.toShape() ?? null)
        : null,
    missingSecrets: handover.missingSecrets(run.id),
    step: handover.lastStep(run.id, epoch),
    pace: handover.pace(run.id, epoch),
    untold: withResume(run.spec, { path: '/checkpoint', step: 0 }).untold,
    graceSeconds: store.settings.get().stopGraceSeconds,
    asked: { mode: request.mode, path: request.path },
  };
}

type Looked = Pick<MoveFacts, 'from' | 'to' | 'paths' | 'checkpoints' | 'neededPaths'>;

async function lookAt(
  options: GatherOptions,
  run: Run,
  attempt: Attempt,
  toId: string,
  signal: AbortSignal,
): Promise<Looked> {
  const fromId = attempt.machineId;
  const within = AbortSignal.any([signal, AbortSignal.timeout(lookMs)]);
  const [from, to] = await Promise.all([
    reach(options, fromId, attempt.machineName, signal),
    reach(options, toId, toId, signal),
  ]);
  const needed = neededPaths(run.spec, attempt.directory);
  const bothThere = from.unreachable === null && to.unreachable === null;
  const away: Found<never> = { ok: false, why: (from.unreachable ?? to.unreachable ?? unknown).toShape() };
  const [boxes, checkpoints, paths] = await Promise.all([
    askBoth(options, run, attempt, from, to, needed, signal),
    from.unreachable === null ? lookAtCheckpoints(options, run, attempt, within) : awayOr(run, away),
    bothThere && fromId !== toId ? found(() => options.copies.paths(fromId, toId, within)) : away,
  ]);
  signal.throwIfAborted();
  return {
    from: machineFacts(options, from, boxes.from),
    to: machineFacts(options, to, boxes.to),
    paths,
    checkpoints,
    neededPaths: needed,
  };
}

const unknown = new TrainyardError('MOVE_FACTS_UNKNOWN', 'It was not looked at.');
const awayOr = (run: Run, away: Found<never>): Found<never> | null =>
  run.spec.checkpoint === null ? null : away;

interface Reached {
  id: string;
  name: string;
  unreachable: TrainyardError | null;
  connected: Awaited<ReturnType<RunHandover['connect']>> | null;
}

async function reach(
  { handover, store }: GatherOptions,
  id: string,
  nameBefore: string,
  signal: AbortSignal,
): Promise<Reached> {
  const name = store.machines.get(id)?.name ?? nameBefore;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
    return { id, name, unreachable: null, connected: await handover.connect(id, within) };
  } catch (error) {
    signal.throwIfAborted();
    return { id, name, unreachable: asOurs(error), connected: null };
  }
}

/** First the source: what it has loaded is what is asked of the destination. */
async function askBoth(
  options: GatherOptions,
  run: Run,
  attempt: Attempt,
  from: Reached,
  to: Reached,
  needed: readonly string[],
  signal: AbortSignal,
): Promise<{ from: Found<BoxFacts> | null; to: Found<BoxFacts> | null }> {
  const code = attempt.directory === null ? null : `${attempt.directory}/code`;
  const signalName = run.spec.checkpoint?.request?.signal;
  const source = await ask(options, from, signal, needed, () => ({
    side: 'source',
    room: attempt.directory ?? '/',
    workingDirectory: code,
    attempt: { runId: run.id, epoch: attempt.epoch },
    checkpoints: code === null ? null : options.looks.directoryOf(run.spec, code),
    signal: signalName === undefined ? null : (signalNumbers[signalName.toUpperCase()] ?? null),
    python: null,
    torchDirectory: null,
  }));
  const loaded = source?.ok ? source.value : null;
  const destination = await ask(options, to, signal, needed, (root) => ({
    side: 'destination',
    room: `${root}/runs/${run.id}`,
    workingDirectory: null,
    attempt: null,
    checkpoints: null,
    signal: null,
    python: loaded?.python ?? null,
    torchDirectory: loaded?.torchDirectory ?? null,
  }));
  return { from: source, to: destination };
}

async function ask(
  { script, store }: GatherOptions,
  { id, connected }: Reached,
  signal: AbortSignal,
  needed: readonly string[],
  question: (root: string) => Omit<BoxQuestion, 'paths'>,
): Promise<Found<BoxFacts> | null> {
  if (connected === null) return null;
  const home = store.machines.get(id)?.inventory?.home ?? null;
  const paths = needed.map((path) => onBox(path, home));
  const both = AbortSignal.any([signal, connected.signal]);
  const answer = await found(async () => {
    const { root } = await connected.box.install(both);
    return askFacts(connected.programs, script, { ...question(root), paths }, both);
  });
  signal.throwIfAborted();
  return answer;
}

async function lookAtCheckpoints(
  { looks }: GatherOptions,
  { spec }: Run,
  { machineId, directory: runDirectory }: Attempt,
  signal: AbortSignal,
): Promise<MoveFacts['checkpoints']> {
  const directory = runDirectory === null ? null : looks.directoryOf(spec, `${runDirectory}/code`);
  if (directory === null) return null;
  const framework = checkpointFramework.safeParse(spec.checkpoint?.framework);
  const wish = { framework: framework.success ? framework.data : null, own: looks.ownOf(spec), signal };
  const seen = await found(() => looks.inspect(machineId, directory, wish));
  // Not there yet is none yet.
  return !seen.ok && seen.why.code === 'CHECKPOINT_DIRECTORY_MISSING' ? { ok: true, value: [] } : seen;
}

function machineFacts({ store }: GatherOptions, reached: Reached, box: Found<BoxFacts> | null): MachineFacts {
  return {
    id: reached.id,
    name: reached.name,
    unreachable: reached.unreachable?.toShape() ?? null,
    inventory: store.machines.get(reached.id)?.inventory ?? null,
    box: box?.ok ? box.value : null,
    unanswered: box === null || box.ok ? null : box.why,
  };
}

function heldBy(store: Store, { machineId, accelerators }: Attempt): Accelerator[] {
  const all = store.machines.get(machineId)?.inventory?.accelerators ?? [];
  return all.filter(({ uuid }) => accelerators.some((each) => each.uuid === uuid));
}

async function found<T>(look: () => T | Promise<T>): Promise<Found<T>> {
  try {
    return { ok: true, value: await look() };
  } catch (error) {
    return { ok: false, why: asOurs(error).toShape() };
  }
}

/** A look that took too long says so. */
function asOurs(error: unknown): TrainyardError {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new TrainyardError('COMMAND_TIMED_OUT', 'It did not answer in time.', { retryable: true });
  return TrainyardError.from(error);
}
