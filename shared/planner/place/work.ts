import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { Figure, Reason, Spread } from '#shared/domain/figure.ts';
import type { FitVerdict } from '#shared/domain/fit.ts';
import type { RunDemand } from '#shared/domain/plan.ts';
import type { MeasuredThroughput, ModelShape, Setup } from '#shared/domain/workload.ts';
import { acceleratorFinder, trainingTflops } from '../accelerators.ts';
import { figureOf } from './figure-of.ts';

export interface FitQuestion {
  model: ModelShape;
  setup: Setup;
  accelerator: AcceleratorModel;
  gpus: number;
}

/** How the accelerators that are used are joined. */
export interface Joined {
  /** Of one machine, of those that are used. */
  gpusPerNode: number;
  /** Between machines, of one of them; null: one machine, or nobody knows. */
  networkGbps: number | null;
  /** Within a machine, where it is not as the accelerator's model has it. */
  link: AcceleratorModel['link']['kind'] | null;
}

export interface WorkFit {
  verdict: FitVerdict;
  need: { lowBytes: number; highBytes: number };
  availableBytes: number;
}

/** What judges memory and time: shared/planner/fit and time. Handed in, so that ranking is tested without them. */
export interface WorkEngine {
  /** A reason: the set-up itself cannot be on so many GPUs. */
  fit(question: FitQuestion): WorkFit | Reason;
  /** The first change that would make it fit (or several together); empty: none would. Asked for those alone that are shown. */
  remedy(question: FitQuestion): Reason[];
  time(
    question: FitQuestion & Joined & { tokens: number; measured: readonly MeasuredThroughput[] },
  ): { ms: Spread; figure: Figure } | null;
}

/** The run on so many accelerators of a kind, wherever they stand. */
export interface Work {
  accelerator: string | null;
  gpus: number;
  fit: WorkFit | null;
  /** Why its set-up cannot be on so many GPUs at all. */
  refusal: Reason | null;
  /** Null: not known how long. */
  trainMs: Spread | null;
  figure: Figure | null;
  /** Of one accelerator; null: not known. */
  powerW: number | null;
  question: FitQuestion | null;
}

/** What `duration` may be off by: on the same, on another count of it, on another kind. Our own judgement, and shown as such. */
const durationSpread = {
  same: { p10: 0.95, p50: 1, p90: 1.1 },
  count: { p10: 0.9, p50: 1, p90: 1.3 },
  kind: { p10: 0.75, p50: 1, p90: 1.5 },
} as const;
const hourMs = 3_600_000;

/** Judges a run's work on kinds of accelerators, each once. */
export class Workloads {
  readonly #demand: RunDemand;
  readonly #engine: WorkEngine;
  readonly #find: (name: string) => AcceleratorModel | null;
  readonly #known = new Map<string, Work>();

  constructor(demand: RunDemand, accelerators: readonly AcceleratorModel[], engine: WorkEngine) {
    this.#demand = demand;
    this.#engine = engine;
    this.#find = acceleratorFinder(accelerators);
  }

  /** The catalogue's name for one; its own where the catalogue does not know it. */
  nameOf(accelerator: string): string {
    return this.#find(accelerator)?.name ?? accelerator;
  }

  /** `gpus` may be a part of one where it is sliced. `memoryGiB` null: as the catalogue says. */
  of(
    accelerator: string | null,
    gpus: number,
    memoryGiB: number | null,
    joined: Joined = { gpusPerNode: gpus, networkGbps: null, link: null },
  ): Work {
    const { gpusPerNode, networkGbps, link } = joined;
    const key = `${accelerator} ${gpus} ${memoryGiB} ${gpusPerNode} ${networkGbps} ${link}`;
    const before = this.#known.get(key);
    if (before) return before;
    const made = this.#judge(accelerator, gpus, memoryGiB, joined);
    this.#known.set(key, made);
    return made;
  }

  #judge(accelerator: string | null, gpus: number, memoryGiB: number | null, joined: Joined): Work {
    const model = accelerator === null ? null : linked(this.#model(accelerator, gpus, memoryGiB), joined);
    const whole = Math.max(1, Math.round(gpus));
    const question = model === null ? null : this.#question(model, whole);
    const fit = question === null ? null : this.#engine.fit(question);
    const refusal = fit !== null && 'code' in fit ? fit : null;
    const timed = refusal === null ? this.#time(question, model, whole, joined) : null;
    return {
      accelerator,
      gpus,
      fit: fit === null || 'code' in fit ? null : fit,
      refusal,
      trainMs: timed?.ms ?? null,
      figure: timed?.figure ?? null,
      powerW: accelerator === null ? 0 : (model?.powerW ?? null),
      question,
    };
  }

  #question(accelerator: AcceleratorModel, gpus: number): FitQuestion | null {
    const { model, setup } = this.#demand;
    return model === null || setup === null ? null : { model, setup, accelerator, gpus };
  }

  /** A slice computes and draws as much as its share; one that the catalogue does not know has memory and nothing else that is known. */
  #model(name: string, gpus: number, memoryGiB: number | null): AcceleratorModel | null {
    const found = this.#find(name);
    const model = found ?? (memoryGiB === null ? null : unknownModel(name, memoryGiB));
    if (model === null) return null;
    const share = Math.min(gpus, 1);
    if (share === 1 && memoryGiB === null) return model;
    return {
      ...model,
      memoryGiB: memoryGiB ?? model.memoryGiB * share,
      powerW: model.powerW === null ? null : model.powerW * share,
      peaks: model.peaks.map((peak) => ({ ...peak, tflops: peak.tflops * share })),
    };
  }

  #time(
    question: FitQuestion | null,
    model: AcceleratorModel | null,
    gpus: number,
    joined: Joined,
  ): { ms: Spread; figure: Figure } | null {
    const { tokens, measured, duration } = this.#demand;
    if (question !== null && tokens !== null)
      return this.#engine.time({ ...question, ...joined, tokens, measured });
    if (duration !== null) return this.#scaled(duration, model, gpus);
    return oneHour;
  }

  /** A time that is known on one kind, by what large matrix products reach on the other. */
  #scaled(
    duration: NonNullable<RunDemand['duration']>,
    to: AcceleratorModel | null,
    gpus: number,
  ): { ms: Spread; figure: Figure } | null {
    const from = this.#find(duration.accelerator);
    const isSame = to !== null && (from?.name ?? duration.accelerator) === to.name;
    const speed = isSame ? 1 : ratio(from, to);
    if (speed === null) return null;
    const exact = (duration.ms * duration.gpus) / (gpus * speed);
    const by = durationSpread[isSame ? (duration.gpus === gpus ? 'same' : 'count') : 'kind'];
    const ms = { p10: exact * by.p10, p50: exact, p90: exact * by.p90 };
    const figure = figureOf('planTrain', exact, 'ms', {
      formula: 'T₀ · GPUs₀ ÷ (GPUs · s)',
      low: ms.p10,
      high: ms.p90,
      inputs: [
        figureOf('planKnownTime', duration.ms, 'ms', { source: 'you' }),
        figureOf('planKnownGpus', duration.gpus, 'gpus', { source: 'you' }),
        figureOf('planGpus', gpus, 'gpus'),
        figureOf('planSpeed', speed, 'count', { source: from?.achievable?.source ?? to?.source ?? null }),
      ],
    });
    return { ms, figure };
  }
}

/** By the link that an offer names: of another kind than the model's, how fast it is is not known. */
function linked(model: AcceleratorModel | null, { link }: Joined): AcceleratorModel | null {
  if (model === null || link === null || link === model.link.kind) return model;
  return { ...model, link: { kind: link, GBps: null } };
}

const oneHour = {
  ms: { p10: hourMs, p50: hourMs, p90: hourMs },
  figure: figureOf('planTrain', hourMs, 'ms', { source: 'assumed' }),
};

/** How many times as fast the one is as the other. */
function ratio(from: AcceleratorModel | null, to: AcceleratorModel | null): number | null {
  const [before, after] = [from && reached(from), to && reached(to)];
  return before && after ? after / before : null;
}

/** What nobody has measured counts as three quarters of its peak: about what the measured ones reach. */
const reached = (model: AcceleratorModel): number | null => {
  const peak = trainingTflops(model) ?? model.peaks.find(({ type }) => type === 'fp32')?.tflops;
  return peak === undefined ? null : peak * (model.achievable?.share ?? 0.75);
};

const unknownModel = (name: string, memoryGiB: number): AcceleratorModel => ({
  name,
  vendor: 'other',
  title: name,
  aliases: [],
  memoryGiB,
  bandwidthGBps: null,
  powerW: null,
  peaks: [],
  achievable: null,
  link: { kind: 'none', GBps: null },
  source: 'inventory',
  asOf: '1970-01',
});
