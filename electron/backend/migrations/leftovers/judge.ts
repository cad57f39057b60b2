import path from 'node:path/posix';
import { because } from '#shared/domain/because.ts';
import { checkpointFramework, type FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Leftover } from '#shared/domain/leftover.ts';
import type { Run } from '#shared/domain/run.ts';
import type { MovesContext } from '../context.ts';
import type { MoveRecord } from '../record.ts';

type Why = NonNullable<Leftover['why']>;
type JudgeContext = Pick<MovesContext, 'journal' | 'handover' | 'looks'>;

/**
 * Why the working directory of a run on a machine that it has left must stay; null: nothing is lost with it. Asks that machine and the
 * one where the run is now, and rejects with what keeps them from answering.
 */
export async function whyItStays(
  context: JudgeContext,
  run: Run,
  machineId: string,
  signal: AbortSignal,
): Promise<Why | null> {
  const { handover, journal } = context;
  if (run.machineId === machineId) return inUse(run.name);
  const [moving] = journal.list({ runId: run.id, active: true, limit: 1 });
  if (moving !== undefined || handover.claimedBy(run.id) !== null) return isMoving(run.name);
  const { box } = await handover.connect(machineId, signal);
  const { attempts } = await box.status([run.id], signal);
  const newest = Math.max(0, ...run.attempts.map(({ epoch }) => epoch));
  if (attempts.some(({ trainerAlive, supervisorAlive }) => trainerAlive || supervisorAlive))
    return inUse(run.name);
  // Another computer has had it go on here.
  if (attempts.some(({ epoch }) => epoch > newest)) return inUse(run.name);
  if (wasNotBrought(journal.list({ runId: run.id, active: false, limit: 1000 }), machineId))
    return notBrought(run.name, run.machineName);
  return onlyCheckpoint(context, run, machineId, signal);
}

/** The run went on from what was there ahead, as this machine was out of sight: what it wrote last came never along. */
function wasNotBrought(moves: readonly MoveRecord[], machineId: string): boolean {
  const left = moves.find(
    ({ migration }) => migration.phase === 'committed' && migration.from.machineId === machineId,
  );
  return left !== undefined && left.memory.sourceEnded === 'timer' && left.migration.kept.length === 0;
}

async function onlyCheckpoint(
  context: JudgeContext,
  run: Run,
  machineId: string,
  signal: AbortSignal,
): Promise<Why | null> {
  const here = (await completeOn(context, run, machineId, signal)).at(-1);
  if (here === undefined) return null;
  const there = await completeOn(context, run, run.machineId, signal);
  const newestThere = there.at(-1);
  const isThere =
    here.step === null || newestThere === undefined || newestThere.step === null
      ? there.some((each) => each.path === here.path && each.bytes === here.bytes)
      : newestThere.step >= here.step;
  return isThere ? null : nowhereElse(here);
}

/** Newest last; none where there is no directory for them, or it lies outside the run's own and so stays. */
async function completeOn(
  { looks, handover }: JudgeContext,
  run: Run,
  machineId: string,
  signal: AbortSignal,
): Promise<FoundCheckpoint[]> {
  const { root } = await (await handover.connect(machineId, signal)).box.install(signal);
  const work = path.join(root, 'runs', run.id, 'code');
  const directory = looks.directoryOf(run.spec, work);
  if (directory === null || !`${directory}/`.startsWith(`${work}/`)) return [];
  const framework = checkpointFramework.safeParse(run.spec.checkpoint?.framework);
  try {
    const found = await looks.inspect(machineId, directory, {
      framework: framework.success ? framework.data : null,
      own: looks.ownOf(run.spec),
      signal,
    });
    return found.filter(({ complete }) => complete);
  } catch (error) {
    if (TrainyardError.from(error).code === 'CHECKPOINT_DIRECTORY_MISSING') return [];
    throw error;
  }
}

const inUse = (name: string): Why => ({
  code: 'LEFT_IN_USE',
  params: { name },
  message: `Run "${name}" is there.`,
});

const isMoving = (name: string): Why => ({
  code: 'LEFT_MOVING',
  params: { name },
  message: `Run "${name}" is being moved or recovered.`,
});

const notBrought = (name: string, machine: string): Why => ({
  code: 'LEFT_NOT_BROUGHT',
  params: { name, machine },
  message: `The machine was out of sight when run "${name}" went on on ${machine}: what it wrote last is nowhere else.`,
});

const nowhereElse = ({ path: where, step }: FoundCheckpoint): Why => ({
  code: 'LEFT_ONLY_CHECKPOINT',
  params: { path: where, step: step ?? '' },
  message: `Its checkpoint ${where} is nowhere else.`,
});

export const busyThere: Why = {
  code: 'LEFT_BUSY',
  params: {},
  message: 'It was written to within the last ten minutes: a copy may be under way.',
};

export const heldThere: Why = {
  code: 'LEFT_HELD',
  params: {},
  message: 'A copy between two machines uses it now; it ends by itself.',
};

export const notAnswered = (error: unknown): Why => {
  const why = TrainyardError.from(error);
  return { code: 'LEFT_NOT_SEEN', params: because('why', why), message: `Not looked at: ${why.message}` };
};
