import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AcceleratorModel, acceleratorModel } from '#shared/domain/catalog.ts';
import type { InferenceSetup, ModelShape, TrainingSetup } from '#shared/domain/workload.ts';
import { findPreset } from '#shared/planner/models/index.ts';

/** An accelerator whose figures these tests rest on, whatever the catalogue says of it. */
export const accelerator = (
  name: string,
  memoryGiB: number,
  more: Partial<AcceleratorModel> = {},
): AcceleratorModel =>
  acceleratorModel.parse({
    name,
    vendor: 'nvidia',
    title: name,
    aliases: [],
    memoryGiB,
    bandwidthGBps: 2000,
    powerW: 400,
    peaks: [{ type: 'bf16', tflops: 312, accumulate: 'fp32', source: 'data sheet', asOf: '2026-11' }],
    achievable: { share: 0.87, source: 'measured' },
    link: { kind: 'nvlink', GBps: 300 },
    source: 'data sheet',
    asOf: '2026-11',
    ...more,
  });
export const a100 = accelerator('A100-80GB', 80);
export const h100 = accelerator('H100', 79.65, {
  bandwidthGBps: 3350,
  peaks: [
    { type: 'bf16', tflops: 989.4, accumulate: 'fp32', source: 'data sheet', asOf: '2026-11' },
    { type: 'fp8', tflops: 1978.9, accumulate: 'fp32', source: 'data sheet', asOf: '2026-11' },
  ],
  achievable: { share: 0.8, source: 'measured' },
  link: { kind: 'nvlink', GBps: 450 },
});

export function preset(name: string): ModelShape {
  const found = findPreset(name);
  if (found === null) throw new Error(`no preset ${name}`);
  return found;
}

export const training = (more: Partial<TrainingSetup> = {}): TrainingSetup => ({
  kind: 'training',
  method: 'full',
  lora: { rank: 16, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'ddp',
  offload: 'none',
  recomputation: 'none',
  flashAttention: true,
  sequence: 2048,
  microBatch: 1,
  globalBatch: 1024,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
  ...more,
});

export const serving = (more: Partial<InferenceSetup> = {}): InferenceSetup => ({
  kind: 'inference',
  weights: 'bf16',
  cache: 'bf16',
  context: 4096,
  batch: 1,
  tensorParallel: 1,
  pipelineParallel: 1,
  ...more,
});

/** What the app comes with. */
export const shippedAccelerators = (): AcceleratorModel[] =>
  acceleratorModel
    .array()
    .parse(
      JSON.parse(
        readFileSync(
          path.join(import.meta.dirname, '../../../../../resources/catalog/accelerators.json'),
          'utf8',
        ),
      ),
    );
