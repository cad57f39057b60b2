import type { AcceleratorModel, PeakType } from '../../domain/catalog.ts';
import type { Figure, Spread } from '../../domain/figure.ts';
import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';
import { computed, given } from '../fit/figures.ts';

/** What to take where a data sheet has no figure of a type: the next that the same units compute. */
const instead: Record<PeakType, readonly PeakType[]> = {
  fp64: ['fp64'],
  fp32: ['fp32', 'tf32', 'bf16', 'fp16'],
  tf32: ['tf32', 'fp32', 'bf16', 'fp16'],
  fp16: ['fp16', 'bf16', 'fp32'],
  bf16: ['bf16', 'fp16', 'fp32'],
  fp8: ['fp8', 'bf16', 'fp16', 'fp32'],
  int8: ['int8', 'bf16', 'fp16', 'fp32'],
  fp4: ['fp4', 'fp8', 'bf16', 'fp16'],
};

export interface Peak {
  tflops: number;
  type: PeakType;
  figure: Figure;
}

/** Peak of one accelerator in 10^12 operations a second; null where nothing is known of it. */
export function peakOf(accelerator: AcceleratorModel, type: PeakType): Peak | null {
  for (const other of instead[type]) {
    const peak = accelerator.peaks.find((one) => one.type === other);
    if (peak === undefined) continue;
    const asOf = Date.parse(`${peak.asOf}-01T00:00:00Z`);
    return {
      tflops: peak.tflops,
      type: other,
      figure: given('peak', peak.tflops, 'tflops', peak.source, Number.isNaN(asOf) ? null : asOf),
    };
  }
  return null;
}

/** Model FLOPs utilisation of published runs in 16 bits on A100 and H100 (planner's prior). */
const prior: Spread = { p10: 0.25, p50: 0.38, p90: 0.46 };
/** The share of its peak that a large matrix product reaches on the H100s of those runs. */
const priorShare = 0.8;
const scale = (spread: Spread, by: Spread): Spread => ({
  p10: spread.p10 * by.p10,
  p50: spread.p50 * by.p50,
  p90: spread.p90 * by.p90,
});
const all = (value: number): Spread => ({ p10: value, p50: value, p90: value });

/** Width at which an A100's matrix products are as fast as they get; faster accelerators need wider ones. */
const wideOnA100 = 4096;
const a100Tflops = 312;

/**
 * What a narrow model reaches of it: its products are too small to fill a fast accelerator, and moving data takes a larger part.
 * Pythia (70M to 12B, A100), SmolLM2 and Llama 3 8B (H100) lie within. Good runs hardly suffer.
 */
function narrowness(model: ModelShape, peak: Peak): Spread {
  const width = Math.min(1, model.hidden / ((wideOnA100 * peak.tflops) / a100Tflops));
  return { p10: width ** 0.3, p50: width ** 0.15, p90: width ** 0.05 };
}

/** The share of the peak that a training run usually reaches, and what it comes from. */
export function utilisation(
  model: ModelShape,
  accelerator: AcceleratorModel,
  setup: TrainingSetup,
  peak: Peak,
): { mfu: Spread; figure: Figure } {
  const known = accelerator.achievable;
  let mfu = scale(prior, known ? all(known.share / priorShare) : { p10: 0.75, p50: 0.92, p90: 1.05 });
  const inputs: Figure[] = [
    computed(
      'usualShare',
      { low: prior.p10, high: prior.p90 },
      'share',
      '',
      [],
      'published runs on A100 and H100',
    ),
  ];
  if (known) inputs.push(given('achievableShare', known.share, 'share', known.source));
  const narrow = narrowness(model, peak);
  if (narrow.p50 < 1) {
    mfu = scale(mfu, narrow);
    inputs.push({
      ...computed('narrowness', { low: narrow.p10, high: narrow.p90 }, 'share', '(h / h₀)^0.15', [
        given('hidden', model.hidden, 'count', model.source),
      ]),
      value: narrow.p50,
    });
  }
  // 8-bit products are only part of a step; weights of 4 bits are unpacked before each product.
  if (peak.type === 'fp8') mfu = scale(mfu, { p10: 0.6, p50: 0.7, p90: 0.85 });
  if (setup.method === 'qlora') mfu = scale(mfu, { p10: 0.5, p50: 0.7, p90: 0.9 });
  if (!setup.flashAttention) mfu = scale(mfu, { p10: 0.8, p50: 0.9, p90: 1 });
  const most = (known?.share ?? 0.9) * 0.95;
  mfu = { p10: Math.min(mfu.p10, most), p50: Math.min(mfu.p50, most), p90: Math.min(mfu.p90, most) };
  return {
    mfu,
    figure: {
      ...computed('utilisation', { low: mfu.p10, high: mfu.p90 }, 'share', 'MFU · a / 0.80 · …', inputs),
      value: mfu.p50,
    },
  };
}
