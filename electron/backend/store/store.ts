import type { Clock } from '#backend/clock.ts';
import { Damage } from './damage.ts';
import { LogsRepository } from './logs.ts';
import { MachinesRepository } from './machines.ts';
import { MetricsRepository } from './metrics.ts';
import { NoticesRepository } from './notices.ts';
import { RunsRepository } from './runs.ts';
import { SettingsRepository } from './settings.ts';
import { SitesRepository } from './sites.ts';
import type { Sql } from './sql.ts';

/** Everything the app remembers. Made by `openStore`; there is one per process. */
export class Store {
  readonly sql: Sql;
  readonly settings: SettingsRepository;
  readonly sites: SitesRepository;
  readonly machines: MachinesRepository;
  readonly runs: RunsRepository;
  readonly metrics: MetricsRepository;
  readonly notices: NoticesRepository;
  readonly logs: LogsRepository;
  readonly #close: () => void;

  /** `sql` is for rooms that keep tables of their own in the same file (the activity log). */
  constructor(sql: Sql, clock: Clock, close: () => void) {
    this.sql = sql;
    this.#close = close;
    this.notices = new NoticesRepository(sql, clock);
    const damage = new Damage(sql, clock, this.notices);
    this.settings = new SettingsRepository(sql, this.notices);
    this.sites = new SitesRepository(sql, damage);
    this.machines = new MachinesRepository(sql, damage);
    this.runs = new RunsRepository(sql, damage, this.machines);
    this.metrics = new MetricsRepository(sql);
    this.logs = new LogsRepository(sql);
  }

  /** All of `work` or nothing; see `Sql.transaction`. It is on the disk when this returns. */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    return this.sql.transaction(work);
  }

  /** Publish events here: called once the transaction around it is on the disk, at once outside of one. */
  afterCommit(then: () => void): void {
    this.sql.afterCommit(then);
  }

  close(): void {
    this.#close();
  }
}
