import type { RecordsActivity } from '#backend/sites/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';

/** Does the work and records how it ended; what it throws is thrown on. */
export async function recorded<T>(
  activity: RecordsActivity,
  entry: { actor: Actor; action: string; target: string; details: Record<string, unknown> },
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    activity.record({ ...entry, result: 'done' });
    return result;
  } catch (thrown) {
    const { code } = TrainyardError.from(thrown);
    activity.record({ ...entry, result: 'failed', details: { ...entry.details, code } });
    throw thrown;
  }
}
