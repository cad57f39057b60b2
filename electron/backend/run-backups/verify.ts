import { TrainyardError } from '#shared/domain/error.ts';
import type { KeepingDependencies } from './context.ts';
import { directoryOf } from './description.ts';
import { damaged } from './errors.ts';
import { describe, firstDifference } from './restore.ts';
import type { Kept } from './rows.ts';

/** Hashes every file of a backup where it lies. What is wrong with it, or null; rejects where it cannot be looked at now. */
export async function check(
  context: KeepingDependencies,
  kept: Kept,
  signal: AbortSignal,
): Promise<TrainyardError | null> {
  const { id, runId, machineId } = kept.shown;
  try {
    const description = await describe(context, kept, signal);
    const directory = directoryOf(kept.base, runId, id);
    const places = {
      checkpoint: `${directory}/checkpoint`,
      artefacts: `${directory}/artefacts`,
      code: description.code === null ? null : `${kept.base}/${description.code}`,
    };
    for (const part of ['checkpoint', 'artefacts', 'code'] as const) {
      const [listed, path] = [description.manifests[part], places[part]];
      if (listed === null || path === null || listed.files.length === 0) continue;
      const names = listed.files.map((file) => file.path);
      const now = await context.copies.hash({ machineId, path }, names, signal);
      if (now.digest !== listed.digest) return damaged(`${part}/${firstDifference(now.files, listed)}`);
    }
    return null;
  } catch (thrown) {
    const error = TrainyardError.from(thrown);
    if (['COPY_SOURCE_MISSING', 'COPY_SOURCE_UNREADABLE', 'COPY_SOURCE_CHANGING'].includes(error.code))
      return damaged(String(error.params.path ?? ''));
    if (error.code === 'BACKUP_UNREADABLE') return error;
    throw error;
  }
}
