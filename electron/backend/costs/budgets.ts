import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { type Budget, budget as budgetSchema } from '#shared/domain/cost.ts';
import { costsError } from './sentences.ts';

/** Budgets, and which of their alerts were given. */
export class BudgetsTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Oldest first. One that cannot be read is left out; it stays in its table. */
  list(): Budget[] {
    const rows = this.#store.sql.all<{ content: string }>(
      'SELECT content FROM budgets ORDER BY createdAt, id',
    );
    return rows.flatMap(({ content }) => {
      const read = readJson(budgetSchema, content);
      return read.ok ? [read.value] : [];
    });
  }

  get(id: string): Budget | undefined {
    const row = this.#store.sql.get<{ content: string }>('SELECT content FROM budgets WHERE id = ?', id);
    const read = row && readJson(budgetSchema, row.content);
    return read?.ok ? read.value : undefined;
  }

  /** Adds or changes one. Alerts that were given before the change may be given again. */
  set(budget: Budget): void {
    this.#store.transaction(() => {
      this.#store.sql.run(
        `INSERT INTO budgets (id, createdAt, content) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET content = excluded.content`,
        budget.id,
        Math.round(budget.createdAt),
        writeJson(budgetSchema, budget),
      );
      this.#store.sql.run('DELETE FROM budgetAlerts WHERE budgetId = ?', budget.id);
    });
  }

  /** Throws BUDGET_UNKNOWN. */
  remove(id: string): Budget {
    const budget = this.get(id);
    if (budget === undefined) throw costsError('BUDGET_UNKNOWN', { budgetId: id });
    this.#store.sql.run('DELETE FROM budgets WHERE id = ?', id);
    return budget;
  }

  /** Notes that an alert is given in a period; false where it was before. */
  noteAlert(budgetId: string, periodStartsAt: number, what: string, at: number): boolean {
    const { changes } = this.#store.sql.run(
      `INSERT INTO budgetAlerts (budgetId, periodStartsAt, what, at) VALUES (?, ?, ?, ?)
       ON CONFLICT (budgetId, periodStartsAt, what) DO NOTHING`,
      budgetId,
      periodStartsAt,
      what,
      Math.round(at),
    );
    return changes > 0;
  }
}
