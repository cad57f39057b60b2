import type { EventBus } from '#backend/events.ts';
import type { AttemptChange, RunProgress, Store } from '#backend/store/index.ts';
import { type Attempt, hasEnded, type RunSummary } from '#shared/domain/run.ts';

/** Writes about runs: first to the database, then, once that is on the disk, as events to the pages. */
export class Records {
  readonly #store: Store;
  readonly #events: EventBus;
  readonly #ended = new Set<(attempt: Attempt) => void>();
  readonly #holdBack: (runId: string, epoch: number) => boolean;

  /** `holdBack` keeps the news of an end to itself: it is part of a move, say. */
  constructor(
    store: Store,
    events: EventBus,
    holdBack: (runId: string, epoch: number) => boolean = () => false,
  ) {
    this.#store = store;
    this.#events = events;
    this.#holdBack = holdBack;
  }

  /** Called for each attempt that has ended just now, once that is on the disk. */
  onEnded(listener: (attempt: Attempt) => void): void {
    this.#ended.add(listener);
  }

  /** Changes an attempt and tells. Nothing happens when the run was deleted in the meantime. */
  save(runId: string, epoch: number, change: AttemptChange): void {
    this.#store.transaction(() => {
      const before = this.#store.runs.attempt(runId, epoch);
      if (before === undefined) return;
      const summary = this.#store.runs.updateAttempt(runId, epoch, change);
      const after = { ...before, ...change };
      const ends = !hasEnded(before.state) && hasEnded(after.state);
      if (ends && summary.epoch === epoch && !this.#holdBack(runId, epoch)) this.#noticeEnd(summary);
      const counts = before.state !== after.state;
      this.#store.afterCommit(() => {
        this.publish(summary);
        if (counts) this.publishMachine(after.machineId);
        if (ends) for (const listener of this.#ended) listener(after);
      });
    });
  }

  progress(runId: string, epoch: number, progress: RunProgress): void {
    const current = this.#store.runs.summary(runId);
    if (current === undefined || current.epoch !== epoch) return;
    const summary = this.#store.runs.setProgress(runId, progress);
    if (summary !== undefined) this.#store.afterCommit(() => this.publish(summary));
  }

  publish(run: RunSummary): void {
    this.#events.publish({ type: 'run.changed', run });
  }

  /** Its counts of runs have changed. */
  publishMachine(machineId: string): void {
    const machine = this.#store.machines.get(machineId);
    if (machine !== undefined) this.#events.publish({ type: 'machine.changed', machine });
  }

  publishRemoved(runId: string): void {
    this.#events.publish({ type: 'run.removed', runId });
  }

  /** A move is over, and the run ended with it: that is told now. */
  noticeHeldBack(runId: string, epoch: number): void {
    const run = this.#store.runs.summary(runId);
    if (run?.epoch === epoch && hasEnded(run.state)) this.#noticeEnd(run);
  }

  #noticeEnd(run: RunSummary): void {
    // The user's own stop is no news to the user.
    if (run.state === 'stopped' || !this.#store.settings.get().notifyRunEnded) return;
    const { name, state, machineName } = run;
    const words = { succeeded: 'succeeded', failed: 'failed', lost: 'was lost' } as const;
    this.#store.notices.add({
      level: state === 'succeeded' ? 'info' : 'error',
      code: `RUN_${state.toUpperCase()}`,
      params: { name, machine: machineName },
      message: `Run "${name}" on ${machineName} ${words[state as keyof typeof words] ?? 'ended'}.`,
      runId: run.id,
    });
  }
}
