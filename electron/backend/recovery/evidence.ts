import { checkpointFramework, type FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Diagnosis } from '#shared/domain/recovery.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import { kernelKilledThen } from './causes.ts';
import type { RecoveryContext } from './context.ts';
import type { Reached } from './decide.ts';
import { diagnose, errorPlace } from './diagnose.ts';

const tailBytes = 64 * 1024;
const logTimeoutMs = 20_000;
const kernelTimeoutMs = 10_000;
const checkpointTimeoutMs = 60_000;

export interface Gathered {
  diagnosis: Diagnosis;
  errorPlace: string | null;
  kernelKilled: boolean;
  reached: Reached;
}

/** All that can be found out about an attempt's end. What cannot be had now is left out; it never fails. */
export async function gather(context: RecoveryContext, run: Run, attempt: Attempt): Promise<Gathered> {
  const [log, kernelKilled, checkpoint] = await Promise.all([
    within(context, logTimeoutMs, (signal) => context.logTail(attempt, tailBytes, signal), ''),
    within(context, kernelTimeoutMs, (signal) => askKernel(context, attempt, signal), false),
    context.access.isConnected(attempt.machineId)
      ? within(
          context,
          checkpointTimeoutMs,
          (signal) => newestCheckpoint(context, run, attempt, signal),
          null,
        )
      : null,
  ]);
  const { exitCode, signal } = exitOf(attempt);
  const printed = context.handover.lastStep(run.id, attempt.epoch);
  const shown = run.epoch === attempt.epoch ? run.step : null;
  return {
    diagnosis: diagnose({ log, exitCode, signal }),
    errorPlace: errorPlace(log),
    kernelKilled,
    reached: {
      step: printed ?? shown,
      checkpoint:
        checkpoint === null
          ? null
          : { path: checkpoint.path, step: checkpoint.found.step, modifiedAt: checkpoint.found.modifiedAt },
    },
  };
}

export function exitOf({ evidence }: Attempt): { exitCode: number | null; signal: string | null } {
  if (evidence.kind !== 'exit-record') return { exitCode: null, signal: null };
  return { exitCode: evidence.exitCode, signal: evidence.signal?.replace(/^SIG/, '') ?? null };
}

export interface NewestCheckpoint {
  /** Of the directory that all of the run's checkpoints lie in; absolute. */
  directory: string;
  /** Absolute. */
  path: string;
  found: FoundCheckpoint;
}

/**
 * The newest complete checkpoint of an attempt, on its machine, as it lies there now. Null: the run has none, or writes none
 * that Trainyard knows of. Rejects with MACHINE_UNREACHABLE and the like.
 */
export async function newestCheckpoint(
  context: RecoveryContext,
  run: Run,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<NewestCheckpoint | null> {
  const { looks, handover } = context;
  if (run.spec.checkpoint === null || attempt.directory === null) return null;
  const directory = checkpointDirectory(context, run, attempt.machineId, attempt.directory);
  if (directory === null) return null;
  await handover.connect(attempt.machineId, signal);
  const framework = checkpointFramework.safeParse(run.spec.checkpoint.framework);
  try {
    const found = await looks.inspect(attempt.machineId, directory, {
      framework: framework.success ? framework.data : null,
      own: looks.ownOf(run.spec),
      signal,
    });
    const newest = found.findLast(({ complete }) => complete);
    if (newest === undefined) return null;
    return { directory, path: joined(directory, newest.path), found: newest };
  } catch (error) {
    if (TrainyardError.from(error).code === 'CHECKPOINT_DIRECTORY_MISSING') return null;
    throw error;
  }
}

/** Where a run's checkpoints lie on a machine, absolute; a trainer is given it as it is, and no shell makes a home of `~`. */
export function checkpointDirectory(
  { looks, store }: RecoveryContext,
  run: Run,
  machineId: string,
  runDirectory: string,
): string | null {
  const given = looks.directoryOf(run.spec, runDirectory);
  const home = store.machines.get(machineId)?.inventory?.home;
  if (given === null || home === undefined) return given;
  return given === '~' ? home : given.startsWith('~/') ? `${home}/${given.slice(2)}` : given;
}

export const joined = (directory: string, relative: string): string =>
  relative === '' || relative === '.' ? directory : `${directory.replace(/\/+$/, '')}/${relative}`;

/** What the kernel remembers of processes that it killed. Most boxes let their users read it; some do not. */
const kernelScript =
  'cut -d" " -f1 /proc/uptime && dmesg 2>/dev/null | grep -iE "out of memory|oom-kill" | tail -n 50';
const kernelBytes = 64 * 1024;

async function askKernel(context: RecoveryContext, attempt: Attempt, signal: AbortSignal): Promise<boolean> {
  const { exitCode, signal: by } = exitOf(attempt);
  if (by !== 'KILL' && exitCode !== 137) return false;
  const connected = context.handover.connected(attempt.machineId);
  if (connected === null || attempt.endedAt === null) return false;
  const { stdout } = await connected.programs.exec(
    { script: kernelScript },
    { signal, timeoutMs: kernelTimeoutMs, maxOutputBytes: kernelBytes },
  );
  const [uptime = '', ...lines] = stdout.toString('utf8').split('\n');
  const seconds = Number(uptime);
  if (!Number.isFinite(seconds) || seconds <= 0) return false;
  return kernelKilledThen(lines.join('\n'), seconds, context.clock.now() - attempt.endedAt);
}

/** The answer, or `otherwise` where there is none in time. */
async function within<T>(
  { clock, ending, log }: RecoveryContext,
  ms: number,
  ask: (signal: AbortSignal) => Promise<T>,
  otherwise: T,
): Promise<T> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ending]);
  const timer = clock.sleep(ms, signal).then(
    () => over.abort(new TrainyardError('TIMED_OUT', 'There was no answer in time.')),
    () => undefined,
  );
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([ask(signal), late]);
  } catch (error) {
    log.debug({ code: TrainyardError.from(error).code }, 'a clue about a lost run could not be had');
    return otherwise;
  } finally {
    over.abort();
    await timer;
  }
}
