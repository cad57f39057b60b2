import type { AcceleratorModel, PeakType } from '../../domain/catalog.ts';
import type { Figure, Spread } from '../../domain/figure.ts';
import type { InferenceSetup, ModelShape } from '../../domain/workload.ts';
import { computed, given } from '../fit/figures.ts';
import { splitModel, stageParameters } from '../fit/index.ts';
import { cachedPositions, cacheElements, formatBytes } from '../fit/inference.ts';
import { peakOf } from './peak.ts';

/** Shares of the memory's rate and of the peak that serving reaches: pessimistic, usual, good. */
const bandwidthShare: Spread = { p10: 0.45, p50: 0.65, p90: 0.85 };
const decodeShare: Spread = { p10: 0.25, p50: 0.45, p90: 0.65 };
const prefillShare: Spread = { p10: 0.3, p50: 0.45, p90: 0.65 };

export interface Serving {
  /** Tokens a second that are written, over all replicas. */
  decode: Spread;
  /** Tokens a second of prompts that are read, over all replicas. */
  prefill: Spread;
  figure: Figure;
}

/**
 * Roofline of serving: writing a token reads all weights that the batch touches and its cache, or computes 2·N a token, whatever
 * takes longer; reading a prompt computes (arXiv 2211.05102). Null where the accelerator's bandwidth or peak is not known.
 */
export function servingRate(
  model: ModelShape,
  setup: InferenceSetup,
  accelerator: AcceleratorModel,
  gpus: number,
): Serving | null {
  const type: PeakType = setup.weights === 'fp8' ? 'fp8' : setup.weights === 'fp32' ? 'fp32' : 'bf16';
  const peak = peakOf(accelerator, type);
  const bandwidth = accelerator.bandwidthGBps;
  if (peak === null || bandwidth === null) return null;
  const split = splitModel(model, setup, gpus);
  const stage = split.stages[0];
  if (stage === undefined) return null;
  const group = split.tensor * split.pipeline;
  const share = touchedShare(model, setup.batch);
  const element = formatBytes[setup.weights].low;
  const weights = stageParameters(stage) * share * element;
  const cache =
    cachedPositions(model, stage.layers, setup.context) *
    cacheElements(model, split.tensor) *
    formatBytes[setup.cache].low *
    setup.batch;
  // Half the context on average while it grows.
  const read = weights + cache / 2;
  const operations = (2 * model.activeParameters * setup.batch) / group;
  const replicas = split.data;
  const decodeAt = (quantile: keyof Spread): number => {
    const seconds =
      split.pipeline *
      Math.max(
        read / (bandwidth * 1e9 * bandwidthShare[quantile]),
        operations / (peak.tflops * 1e12 * decodeShare[quantile]),
      );
    // Stages work on other batches meanwhile, where there are as many.
    return (replicas * setup.batch * Math.min(split.pipeline, setup.batch)) / seconds;
  };
  const prefillAt = (quantile: keyof Spread): number =>
    (replicas * group * peak.tflops * 1e12 * prefillShare[quantile]) / (2 * model.activeParameters);
  const spread = (at: (quantile: keyof Spread) => number): Spread => ({
    p10: at('p10'),
    p50: at('p50'),
    p90: at('p90'),
  });
  const decode = spread(decodeAt);
  const prefill = spread(prefillAt);
  const source = 'arXiv:2211.05102, §2';
  return {
    decode,
    prefill,
    figure: {
      ...computed(
        'decodeRate',
        { low: decode.p10, high: decode.p90 },
        'count',
        'b / max(bytes/(B·u), 2·N·b/(peak·u))',
        [
          given('bytesRead', read, 'bytes', model.source),
          given('bandwidth', bandwidth, 'GBps', accelerator.source),
          given('batch', setup.batch, 'count', 'you'),
          given('activeParameters', model.activeParameters, 'parameters', model.source),
          peak.figure,
          {
            ...computed(
              'prefillRate',
              { low: prefill.p10, high: prefill.p90 },
              'count',
              'GPUs·peak·u / 2N',
              [],
              source,
            ),
            value: prefill.p50,
          },
        ],
        source,
      ),
      value: decode.p50,
    },
  };
}

/** Share of the weights that a batch touches: of experts, those that any of its tokens chooses. */
function touchedShare({ experts, parameters, activeParameters }: ModelShape, batch: number): number {
  if (experts === null) return 1;
  const active = activeParameters / parameters;
  const missed = (1 - experts.perToken / Math.max(experts.perToken, experts.count)) ** batch;
  return Math.max(active, 1 - missed * (1 - active));
}
