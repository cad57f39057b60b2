import type { ClaimNote, Notes } from '../notes.ts';

/** Runs that one mover, recoverer or restorer has for itself. In the database: a claim outlives the app. */
export class Claims {
  readonly #notes: Notes;
  /** So that the queue need not ask the database for each run that waits. Never trusted alone. */
  readonly #perhaps: Set<string>;

  constructor(notes: Notes) {
    this.#notes = notes;
    this.#perhaps = new Set(notes.runsWith('claim'));
  }

  of(runId: string): ClaimNote | null {
    if (!this.#perhaps.has(runId)) return null;
    const claim = this.#notes.get('claim', runId, 0);
    if (claim === null) this.#perhaps.delete(runId);
    return claim;
  }

  /** Whether it has the run now: false where somebody else has it. */
  take(runId: string, by: string, at: number): boolean {
    const before = this.of(runId);
    if (before !== null) return before.by === by;
    this.#notes.set('claim', runId, 0, { by, at, ended: null });
    this.#perhaps.add(runId);
    return true;
  }

  /** The end of an attempt within a claim is part of what is done to the run: told at its end, if that is the run's end too. */
  holdBack(runId: string, epoch: number): boolean {
    const claim = this.of(runId);
    if (claim === null) return false;
    this.#notes.set('claim', runId, 0, { ...claim, ended: epoch });
    return true;
  }

  /** What was released; null where `by` did not have it. */
  release(runId: string, by: string): ClaimNote | null {
    const claim = this.of(runId);
    if (claim === null || claim.by !== by) return null;
    this.#notes.remove('claim', runId, 0);
    return claim;
  }
}
