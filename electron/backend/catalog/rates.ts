import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { type OwnCosts, ownCosts } from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';

interface RateRow {
  machineId: string;
  since: number;
  microsPerHour: number;
  costs: string | null;
}

export interface OwnRate {
  machineId: string;
  costs: OwnCosts;
  rate: HourlyRate;
}

const none: HourlyRate = { microsPerHour: 0, basis: 'none', since: 0 };

/** What machines of one's own cost, from when on: a new rate is added, so that what was spent before stays as it was. */
export class Rates {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What an hour cost at that time; basis `none` where nobody had said, or it was taken back. */
  at(machineId: string, at: number): HourlyRate {
    const row = this.#store.sql.get<RateRow>(
      'SELECT * FROM machineRates WHERE machineId = ? AND since <= ? ORDER BY since DESC LIMIT 1',
      machineId,
      Math.floor(at),
    );
    return row ? rateOf(row) : none;
  }

  /** All rates of a machine, oldest first. */
  history(machineId: string): HourlyRate[] {
    return this.#store.sql
      .all<RateRow>('SELECT * FROM machineRates WHERE machineId = ? ORDER BY since', machineId)
      .map(rateOf);
  }

  /** Those that hold now. */
  list(): OwnRate[] {
    return this.#store.sql
      .all<RateRow>(
        `SELECT rates.* FROM machineRates AS rates
         JOIN machines ON machines.id = rates.machineId
         WHERE rates.since = (SELECT max(since) FROM machineRates WHERE machineId = rates.machineId)
         ORDER BY machines.searchText, rates.machineId`,
      )
      .flatMap((row) => {
        if (row.costs === null) return [];
        const read = readJson(ownCosts, row.costs);
        return read.ok ? [{ machineId: row.machineId, costs: read.value, rate: rateOf(row) }] : [];
      });
  }

  set(machineId: string, since: number, microsPerHour: number, costs: OwnCosts | null): void {
    this.#store.sql.run(
      `INSERT INTO machineRates (machineId, since, microsPerHour, costs) VALUES (?, ?, ?, ?)
       ON CONFLICT (machineId, since) DO UPDATE SET microsPerHour = excluded.microsPerHour, costs = excluded.costs`,
      machineId,
      Math.floor(since),
      microsPerHour,
      costs === null ? null : writeJson(ownCosts, costs),
    );
  }
}

const rateOf = ({ since, microsPerHour, costs }: RateRow): HourlyRate =>
  costs === null ? { ...none, since } : { microsPerHour, basis: 'own', since };
