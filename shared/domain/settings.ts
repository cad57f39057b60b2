import { z } from 'zod';

const fields = {
  theme: z.enum(['system', 'dark', 'light', 'high-contrast']),
  language: z.enum(['system', 'en', 'zh-CN']),
  /** Seconds a trainer is given between TERM and KILL. */
  stopGraceSeconds: z.number().int().min(1).max(3600),
  refreshSeconds: z.number().int().min(2).max(3600),
  /** How many boxes are asked at once. */
  parallelConnections: z.number().int().min(1).max(200),
  notifyRunEnded: z.boolean(),
  notifyNeedsUser: z.boolean(),
  backupEveryHours: z.number().int().min(1).max(168),
  backupsKept: z.number().int().min(1).max(100),
  logFontSize: z.number().int().min(9).max(24),
  /** Minutes without use after which the vault locks itself; 0: never. */
  vaultIdleMinutes: z.number().int().min(0).max(1440),
  vaultLockWithScreen: z.boolean(),
};

/** The user's settings: one JSON object, each key with its default, so that a page and a file show the same. */
export const settings = z.object({
  theme: fields.theme.default('system'),
  language: fields.language.default('system'),
  stopGraceSeconds: fields.stopGraceSeconds.default(30),
  refreshSeconds: fields.refreshSeconds.default(30),
  parallelConnections: fields.parallelConnections.default(16),
  notifyRunEnded: fields.notifyRunEnded.default(true),
  notifyNeedsUser: fields.notifyNeedsUser.default(true),
  backupEveryHours: fields.backupEveryHours.default(24),
  backupsKept: fields.backupsKept.default(7),
  logFontSize: fields.logFontSize.default(12),
  vaultIdleMinutes: fields.vaultIdleMinutes.default(30),
  vaultLockWithScreen: fields.vaultLockWithScreen.default(true),
});
export type Settings = z.infer<typeof settings>;

/** Some settings to change. Not `settings.partial()`: zod fills defaults in there too, and would reset all the others. */
export const settingsChanges = z.object(fields).partial();
export type SettingsChanges = z.infer<typeof settingsChanges>;
