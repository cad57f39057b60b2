import { TrainyardError } from '#shared/domain/error.ts';
import { before, completeAt, isNewer } from './choice.ts';
import type { Move } from './move.ts';

/**
 * The destination's attempt has ended, having saved more than it began with (it stopped itself, say, as this computer was away for
 * long). The source does not have those steps: where they lie is written down with the move. Empty where there are none, or that
 * cannot be seen; else a line that says it.
 */
export async function savedThere(move: Move): Promise<string> {
  const { chosen, destination } = move.memory;
  if (chosen === null || destination === null) return '';
  const { to } = move.migration;
  try {
    const newest = (await completeAt(move, 'destination', { limitMs: 0 })).at(-1);
    if (newest === undefined || !isNewer(newest, before(chosen.checkpoint))) return '';
    const { path, bytes, step } = newest;
    move.note({}, { kept: [...move.migration.kept, { ...to, what: 'checkpoint', path, bytes }] });
    return `On ${to.machineName} it has saved ${step === null ? 'a newer checkpoint' : `step ${step}`}: ${path}`;
  } catch (error) {
    move.signal.throwIfAborted();
    const { code } = TrainyardError.from(error);
    move.context.log.info({ moveId: move.id, code }, 'what the destination has saved cannot be seen');
    return '';
  }
}
