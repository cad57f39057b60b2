import type { Figure } from '../../domain/figure.ts';
import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';
import { adapterParameters } from './adapters.ts';
import { add, computed, exactly, given, type Range, times } from './figures.ts';
import { type Split, type Stage, stageParameters } from './split.ts';

/** A part of the memory, with its figure made only when somebody looks. */
export interface Part {
  bytes: Range;
  figure: () => Figure;
}

export interface States {
  weights: Part;
  gradients: Part;
  optimiser: Part;
  /** Of this GPU's share, kept on the host. */
  host: Range;
}

const zeroPaper = 'arXiv:1910.02054 (ZeRO), §3';
const qloraPaper = 'arXiv:2305.14314 (QLoRA), §3';

/** Optimiser's own states, bytes per parameter. Adafactor keeps rows and columns, with momentum as much as SGD's. */
const stateBytes: Record<TrainingSetup['optimiser'], Range> = {
  adamw: exactly(8),
  'adamw-8bit': { low: 2, high: 2.1 },
  adafactor: { low: 0.02, high: 4 },
  sgd: exactly(0),
  'sgd-momentum': exactly(4),
  lion: { low: 2, high: 4 },
};
const inFull = (precision: TrainingSetup['precision']): boolean =>
  precision === 'fp32' || precision === 'tf32';

/** Weights in the format that computes; with fp8 the 16-bit ones stay and their 8-bit copies may be kept. */
const weightBytes = (precision: TrainingSetup['precision']): Range =>
  inFull(precision) ? exactly(4) : precision === 'fp8' ? { low: 2, high: 4 } : exactly(2);
/** Mixed precision accumulates in 32 bits in Megatron, in 16 in the ZeRO paper. */
const gradientBytes = (precision: TrainingSetup['precision']): Range =>
  inFull(precision) ? exactly(4) : { low: 2, high: 4 };
const masterBytes = (precision: TrainingSetup['precision']): number => (inFull(precision) ? 0 : 4);

/** 4 bits and a scale per 64 weights: 0.127 bits with double quantisation, 0.5 without. */
const nf4Bytes: Range = { low: (4 + 0.127) / 8, high: 4.5 / 8 };

const offloads = ({ sharding, offload }: TrainingSetup): { optimiser: boolean; weights: boolean } => ({
  optimiser: offload !== 'none',
  weights: offload === 'all' && (sharding === 'zero3' || sharding === 'fsdp'),
});

/** Weights, gradients and optimiser of one GPU of a stage. */
export function trainingStates(model: ModelShape, setup: TrainingSetup, split: Split, stage: Stage): States {
  const all = stageParameters(stage);
  const trained =
    setup.method === 'full'
      ? all
      : (adapterParameters(model, setup.lora) * stage.layers) / model.layers / split.tensor;
  const frozen = setup.method === 'full' ? 0 : all;
  const sharded = setup.sharding === 'zero3' || setup.sharding === 'fsdp';
  const off = offloads(setup);
  const gathered = Math.max(stage.layerParameters, stage.embeddingParameters);
  // Gathered one layer at a time; DeepSpeed's own estimate counts 4 bytes a parameter of the largest for weights and gradients.
  const half = inFull(setup.precision) ? 2 : 1;
  const working: Range = sharded
    ? { low: 2 * half * stage.layerParameters, high: 2 * half * gathered }
    : exactly(0);

  const base = frozenBytes(setup, stage, frozen);
  const whole = add(times(weightBytes(setup.precision), trained), base);
  const weightsHere = sharded ? times(whole, 1 / split.data) : whole;
  const gradientWhole = times(gradientBytes(setup.precision), trained);
  const gradientsHere = gradientsOf(setup, split, gradientWhole, trained);
  const optimiserWhole = add(
    times(stateBytes[setup.optimiser], trained),
    exactly(masterBytes(setup.precision) * trained),
  );
  const optimiserHere = times(
    optimiserWhole,
    setup.sharding === 'ddp' && !off.optimiser ? 1 : 1 / split.data,
  );
  const gradientsOff = off.optimiser && setup.sharding !== 'ddp' && setup.sharding !== 'zero1';
  const buffers: Range =
    sharded && trained > 0 ? { low: 0, high: Math.min(working.high, 2 * half * trained) } : exactly(0);

  const weights = add(off.weights ? exactly(0) : weightsHere, working);
  const gradients = gradientsOff ? buffers : add(gradientsHere, buffers);
  const optimiser = off.optimiser ? exactly(0) : optimiserHere;
  const host = add(
    off.weights ? weightsHere : exactly(0),
    gradientsOff ? times(gradientWhole, 1 / split.data) : exactly(0),
    off.optimiser ? optimiserHere : exactly(0),
  );
  const inputs = (): Figure[] => [
    given('parametersHere', all, 'parameters', null),
    ...(trained === all
      ? []
      : [given('trainedParameters', trained, 'parameters', 'arXiv:2106.09685 (LoRA)')]),
    given('replicas', split.data, 'count', 'you'),
  ];
  return {
    weights: {
      bytes: weights,
      figure: () =>
        computed(
          'weights',
          weights,
          'bytes',
          off.weights ? '4·P_layer' : sharded ? 'w·P/N + 2·P_layer' : 'w·P',
          [
            ...inputs(),
            weightsInput(setup),
            ...(sharded ? [given('layerParameters', gathered, 'parameters', null)] : []),
          ],
          setup.method === 'qlora' ? qloraPaper : zeroPaper,
        ),
    },
    gradients: {
      bytes: gradients,
      figure: () =>
        computed(
          'gradients',
          gradients,
          'bytes',
          gradientsOff
            ? '2·P_layer'
            : setup.sharding === 'ddp' || setup.sharding === 'zero1'
              ? 'g·P'
              : 'g·P/N',
          [...inputs(), rangeInput('gradientBytes', gradientBytes(setup.precision))],
          zeroPaper,
        ),
    },
    optimiser: {
      bytes: optimiser,
      figure: () =>
        computed(
          'optimiser',
          optimiser,
          'bytes',
          off.optimiser ? '0' : setup.sharding === 'ddp' ? '(m + o)·P' : '(m + o)·P/N',
          [
            ...inputs(),
            given('masterBytes', masterBytes(setup.precision), 'bytes', null),
            rangeInput('stateBytes', stateBytes[setup.optimiser]),
          ],
          zeroPaper,
        ),
    },
    host,
  };
}

/** The weights that are not trained. QLoRA quantises the layers' matrices; embeddings stay, often in 32 bits. */
function frozenBytes(setup: TrainingSetup, stage: Stage, frozen: number): Range {
  if (setup.method === 'full') return exactly(0);
  if (setup.method === 'lora') return exactly((inFull(setup.precision) ? 4 : 2) * frozen);
  const body = stage.layers * stage.layerParameters;
  return add(times(nf4Bytes, body), times({ low: 2, high: 4 }, stage.embeddingParameters));
}

function gradientsOf(setup: TrainingSetup, split: Split, whole: Range, trained: number): Range {
  if (setup.sharding === 'ddp' || setup.sharding === 'zero1') return whole;
  const share = times(whole, 1 / split.data);
  // During the backward pass ZeRO-2 has them in 16 bits before they are handed on: DeepSpeed counts 4P + 16P/N in all.
  return setup.sharding === 'zero2' ? { low: share.low, high: share.high + 2 * trained } : share;
}

const rangeInput = (key: string, range: Range): Figure => computed(key, range, 'bytes', '', []);
const weightsInput = (setup: TrainingSetup): Figure =>
  setup.method === 'qlora'
    ? rangeInput('weightBytes', nf4Bytes)
    : rangeInput(
        'weightBytes',
        setup.method === 'lora' ? exactly(inFull(setup.precision) ? 4 : 2) : weightBytes(setup.precision),
      );
