export type { Backup, BackupReason, Backups } from './backups.ts';
export type { StoreLog } from './connect.ts';
export { type ReadResult, readJson, writeJson } from './damage.ts';
export { storeError } from './errors.ts';
export { type Lock, lockDataDirectory, takeLock } from './lock.ts';
export type { ByteRanges, LogRecord, LogsRepository } from './logs.ts';
export type { MachineFilter, MachinesRepository } from './machines.ts';
export type { MetricBatch, MetricsRepository } from './metrics.ts';
export type { NoticesRepository } from './notices.ts';
export { type OpenStoreOptions, openStore } from './open.ts';
export type { NewRun } from './run-writes.ts';
export {
  type AttemptChange,
  type RunProgress,
  type RunsRepository,
  runUnknown,
} from './runs.ts';
export { keepBackups } from './schedule.ts';
export type { Migration } from './schema.ts';
export { searchable, searchWords } from './search.ts';
export type { SettingsRepository } from './settings.ts';
export { type SitesRepository, type StoredSite, siteUnknown } from './sites.ts';
export type { Sql, SqlValue } from './sql.ts';
export { backupFile, type Store } from './store.ts';
export type { Point } from './thin.ts';
