import type { Migration } from '#shared/domain/migration.ts';
import type { Memory } from './record.ts';

/**
 * Where the time went in which the run did not train, ms. Times of day of this computer: a clock that is set meanwhile shows in
 * them, never in what is done.
 */
export function downtimeOf(
  { marks }: Pick<Memory, 'marks'>,
  now: number,
): NonNullable<Migration['downtime']> {
  const { asked, saved, told, ended, copied, verified, started, trains } = marks;
  const between = (from: number | null, to: number | null) =>
    from === null || to === null ? null : Math.max(0, to - from);
  return {
    totalMs: Math.max(0, (trains ?? now) - (asked ?? told ?? now)),
    saveMs: between(asked, saved),
    stopMs: between(told, ended),
    copyMs: between(ended, copied),
    verifyMs: between(copied, verified),
    startMs: between(verified, trains ?? started),
  };
}
