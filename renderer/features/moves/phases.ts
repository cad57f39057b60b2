import type { Migration } from '#shared/domain/migration.ts';
import { isOver, type MigrationPhase, migrationPhases } from '#shared/domain/migration-phases.ts';

export interface RailStop {
  phase: MigrationPhase;
  state: 'done' | 'now' | 'ahead';
  /** When it began; null while it is ahead. */
  at: number | null;
  /** How long it took; null while it goes on, is ahead, or is the end. */
  tookMs: number | null;
}

const forward = migrationPhases.filter((phase) => phase !== 'rolling-back' && phase !== 'rolled-back');

/**
 * The phases as stops of a rail: those passed with their times, the one where it is, and what lies ahead. A move that goes
 * back shows how far it had come, and the way back.
 */
export function railOf({ phase, phases }: Pick<Migration, 'phase' | 'phases'>): RailStop[] {
  const goesBack = phase === 'rolling-back' || phase === 'rolled-back';
  const passed = new Map<MigrationPhase, { at: number; tookMs: number | null }>();
  for (const [index, each] of phases.entries()) {
    const next = phases[index + 1];
    // A phase entered twice (after a crash) counts from its first time.
    const at = passed.get(each.phase)?.at ?? each.at;
    passed.set(each.phase, { at, tookMs: next ? Math.max(0, next.at - at) : null });
  }
  const way = goesBack
    ? [...forward.filter((each) => passed.has(each)), 'rolling-back' as const, 'rolled-back' as const]
    : forward;
  return way.map((each) => {
    const known = passed.get(each);
    const state = each === phase ? (isOver(phase) ? 'done' : 'now') : known ? 'done' : 'ahead';
    return {
      phase: each,
      state,
      at: known?.at ?? null,
      tookMs: state === 'now' ? null : (known?.tookMs ?? null),
    };
  });
}

/** Whether the run stands still in this phase. */
export const standsStill = (phase: MigrationPhase): boolean =>
  ['stopping', 'copying', 'verified', 'starting', 'confirming', 'rolling-back'].includes(phase);

export type DowntimePart = 'save' | 'stop' | 'copy' | 'verify' | 'start' | 'rest';

/** The downtime's parts in the order in which they were passed; what none of them explains is the rest. */
export function downtimeParts(
  downtime: NonNullable<Migration['downtime']>,
): { part: DowntimePart; ms: number; share: number }[] {
  const { totalMs, saveMs, stopMs, copyMs, verifyMs, startMs } = downtime;
  const known: [DowntimePart, number | null][] = [
    ['save', saveMs],
    ['stop', stopMs],
    ['copy', copyMs],
    ['verify', verifyMs],
    ['start', startMs],
  ];
  const parts = known.flatMap(([part, ms]) => (ms === null ? [] : [{ part, ms }]));
  const sum = parts.reduce((all, { ms }) => all + ms, 0);
  // Parts are measured one by one; a few milliseconds between them are none of anybody's.
  if (totalMs - sum > Math.max(50, totalMs * 0.02)) parts.push({ part: 'rest', ms: totalMs - sum });
  const whole = Math.max(totalMs, sum, 1);
  return parts.map(({ part, ms }) => ({ part, ms, share: ms / whole }));
}

/** How much of the move's copying is done, 0 to 1; null where nothing is being copied. */
export function copiedShare({ progress }: Pick<Migration, 'progress'>): number | null {
  if (!progress || progress.totalBytes <= 0) return null;
  return Math.min(1, Math.max(0, progress.doneBytes / progress.totalBytes));
}
