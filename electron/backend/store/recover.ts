import path from 'node:path';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Backup, stamp } from './backups.ts';
import type { OpenContext } from './connect.ts';
import { prepareIncoming } from './incoming.ts';
import type { NoticesRepository } from './notices.ts';
import { replaceDatabase } from './replace.ts';

/** Puts the newest good backup, or a new database where there is none, in the place of a damaged one, which is kept. */
export function recover(context: OpenContext, why: string): void {
  const { file, clock, log } = context;
  const keepAs = `${path.basename(file)}.damaged-${stamp(clock.now())}`;
  const used = prepareNewestGood(context, keepAs, why);
  replaceDatabase(file, keepAs);
  log.warn({ file, keptAs: keepAs, backup: used?.file ?? null }, 'the damaged database was replaced');
}

function prepareNewestGood(context: OpenContext, keepAs: string, why: string): Backup | undefined {
  for (const backup of context.backups.list()) {
    try {
      prepare(context, backup, keepAs, why);
      return backup;
    } catch (error) {
      const { code } = TrainyardError.from(error);
      if (code !== 'BACKUP_DAMAGED' && code !== 'BACKUP_NEWER') throw error;
      context.log.warn({ file: backup.file, code }, 'a backup could not be used');
    }
  }
  prepare(context, undefined, keepAs, why);
  return undefined;
}

function prepare(context: OpenContext, backup: Backup | undefined, keepAs: string, why: string): void {
  prepareIncoming({
    ...context,
    from: backup?.file ?? null,
    tell: (notices) =>
      backup ? tellRestored(notices, backup, keepAs, why) : tellBegunAnew(notices, keepAs, why),
  });
}

function tellRestored(notices: NoticesRepository, backup: Backup, keptAs: string, why: string): void {
  const takenAt = new Date(backup.takenAt).toISOString();
  notices.add({
    level: 'error',
    code: 'STORE_RECOVERED',
    params: { takenAt, keptAs, why },
    message: `The database was damaged, so the backup of ${takenAt} was opened. The damaged file is kept as ${keptAs}. Runs launched since then are found again on their machines.`,
  });
}

function tellBegunAnew(notices: NoticesRepository, keptAs: string, why: string): void {
  notices.add({
    level: 'error',
    code: 'STORE_BEGUN_ANEW',
    params: { keptAs, why },
    message: `The database was damaged and there is no good backup, so a new one was begun. The damaged file is kept as ${keptAs}. Add your sites again: runs are found on their machines.`,
  });
}
