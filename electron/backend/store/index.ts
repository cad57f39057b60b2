export { storeError } from './errors.ts';
export { type Lock, lockDataDirectory, takeLock } from './lock.ts';
export type { ByteRanges, LogRecord, LogsRepository } from './logs.ts';
export type { MachineFilter, MachinesRepository } from './machines.ts';
export type { MetricBatch, MetricsRepository } from './metrics.ts';
export type { NoticesRepository } from './notices.ts';
export { type OpenStoreOptions, openStore, type StoreLog } from './open.ts';
export {
  type AttemptChange,
  type NewRun,
  type RunProgress,
  type RunsRepository,
  runUnknown,
} from './runs.ts';
export type { SettingsRepository } from './settings.ts';
export { type SitesRepository, type StoredSite, siteUnknown } from './sites.ts';
export type { Sql, SqlValue } from './sql.ts';
export type { Store } from './store.ts';
export type { Point } from './thin.ts';
