import type { CauseGuess, Diagnosis, RecoveryCause, RecoverySpec } from '#shared/domain/recovery.ts';

/** How far a run had come when an attempt of it was lost. */
export interface Reached {
  /** The step it last printed. */
  step: number | null;
  /** The newest complete checkpoint; null: none, or it cannot be looked at now. */
  checkpoint: { path: string; step: number | null; modifiedAt: number } | null;
}

/** What the loss before this one left for judging it. */
export interface Previous {
  /** Restarts in a row without progress before that one. */
  inRow: number;
  /** The best that was ever reached in this row. */
  best: Reached;
  errorPlace: string | null;
}

export interface Loss {
  cause: RecoveryCause;
  exitCode: number | null;
  diagnosis: Diagnosis;
  errorPlace: string | null;
  reached: Reached;
  /** Of the loss whose restart began this attempt; null: somebody else began it. */
  previous: Previous | null;
}

export type Decision = {
  inRow: number;
  best: Reached;
} & ({ kind: 'restart'; waitMs: number } | { kind: 'give-up'; why: 'too-often' | 'hopeless' });

/** However often it failed, the next try is not further off than this. */
export const longestWaitMs = 60 * 60_000;

/** What comes back the same each time: no restart brings a module or a file. */
const hopeless: readonly CauseGuess[] = ['missing-module', 'missing-file', 'permission'];

/** Whether to start it again, and after how long. Pure: the same loss gives the same decision. */
export function decide(policy: RecoverySpec, loss: Loss): Decision {
  const { previous, reached } = loss;
  const progress = previous === null || isFurther(reached, previous.best);
  const inRow = progress ? 0 : previous.inRow + 1;
  const best = previous === null ? reached : better(reached, previous.best);
  if (inRow >= policy.max) return { kind: 'give-up', why: 'too-often', inRow, best };
  if (isHopeless(policy, loss, progress)) return { kind: 'give-up', why: 'hopeless', inRow, best };
  return { kind: 'restart', waitMs: Math.min(longestWaitMs, policy.backoffMs * 2 ** inRow), inRow, best };
}

/**
 * A crash that would only be repeated: something is missing and it has not trained a step, or the code failed at the same
 * place as the last time without progress. The user says otherwise by naming the exit code in `exit_codes`.
 */
function isHopeless(policy: RecoverySpec, loss: Loss, progress: boolean): boolean {
  const { cause, diagnosis, exitCode, previous, reached, errorPlace } = loss;
  if (cause !== 'crash') return false;
  if (exitCode !== null && policy.exitCodes.includes(exitCode)) return false;
  const trained = reached.step !== null && (previous === null || progress);
  if (hopeless.includes(diagnosis.guess)) return !trained;
  return (
    diagnosis.guess === 'code-error' &&
    !progress &&
    errorPlace !== null &&
    errorPlace === previous?.errorPlace
  );
}

/** A newer complete checkpoint, or a higher step than ever in this row. */
function isFurther(now: Reached, best: Reached): boolean {
  if (now.step !== null && (best.step === null || now.step > best.step)) return true;
  if (now.checkpoint === null) return false;
  if (best.checkpoint === null) return true;
  const [a, b] = [now.checkpoint, best.checkpoint];
  if (a.step !== null && b.step !== null) return a.step > b.step;
  return a.path !== b.path && a.modifiedAt > b.modifiedAt;
}

const better = (now: Reached, best: Reached): Reached => ({
  step: now.step === null ? best.step : best.step === null ? now.step : Math.max(now.step, best.step),
  checkpoint:
    now.checkpoint !== null && isFurther({ step: null, checkpoint: now.checkpoint }, { ...best, step: 0 })
      ? now.checkpoint
      : best.checkpoint,
});
