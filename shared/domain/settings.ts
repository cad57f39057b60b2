import { z } from 'zod';
import { currency } from './money.ts';
import { told } from './told.ts';

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
  terminalFontSize: z.number().int().min(8).max(32),
  /** Lines kept above the screen, per terminal. */
  terminalScrollback: z.number().int().min(0).max(200_000),
  terminalTheme: z.enum(['app', 'dark', 'light', 'solarized-dark', 'solarized-light', 'high-contrast']),
  terminalCursor: z.enum(['block', 'bar', 'underline']),
  terminalCursorBlink: z.boolean(),
  terminalCopyOnSelect: z.boolean(),
  terminalAskBeforePaste: z.boolean(),
  /** What programs in a terminal may do by escape sequences: write the clipboard (OSC 52), set the title. */
  terminalClipboard: z.enum(['ask', 'allow', 'deny']),
  terminalTitles: z.enum(['ask', 'allow', 'deny']),
  /** What new terminals are kept by, where the box has it. */
  terminalKeptBy: z.enum(['app', 'tmux']),
  /** The shell of terminals on this computer, absolute; empty: the account's own. */
  terminalShellHere: z.string().max(1024),
  /** Where files from machines are put on this computer. */
  downloadDirectory: z.string().min(1).max(4096),
  density: z.enum(['compact', 'comfortable']),
  /** What amounts of money are shown in; they are kept in US dollars. */
  currency,
  /** How much of it one US dollar is. */
  currencyPerDollar: z.number().positive().max(1_000_000),
  /** The day that this rate is of, as 2026-11-29; empty: nobody has said. Set to today with the rate. */
  currencyRateOn: z.union([z.literal(''), z.iso.date()]),
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
  terminalFontSize: fields.terminalFontSize.default(13),
  terminalScrollback: fields.terminalScrollback.default(5000),
  terminalTheme: fields.terminalTheme.default('app'),
  terminalCursor: fields.terminalCursor.default('block'),
  terminalCursorBlink: fields.terminalCursorBlink.default(true),
  terminalCopyOnSelect: fields.terminalCopyOnSelect.default(false),
  terminalAskBeforePaste: fields.terminalAskBeforePaste.default(true),
  terminalClipboard: fields.terminalClipboard.default('ask'),
  terminalTitles: fields.terminalTitles.default('ask'),
  terminalKeptBy: fields.terminalKeptBy.default('app'),
  terminalShellHere: fields.terminalShellHere.default(''),
  downloadDirectory: fields.downloadDirectory.default('~/Downloads'),
  density: fields.density.default('compact'),
  currency: fields.currency.default('USD'),
  currencyPerDollar: fields.currencyPerDollar.default(1),
  currencyRateOn: fields.currencyRateOn.default(''),
});
export type Settings = z.infer<typeof settings>;

/** Some settings to change. Not `settings.partial()`: zod fills defaults in there too, and would reset all the others. */
export const settingsChanges = z.object(fields).partial();
export type SettingsChanges = z.infer<typeof settingsChanges>;

/** What of `settings.json` could not be taken, where it stands (lines from 1), and why. `key` empty: the file as a whole. */
export const settingProblem = z.object({ key: z.string(), line: z.number().int(), why: told });
export type SettingProblem = z.infer<typeof settingProblem>;
