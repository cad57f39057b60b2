import type { CopyPath } from '#shared/domain/copy.ts';
import type { MigrationMode, MigrationPlan } from '#shared/domain/migration.ts';
import { type MoveFacts, newestOf } from './facts.ts';
import { copiesOf } from './travelling.ts';

interface Range {
  low: number;
  high: number;
}

/** What a trainer's disk takes a second, at least and at most; and what is hashed. */
const saveRate = { slow: 100e6, fast: 2e9 };
const hashRate = { slow: 300e6, fast: 2e9 };
/** A measured rate is one of a few seconds. */
const rateSpread = { slow: 0.6, fast: 1.25 };
const unknownStep: Range = { low: 50, high: 10_000 };
const unknownStart: Range = { low: 2_000, high: 60_000 };
/** Claims, connections, arming, and what is told to both boxes. */
const overhead: Range = { low: 1_500, high: 10_000 };
const unknownSetup: Range = { low: 1_000, high: 600_000 };
const toldToStop: Range = { low: 100, high: 3_000 };

/** How long the move would take and how long the run would stand still; null where no way was measured. */
export function estimateOf(
  facts: MoveFacts,
  mode: MigrationMode,
  path: CopyPath | null,
): MigrationPlan['estimate'] {
  const rate = path?.bytesPerSecond ?? null;
  if (rate === null || rate <= 0) return null;
  const copies = copiesOf(facts, mode);
  const bytes = (beforeStop: boolean) =>
    copies.filter((copy) => copy.beforeStop === beforeStop).reduce((sum, copy) => sum + copy.bytes, 0);
  const downtime = downtimeOf(facts, mode, bytes(false), rate);
  const { setup } = facts.run.spec;
  const ahead = sum(
    overhead,
    sent(bytes(true), rate),
    setup === null || setup.trim() === '' ? nothing : unknownSetup,
    mode === 'next' ? untilNext(facts) : nothing,
  );
  return {
    downtimeMs: rounded(downtime),
    totalMs: rounded(sum(ahead, downtime)),
    ...lossOf(facts, mode),
  };
}

/** Step, save, S/B, verify and start; the trainer's own saving counts only where it is asked for and then stopped. */
function downtimeOf(facts: MoveFacts, mode: MigrationMode, bytes: number, rate: number): Range {
  const step = facts.pace.stepMs === null ? unknownStep : { low: 0, high: facts.pace.stepMs * 2 };
  const save = bytes === 0 ? { low: 100, high: 10_000 } : over(bytes, saveRate);
  const start =
    facts.pace.startMs === null
      ? unknownStart
      : { low: facts.pace.startMs * 0.6, high: facts.pace.startMs * 1.6 + 1_000 };
  const copied = sent(bytes, rate);
  // Shards go ahead while others are still written.
  const saved = mode === 'request' ? sum(step, save) : nothing;
  return sum(saved, copied, toldToStop, over(bytes, hashRate), start);
}

const nothing: Range = { low: 0, high: 0 };

const sum = (...parts: Range[]): Range => ({
  low: parts.reduce((all, { low }) => all + low, 0),
  high: parts.reduce((all, { high }) => all + high, 0),
});

const over = (bytes: number, rate: { slow: number; fast: number }): Range => ({
  low: (bytes / rate.fast) * 1000,
  high: (bytes / rate.slow) * 1000,
});

const sent = (bytes: number, rate: number): Range =>
  over(bytes, { slow: rate * rateSpread.slow, fast: rate * rateSpread.fast });

const rounded = ({ low, high }: Range): Range => ({ low: Math.round(low), high: Math.round(high) });

const msPerUnit: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Until the next checkpoint: at once, or as long as from one to the next. */
function untilNext(facts: MoveFacts): Range {
  const { every } = facts.run.spec.checkpoint ?? {};
  const [, number, unit] = /^(\d+)\s*([a-z]*)$/i.exec(every?.trim() ?? '') ?? [];
  const word = unit?.toLowerCase() ?? '';
  const ms = msPerUnit[word];
  if (number !== undefined && ms !== undefined) return { low: 0, high: Number(number) * ms };
  const { stepMs } = facts.pace;
  if (number !== undefined && /^(?:steps?)?$/.test(word) && stepMs !== null)
    return { low: 0, high: Number(number) * stepMs };
  return { low: 0, high: apart(facts) ?? 3_600_000 };
}

/** Between the last two checkpoints, by the box's own clock. */
function apart({ checkpoints }: MoveFacts): number | null {
  if (checkpoints === null || !checkpoints.ok) return null;
  const [before, last] = checkpoints.value.filter(({ complete }) => complete).slice(-2);
  if (before === undefined || last === undefined) return null;
  return Math.max(0, last.modifiedAt - before.modifiedAt);
}

/** Steps trained since the last checkpoint, and the time they took. Only `last` loses any. */
function lossOf(facts: MoveFacts, mode: MigrationMode): { lostSteps: number | null; lostMs: number | null } {
  if (mode !== 'last') return { lostSteps: 0, lostMs: 0 };
  const saved = newestOf(facts)?.step ?? null;
  if (saved === null || facts.step === null) return { lostSteps: null, lostMs: null };
  const lostSteps = Math.max(0, Math.round(facts.step - saved));
  const { stepMs } = facts.pace;
  return { lostSteps, lostMs: stepMs === null ? null : Math.round(lostSteps * stepMs) };
}
