import type { AcceleratorModel } from '../../domain/catalog.ts';
import type { FitReport, FitVerdict } from '../../domain/fit.ts';
import type { ModelShape, Setup } from '../../domain/workload.ts';
import { largestBatch } from './batch.ts';
import { refuseImpossible, warningsOf } from './checks.ts';
import { memoryNeedOf, needOf } from './need.ts';
import { availableBytes } from './overhead.ts';
import { remediesOf } from './remedies.ts';
import { judge } from './verdict.ts';

export { adapterParameters } from './adapters.ts';
export { microBatches } from './checks.ts';
export { availableBytes } from './overhead.ts';
export { methodNames, optimiserNames, shardingNames } from './setup-names.ts';
export { bodyParameters, embeddingParameters, splitModel, stageParameters } from './split.ts';

export interface FitQuestion {
  model: ModelShape;
  setup: Setup;
  accelerator: AcceleratorModel;
  gpus: number;
}

export interface QuickFit {
  lowBytes: number;
  highBytes: number;
  availableBytes: number;
  verdict: FitVerdict;
}

/** Only whether it fits and how much it needs: what ranking asks of thousands. Throws FIT_GPUS_TOO_FEW, FIT_PIPELINE_TOO_DEEP. */
export function quickFit({ model, setup, accelerator, gpus }: FitQuestion): QuickFit {
  refuseImpossible(model, setup, gpus);
  const { total } = needOf(model, setup, gpus);
  const available = availableBytes(accelerator);
  return {
    lowBytes: Math.floor(total.low),
    highBytes: Math.ceil(total.high),
    availableBytes: available,
    verdict: judge(total, available),
  };
}

/**
 * Whether a model fits on so many accelerators, by what, and what would make it fit. Memory is that of the fullest GPU, in
 * bytes, from low to high, by the formulas of docs/planning.md. Throws FIT_GPUS_TOO_FEW, FIT_PIPELINE_TOO_DEEP.
 */
export function fit({ model, setup, accelerator, gpus }: FitQuestion): FitReport {
  refuseImpossible(model, setup, gpus);
  const need = memoryNeedOf(model, setup, gpus);
  const available = availableBytes(accelerator);
  const verdict = judge({ low: need.total.lowBytes, high: need.total.highBytes }, available);
  return {
    model,
    setup,
    accelerator: accelerator.name,
    gpus,
    availableBytes: available,
    need,
    verdict,
    largestMicroBatch: largestBatch(model, setup, gpus, available),
    remedies: remediesOf({ model, setup, gpus, availableBytes: available, verdict }),
    warnings: warningsOf(model, setup, accelerator, gpus),
  };
}
