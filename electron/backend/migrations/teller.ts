import type { Migration } from '#shared/domain/migration.ts';
import type { MovesContext } from './context.ts';

const tellEveryMs = 100;
type Passing = Pick<Migration, 'progress' | 'waitingFor'>;

/** Tells the pages of a move: what was written down at once, progress at most every 100 ms. */
export class Teller {
  readonly #context: MovesContext;
  #toldAt = Number.NEGATIVE_INFINITY;
  #passing: Passing = { progress: null, waitingFor: null };

  constructor(context: MovesContext) {
    this.#context = context;
  }

  get passing(): Passing {
    return this.#passing;
  }

  /** Whether that is news. */
  pass(changes: Partial<Passing>): boolean {
    const before = this.#passing;
    this.#passing = { ...before, ...changes };
    return (
      before.progress !== this.#passing.progress ||
      before.waitingFor?.message !== this.#passing.waitingFor?.message
    );
  }

  tell(migration: Migration, { now }: { now: boolean }): void {
    const { clock, events, store } = this.#context;
    const at = clock.elapsed();
    if (!now && at - this.#toldAt < tellEveryMs) return;
    this.#toldAt = at;
    store.afterCommit(() => events.publish({ type: 'migration.changed', migration }));
  }
}
