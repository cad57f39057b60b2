import type { Store } from '#backend/store/index.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { MetricSeries } from '#shared/domain/metric.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { MeasuredThroughput } from '#shared/domain/workload.ts';

/** What a metric's name says of a throughput. */
export interface Rate {
  of: 'tokens' | 'samples';
  /** Of one accelerator; else of all of them. */
  perGpu: boolean;
}

const perSecond = /(?:\/s(?:ec(?:ond)?)?|_?per_?s(?:ec(?:ond)?)?|ps|_s)(?:$|[/_](?:per_?)?(?:gpu|device))/;
const perGpu = /(?:per_?|\/|_)(?:gpu|device)$/;

/** "tokens_per_second", "train/tok/s", "tokens_per_sec_per_gpu", "train_samples_per_second", "tgs"; null for everything else. */
export function rateOf(name: string): Rate | null {
  const lower = name.toLowerCase().replace(/[\s.-]+/g, '_');
  if (lower.length > 100) return null;
  if (/(?:^|[/_])tgs$/.test(lower)) return { of: 'tokens', perGpu: true };
  if (/(?:^|[/_])tps$/.test(lower)) return { of: 'tokens', perGpu: false };
  if (!perSecond.test(lower)) return null;
  const of = /tok(?:en)?s?/.test(lower)
    ? 'tokens'
    : /samples?|sequences?|examples?/.test(lower)
      ? 'samples'
      : null;
  return of === null ? null : { of, perGpu: perGpu.test(lower) };
}

const mostRuns = 300;
const fewestPoints = 3;
/** Names that a task gives the length of its sequences by. */
const sequenceNames = /^(?:MAX_)?(?:SEQ(?:UENCE)?(?:_?LEN(?:GTH)?)?|BLOCK_SIZE|CONTEXT(?:_LENGTH)?)$/i;

export interface MeasuredSources {
  store: Store;
  nameOf(gpu: Pick<Accelerator, 'model' | 'memoryBytes'>): string;
}

export type RunThroughput = MeasuredThroughput & { runName: string };

/** Throughputs that runs have printed, the newest first: of each run the best series that says how fast it went. */
export function measuredThroughputs({ store, nameOf }: MeasuredSources): RunThroughput[] {
  const rows = store.sql.all<{ runId: string; name: string }>(
    `SELECT DISTINCT runId, name FROM metricSeries
     WHERE total >= ${fewestPoints} AND (name LIKE '%tok%' OR name LIKE '%tps%' OR name LIKE '%tgs%'
       OR name LIKE '%sample%' OR name LIKE '%sequence%' OR name LIKE '%example%')
     ORDER BY runId DESC, name LIMIT 5000`,
  );
  const runIds = [...new Set(rows.flatMap(({ runId, name }) => (rateOf(name) === null ? [] : [runId])))];
  return runIds
    .slice(0, mostRuns)
    .flatMap((runId) => {
      const run = store.runs.get(runId);
      const found =
        run && throughputOf(run, store.metrics.read(runId, 400), (attempt) => kindOf(attempt, store, nameOf));
      return found ? [found] : [];
    })
    .sort((a, b) => b.at - a.at);
}

/** Which accelerators an attempt has run on; null where that is not known, or it was none or several kinds. */
function kindOf(attempt: Attempt, store: Store, nameOf: MeasuredSources['nameOf']): string | null {
  const uuids = new Set(attempt.accelerators.map(({ uuid }) => uuid));
  const has = store.machines.get(attempt.machineId)?.inventory?.accelerators ?? [];
  const names = new Set(has.filter(({ uuid }) => uuids.has(uuid)).map((gpu) => nameOf(gpu)));
  return names.size === 1 ? ([...names][0] ?? null) : null;
}

export function throughputOf(
  run: Run,
  series: readonly MetricSeries[],
  kind: (attempt: Attempt) => string | null,
): RunThroughput | null {
  const attempt = run.attempts.findLast(
    ({ startedAt, accelerators }) => startedAt !== null && accelerators.length > 0,
  );
  const accelerator = attempt === undefined ? null : kind(attempt);
  if (attempt === undefined || accelerator === null) return null;
  const gpus = attempt.accelerators.length;
  const sequence = sequenceOf(run);
  const found = series.flatMap(({ name, points }) => {
    const rate = rateOf(name);
    const settled = settledValue(points);
    if (rate === null || settled === null) return [];
    if (rate.of === 'samples' && sequence === null) return [];
    const tokens = settled * (rate.of === 'samples' ? (sequence ?? 0) : 1) * (rate.perGpu ? gpus : 1);
    return tokens > 0 ? [{ tokens, isExact: rate.of === 'tokens' }] : [];
  });
  const best = found.find(({ isExact }) => isExact) ?? found[0];
  if (best === undefined) return null;
  return {
    accelerator,
    gpus,
    tokensPerSecond: best.tokens,
    runId: run.id,
    at: attempt.endedAt ?? attempt.seenAt ?? attempt.createdAt,
    runName: run.spec.name ?? run.name,
  };
}

/** The middle value of the second half: the first steps compile, load and warm up. Null of too few. */
export function settledValue(points: MetricSeries['points']): number | null {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (values.length < fewestPoints) return null;
  const settled = values.slice(Math.floor(values.length / 2)).sort((a, b) => a - b);
  return settled[Math.floor(settled.length / 2)] ?? null;
}

/** Tokens of a sample, where the task's variables say so. */
function sequenceOf({ spec }: Run): number | null {
  for (const [name, value] of Object.entries(spec.envs)) {
    const length = Number(value);
    if (sequenceNames.test(name) && Number.isInteger(length) && length > 0 && length <= 10_000_000)
      return length;
  }
  return null;
}
