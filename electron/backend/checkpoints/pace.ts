const least = 30_000;
const usual = 60_000;
const most = 10 * 60_000;
const unit: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * How often a training run's checkpoints are looked at, ms: as it writes them where `checkpoint.every` is a time, never more
 * often than every 30 s; every minute where it counts steps or is not given.
 */
export function paceOf(every: string | undefined): number {
  const match = /^(\d{1,12})\s*([smhd])$/i.exec(every?.trim() ?? '');
  const factor = unit[match?.[2]?.toLowerCase() ?? ''];
  if (!match || factor === undefined) return usual;
  return Math.min(most, Math.max(least, Number(match[1]) * factor));
}
