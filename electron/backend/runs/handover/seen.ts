import type { Attempt } from '#shared/domain/run.ts';
import type { BoxAttempt } from '../box/interface.ts';

export type SeenListener = (attempt: Attempt, box: BoxAttempt) => void;

/** Who wants to hear each word of a box about a run, and of a user's wish to stop one that is claimed. */
export class Listeners {
  readonly #byRun = new Map<string, Set<SeenListener>>();
  readonly #onStop = new Set<(runId: string, epoch: number) => void>();

  onSeen(runId: string, listener: SeenListener): () => void {
    const listeners = this.#byRun.get(runId) ?? new Set();
    this.#byRun.set(runId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byRun.get(runId) === listeners) this.#byRun.delete(runId);
    };
  }

  seen(attempt: Attempt, box: BoxAttempt): void {
    for (const listener of [...(this.#byRun.get(attempt.runId) ?? [])]) listener(attempt, box);
  }

  wants(runId: string): boolean {
    return this.#byRun.has(runId);
  }

  onUserStop(listener: (runId: string, epoch: number) => void): () => void {
    this.#onStop.add(listener);
    return () => this.#onStop.delete(listener);
  }

  userStop(runId: string, epoch: number): void {
    for (const listener of [...this.#onStop]) listener(runId, epoch);
  }
}
