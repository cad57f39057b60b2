import type { Store } from '#backend/store/index.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { MetricSeries } from '#shared/domain/metric.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { MeasuredThroughput } from '#shared/domain/workload.ts';
import { probedRate } from './probe-task.ts';

/** What a metric's name says of a throughput. */
export interface Rate {
  of: 'tokens' | 'samples' | 'steps';
  /** Of one accelerator; else of all of them. */
  perGpu: boolean;
}

const perSecond = /(?:\/s(?:ec(?:ond)?)?|_?per_?s(?:ec(?:ond)?)?|ps|_s)(?:$|[/_](?:per_?)?(?:gpu|device))/;
const perGpu = /(?:per_?|\/|_)(?:gpu|device)$/;

/** "tokens_per_second", "train/tok/s", "tokens_per_sec_per_gpu", "train_samples_per_second", "steps_per_second", "it/s", "tgs"; null for everything else. */
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
      : /(?:^|[/_])(?:steps?|it(?:er(?:ation)?)?s?)(?:\/|_?per_?|_)/.test(lower)
        ? 'steps'
        : null;
  return of === null ? null : { of, perGpu: perGpu.test(lower) };
}

const mostRuns = 300;
const fewestPoints = 3;
/** Names that a task gives the length of its sequences by. */
const sequenceNames = /^(?:MAX_)?(?:SEQ(?:UENCE)?(?:_?LEN(?:GTH)?)?|BLOCK_SIZE|CONTEXT(?:_LENGTH)?)$/i;

/** And those that say how much goes into a step of all accelerators together. One "per device" is none of them. */
const stepTokensNames = /^(?:TOKENS_PER_(?:STEP|BATCH)|BATCH_TOKENS)$/i;
const batchNames = /^(?:GLOBAL|TOTAL|EFFECTIVE)_(?:TRAIN_)?BATCH(?:_?SIZE)?$/i;

export interface MeasuredSources {
  store: Store;
  nameOf(gpu: Pick<Accelerator, 'model' | 'memoryBytes'>): string;
  /** Where a run's own task does not say it: of the set-up that is planned for. */
  tokensOfStep?: number | null;
}

export type RunThroughput = MeasuredThroughput & { runName: string };

/** Throughputs that runs have printed, the newest first: of each run the best series that says how fast it went. */
export function measuredThroughputs({ store, nameOf, tokensOfStep }: MeasuredSources): RunThroughput[] {
  const rows = store.sql.all<{ runId: string; name: string }>(
    `SELECT DISTINCT runId, name FROM metricSeries
     WHERE (total >= ${fewestPoints} OR name = '${probedRate}') AND (name LIKE '%tok%' OR name LIKE '%tps%' OR name LIKE '%tgs%'
       OR name LIKE '%sample%' OR name LIKE '%sequence%' OR name LIKE '%example%'
       OR name LIKE '%step%' OR name LIKE '%it%/s%' OR name LIKE '%it%per%')
     ORDER BY runId DESC, name LIMIT 5000`,
  );
  const runIds = [...new Set(rows.flatMap(({ runId, name }) => (rateOf(name) === null ? [] : [runId])))];
  return runIds
    .slice(0, mostRuns)
    .flatMap((runId) => {
      const run = store.runs.get(runId);
      const found =
        run &&
        throughputOf(run, store.metrics.read(runId, 400), {
          kind: (attempt) => kindOf(attempt, store, nameOf),
          tokensOfStep: tokensOfStep ?? null,
        });
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
  { kind, tokensOfStep }: { kind(attempt: Attempt): string | null; tokensOfStep: number | null },
): RunThroughput | null {
  const attempt = run.attempts.findLast(
    ({ startedAt, accelerators }) => startedAt !== null && accelerators.length > 0,
  );
  const accelerator = attempt === undefined ? null : kind(attempt);
  if (attempt === undefined || accelerator === null) return null;
  const gpus = attempt.accelerators.length;
  const sequence = sequenceOf(run);
  const tokensOf = { tokens: 1, samples: sequence, steps: tokensOfStepOf(run, sequence) ?? tokensOfStep };
  const found = series.flatMap(({ name, points }) => {
    const rate = rateOf(name);
    // What the watch beside a probe prints it has measured over many steps already.
    const settled = name === probedRate ? (points.at(-1)?.[1] ?? null) : settledValue(points);
    const each = rate === null ? null : tokensOf[rate.of];
    if (rate === null || settled === null || each === null) return [];
    const tokens = settled * each * (rate.perGpu ? gpus : 1);
    return tokens > 0 ? [{ tokens, of: rate.of }] : [];
  });
  // The nearer to tokens, the less was said by somebody else.
  const best = (['tokens', 'samples', 'steps'] as const)
    .map((of) => found.find((one) => one.of === of))
    .find((one) => one !== undefined);
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
const sequenceOf = (run: Run): number | null => countSaid(run, sequenceNames, 10_000_000);

/** Tokens of a step, where they say so, or how many samples one has: on all accelerators together. */
function tokensOfStepOf(run: Run, sequence: number | null): number | null {
  const said = countSaid(run, stepTokensNames, 1e12);
  const batch = countSaid(run, batchNames, 10_000_000);
  return said ?? (batch !== null && sequence !== null ? batch * sequence : null);
}

/** A whole number that one of the task's variables gives under such a name. */
function countSaid({ spec }: Run, names: RegExp, most: number): number | null {
  for (const [name, value] of Object.entries(spec.envs)) {
    const count = Number(value);
    if (names.test(name) && Number.isInteger(count) && count > 0 && count <= most) return count;
  }
  return null;
}
