import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Activity } from './activity.ts';

/** Does the work, which records itself where it succeeds; what it throws is thrown on, and is on the record as refused. */
export async function refusedOnRecord<T>(
  activity: Pick<Activity, 'record'>,
  entry: { actor: Actor; action: string; target: string },
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code } = TrainyardError.from(thrown);
    activity.record({ ...entry, result: 'refused', details: { code } });
    throw thrown;
  }
}
