import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { appEvent, notice, progress } from '../domain/event.ts';
import { roleSchema } from '../domain/role.ts';
import { settingProblem, settings, settingsChanges } from '../domain/settings.ts';
import { act, look, own } from './base.ts';

const viewKey = z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,59}$/);

export const appInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'headless']),
  platform: z.string(),
  role: roleSchema,
  dataDirectory: z.string(),
  startedAt: z.number(),
});

export const appContract = {
  info: look.output(appInfo),
  /** Everything that changes, from now on. The page loads its lists after the first event ({type:'hello'} is implied by opening). */
  events: look.output(eventIterator(appEvent)),
  /** Notices not yet dismissed, newest first; and jobs still going. */
  notices: look.output(z.object({ notices: z.array(notice), jobs: z.array(progress) })),
  dismissNotice: act.input(z.object({ id: z.string() })).output(z.void()),
  cancelJob: act.input(z.object({ jobId: z.string() })).output(z.void()),
  settings: look.output(settings),
  updateSettings: act.input(settingsChanges).output(settings),
  /** `settings.json` in the data directory: what differs from the defaults, and what of it could not be taken. */
  settingsFile: look.output(
    z.object({ file: z.string(), text: z.string(), problems: z.array(settingProblem) }),
  ),
  /** Puts this in its place, whole or not at all: SETTINGS_FILE_BAD (key, line, why); SETTINGS_FILE_CHANGED where it is not `before` any more. */
  writeSettingsFile: act
    .input(z.object({ text: z.string().max(262_144), before: z.string().max(262_144) }))
    .output(z.object({ text: z.string(), settings })),
  /** How pages are arranged (tabs and splits of terminals, widths of panes), the same in every window. Null: never set. */
  view: look.input(z.object({ key: viewKey })).output(z.object({ content: z.string().nullable() })),
  /** JSON of the page's own making, at most 64 KiB; null forgets it. Says `view.changed` to all. */
  setView: act.input(z.object({ key: viewKey, content: z.string().max(65_536).nullable() })).output(z.void()),
  /** Ends the backend in order. Runs go on. */
  shutDown: own.output(z.void()),
};

export const backupSchema = z.object({
  file: z.string(),
  takenAt: z.number(),
  bytes: z.number(),
  schemaVersion: z.number(),
  reason: z.string(),
});
export const storeContract = {
  backups: own.output(z.array(backupSchema)),
  backUp: own.output(backupSchema),
  /** Puts a backup in the place of the database; what was there is kept beside it. The backend restarts its stores. */
  restore: own.input(z.object({ file: z.string() })).output(z.object({ keptAs: z.string() })),
};
