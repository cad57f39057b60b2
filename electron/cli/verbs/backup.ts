import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { ago, byteSize, printJson, printLine, printTable } from '../output.ts';

interface Backup {
  file: string;
  takenAt: number;
  bytes: number;
  reason: string;
}

/** `trainyard backup list` */
export async function listBackups(json: boolean): Promise<number> {
  print(await withBackend(({ client }) => client.store.backups()), json);
  return exitCodes.ok;
}

/** `trainyard backup now` */
export async function backUpNow(json: boolean): Promise<number> {
  const backup = await withBackend(({ client }) => client.store.backUp());
  if (json) printJson(backup);
  else print([backup], false);
  return exitCodes.ok;
}

/** `trainyard backup restore FILE` */
export async function restoreBackup(file: string, json: boolean): Promise<number> {
  const { keptAs } = await withBackend(({ client }) => client.store.restore({ file }));
  if (json) printJson({ keptAs });
  else printLine(`Restored. What was there before is kept as ${keptAs}.`);
  return exitCodes.ok;
}

function print(backups: readonly Backup[], json: boolean): void {
  if (json) {
    printJson(backups);
    return;
  }
  printTable(
    ['taken', 'size', 'reason', 'file'],
    backups.map(({ file, takenAt, bytes, reason }) => [
      ago(takenAt, Date.now()),
      byteSize(bytes),
      reason,
      file,
    ]),
  );
}
