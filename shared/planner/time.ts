import type { AcceleratorModel } from '../domain/catalog.ts';
import type { Figure, Spread } from '../domain/figure.ts';
import type { TimeEstimate } from '../domain/fit.ts';
import type { MeasuredThroughput, ModelShape, Setup, TrainingSetup } from '../domain/workload.ts';
import type { FindAccelerator } from './accelerators.ts';
import { computed, given } from './fit/figures.ts';
import { microBatches } from './fit/index.ts';
import {
  type Cluster,
  exchangeSeconds,
  offloadSeconds,
  pcieGBps,
  tensorSeconds,
} from './time/communication.ts';
import { fromMeasured } from './time/measured.ts';
import { peakOf, utilisation } from './time/peak.ts';
import { type Serving, servingRate } from './time/serving.ts';
import { trainingWork } from './time/work.ts';

export { type Serving, servingRate } from './time/serving.ts';

export interface TimeQuestion {
  model: ModelShape;
  setup: Setup;
  accelerator: AcceleratorModel;
  gpus: number;
  /** Accelerators of one machine; left out: 8. */
  gpusPerNode?: number | undefined;
  /** Of one machine; null: not known, and no time is counted for it. */
  networkGbps?: number | null | undefined;
  /** Training: tokens seen. Serving: tokens written. */
  tokens: number;
  measured?: readonly MeasuredThroughput[] | undefined;
  /** Looks up what other kinds reach, to carry measurements over; left out: only those of the same kind count. */
  find?: FindAccelerator | undefined;
}

const quantiles = ['p10', 'p50', 'p90'] as const;
const nobody: FindAccelerator = () => null;

/**
 * How long an amount of work takes, as p10/p50/p90 in ms; by measured throughput where there is any that can be compared, else by
 * FLOPs and the usual share of the peak. Null where neither is known of the accelerator.
 */
export function estimateTime(question: TimeQuestion): TimeEstimate | null {
  const { setup, accelerator, gpus, tokens, measured = [], find = nobody } = question;
  const seen = setup.kind === 'training' ? fromMeasured(measured, accelerator, gpus, find) : null;
  if (seen)
    return estimateOf(seen.tokensPerSecond, tokens, 'measured', 'D / v', [
      given('tokensTrained', tokens, 'tokens', 'you'),
      seen.figure,
    ]);
  return setup.kind === 'training' ? trainingTime(question, setup) : servingTime(question, setup);
}

function servingTime(
  { model, accelerator, gpus, tokens }: TimeQuestion,
  setup: Extract<Setup, { kind: 'inference' }>,
): TimeEstimate | null {
  const rate: Serving | null = servingRate(model, setup, accelerator, gpus);
  if (rate === null) return null;
  return estimateOf(rate.decode, tokens, 'prior', 'D / v', [
    given('tokensWritten', tokens, 'tokens', 'you'),
    rate.figure,
  ]);
}

/** How much of a step's communication is hidden behind its computation: pessimistic, usual, good. */
const hidden: Spread = { p10: 0.3, p50: 0.6, p90: 0.8 };

function trainingTime(question: TimeQuestion, setup: TrainingSetup): TimeEstimate | null {
  const { model, accelerator, tokens } = question;
  const group = setup.tensorParallel * setup.pipelineParallel;
  const data = Math.max(1, Math.floor(question.gpus / group));
  const gpus = data * group;
  const peak = peakOf(accelerator, setup.precision);
  if (peak === null) return null;
  const cluster: Cluster = {
    accelerator,
    gpus,
    gpusPerNode: Math.max(1, question.gpusPerNode ?? 8),
    // A price list that says 0 does not know.
    networkGbps: question.networkGbps || null,
  };
  const micro = microBatches(setup, data);
  const stepTokens = Math.max(1, micro * data * setup.microBatch) * setup.sequence;
  const work = trainingWork(model, setup);
  const { mfu, figure: mfuFigure } = utilisation(model, accelerator, setup, peak);
  const bubble = (setup.pipelineParallel - 1) / micro;
  const exchange = exchangeSeconds(model, setup, cluster, micro);
  const tensor = tensorSeconds(model, setup, cluster, micro);
  const offload = offloadSeconds(model, setup, cluster);
  const rate = (quantile: keyof Spread): number => {
    const compute = (stepTokens * work.perToken) / (gpus * peak.tflops * 1e12 * mfu[quantile]);
    const exposed = Math.max(0, exchange.link + exchange.network - hidden[quantile] * compute);
    return stepTokens / (compute * (1 + bubble) + exposed + tensor + offload);
  };
  const rates: Spread = { p10: rate('p10'), p50: rate('p50'), p90: rate('p90') };
  const steps = tokens / stepTokens;
  const inputs: Figure[] = [
    work.figure(tokens),
    given('gpusUsed', gpus, 'gpus', 'you'),
    peak.figure,
    mfuFigure,
  ];
  const extra = (key: string, seconds: number, formula: string, from: Figure[] = []) => {
    if (seconds > 0) inputs.push(computed(key, steps * seconds * 1000, 'ms', formula, from));
  };
  if (bubble > 0)
    inputs.push(
      computed(
        'bubble',
        bubble,
        'share',
        '(p − 1)/m',
        [given('microBatches', micro, 'count', 'you')],
        'arXiv:2104.04473',
      ),
    );
  extra('linkTime', exchange.link, '2(N−1)/N·G / link', [linkFigure(accelerator)]);
  extra('networkTime', exchange.network, '2(N−1)/N·G / (0.8·network)', [
    given('machinesUsed', Math.ceil(gpus / cluster.gpusPerNode), 'count', null),
    given('networkRate', (cluster.networkGbps ?? 0) / 8, 'GBps', 'price list'),
  ]);
  extra('tensorTime', tensor, '4·L·2(t−1)/t·2sbh / link');
  extra('offloadTime', offload, '4P/(GPUs·PCIe) + P/(nodes·10⁹)');
  return estimateOf(rates, tokens, 'prior', 'C / (GPUs·peak·MFU)·(1 + bubble) + exposed', inputs);
}

const linkFigure = ({ link, source }: AcceleratorModel): Figure =>
  link.GBps === null
    ? given('linkRate', pcieGBps, 'GBps', 'assumed')
    : given('linkRate', link.GBps, 'GBps', source);

function estimateOf(
  tokensPerSecond: Spread,
  tokens: number,
  basis: TimeEstimate['basis'],
  formula: string,
  inputs: Figure[],
): TimeEstimate {
  const at = (quantile: (typeof quantiles)[number]) =>
    Math.max(1, Math.round((tokens / tokensPerSecond[quantile]) * 1000));
  // Fast is few ms: the quantiles change sides.
  const ms: Spread = { p10: at('p90'), p50: at('p50'), p90: at('p10') };
  return {
    ms,
    tokensPerSecond,
    basis,
    figure: { ...computed('duration', { low: ms.p10, high: ms.p90 }, 'ms', formula, inputs), value: ms.p50 },
  };
}
