import { BoxFiles } from './box-files.ts';
import type { KeepingDependencies } from './context.ts';
import { baseOf, descriptionFile, directoryOf } from './description.ts';
import { readDescription } from './restore.ts';
import type { Kept } from './rows.ts';

/** Backups that lie on a machine, in Trainyard's own directory, and are not known here. Never opens a prompt. */
export async function find(
  { access, store, log }: KeepingDependencies,
  machineId: string,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Kept[]> {
  const machine = store.machines.require(machineId);
  const files = new BoxFiles(await access.programs(machineId, { signal, background: true }), machine.name);
  const base = baseOf('');
  const found: Kept[] = [];
  for (const place of await files.list(base, signal)) {
    const [runId = '', id = ''] = place.split('/');
    if (known.has(id)) continue;
    const path = directoryOf(base, runId, id);
    const text = await files.read(path, descriptionFile, signal);
    const read = text === null ? null : readDescription(text);
    if (read === null || read.id !== id || read.run.id !== runId) {
      log.warn({ machineId, path }, 'a backup on a machine cannot be read');
      continue;
    }
    found.push({
      shown: {
        id,
        runId,
        runName: read.run.name,
        machineId,
        machineName: machine.name,
        path,
        createdAt: read.createdAt,
        state: 'verified',
        epoch: read.epoch,
        checkpoint: read.checkpoint,
        files: read.files,
        bytes: read.bytes,
        sharedBytes: 0,
        copyPath: null,
        verifiedAt: read.verifiedAt,
        progress: null,
        error: null,
      },
      requestId: id,
      base,
      artefacts: [],
      writtenAt: read.writtenAt,
      tries: 0,
      restoring: null,
      restored: null,
    });
  }
  return found;
}
