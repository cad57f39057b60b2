import {
  type InferenceSetup,
  inferenceSetup,
  type ModelShape,
  modelShape,
  type Setup,
  type TrainingSetup,
  trainingSetup,
} from '#shared/domain/workload.ts';
import { findPreset } from '#shared/planner/models/index.ts';

/** What the page is asked. */
export interface FitState {
  /** Name of a preset, or a model that was read or typed. */
  model: string | ModelShape;
  training: TrainingSetup;
  inference: InferenceSetup;
  kind: Setup['kind'];
  /** Name of an accelerator. */
  on: string;
  gpus: number;
  /** Trained on, or written; null: no time is asked for. */
  tokens: number | null;
}

export const usualTraining: TrainingSetup = {
  kind: 'training',
  method: 'full',
  lora: { rank: 16, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'fsdp',
  offload: 'none',
  recomputation: 'none',
  flashAttention: true,
  sequence: 4096,
  microBatch: 1,
  globalBatch: 64,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
};

export const usualInference: InferenceSetup = {
  kind: 'inference',
  weights: 'bf16',
  cache: 'bf16',
  context: 8192,
  batch: 8,
  tensorParallel: 1,
  pipelineParallel: 1,
};

export const usualTokens = 1e9;

export const usualState: FitState = {
  model: 'Llama-3.1-8B',
  training: usualTraining,
  inference: usualInference,
  kind: 'training',
  on: 'H100',
  gpus: 8,
  tokens: usualTokens,
};

/** What typed numbers begin with where no model was chosen. */
export function usualModel(): ModelShape {
  const model = findPreset(String(usualState.model));
  if (!model) throw new RangeError('the usual model is no preset');
  return model;
}

/** The usual training of a model, with no longer sequences than it was made for. */
export const usualTrainingOf = ({ context }: ModelShape): TrainingSetup => ({
  ...usualTraining,
  sequence: Math.min(usualTraining.sequence, context),
});

export const setupOf = ({ kind, training, inference }: FitState): Setup =>
  kind === 'training' ? training : inference;

/** The same question with another set-up: that of its kind is replaced. */
export const withSetup = (state: FitState, setup: Setup): FitState =>
  setup.kind === 'training'
    ? { ...state, kind: 'training', training: setup }
    : { ...state, kind: 'inference', inference: setup };

type Flat = Record<string, string | number | boolean>;

const flatTraining = ({ lora, kind: _, ...rest }: TrainingSetup): Flat => ({
  ...rest,
  rank: lora.rank,
  targets: lora.targets,
});
const flatInference = ({ kind: _, ...rest }: InferenceSetup): Flat => rest;

/** A question as the page's address says it, so that it can be sent to somebody. What is as usual is left out. */
export function addressOf(state: FitState): URLSearchParams {
  const address = new URLSearchParams();
  if (typeof state.model === 'string') {
    if (state.model !== usualState.model) address.set('model', state.model);
  } else address.set('shape', JSON.stringify(state.model));
  if (state.on !== usualState.on) address.set('on', state.on);
  if (state.gpus !== usualState.gpus) address.set('gpus', String(state.gpus));
  if (state.tokens !== usualState.tokens) address.set('tokens', String(state.tokens ?? ''));
  if (state.kind === 'inference') address.set('kind', 'inference');
  const [now, usual] =
    state.kind === 'training'
      ? [flatTraining(state.training), flatTraining(usualTraining)]
      : [flatInference(state.inference), flatInference(usualInference)];
  for (const [name, value] of Object.entries(now))
    if (value !== usual[name]) address.set(name, String(value));
  return address;
}

/** Whatever of an address makes sense; the rest is as usual. */
export function stateOf(address: URLSearchParams): FitState {
  const kind = address.get('kind') === 'inference' ? 'inference' : 'training';
  const whole = (text: string | null): number | null => {
    const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
    return Number.isInteger(value) && value > 0 && value <= 100_000 ? value : null;
  };
  return {
    model: modelOf(address),
    kind,
    training: kind === 'training' ? trainingOf(address) : usualTraining,
    inference: kind === 'inference' ? inferenceOf(address) : usualInference,
    on: (address.get('on') ?? usualState.on).slice(0, 60),
    gpus: whole(address.get('gpus')) ?? usualState.gpus,
    tokens: tokensOf(address.get('tokens')),
  };
}

function modelOf(address: URLSearchParams): string | ModelShape {
  const shape = address.get('shape');
  if (shape !== null) {
    try {
      const read = modelShape.safeParse(JSON.parse(shape));
      if (read.success) return read.data;
    } catch {
      // An address that was cut off: the usual model is shown, and the address says so at once.
    }
  }
  return (address.get('model') ?? String(usualState.model)).slice(0, 200);
}

function tokensOf(text: string | null): number | null {
  if (text === null) return usualState.tokens;
  const value = Number(text);
  return text !== '' && Number.isFinite(value) && value > 0 ? value : null;
}

/** Each field by itself: one that makes no sense does not take the others with it. */
function read(flat: Flat, address: URLSearchParams, accept: (name: string, value: unknown) => boolean): Flat {
  const next = { ...flat };
  for (const [name, usual] of Object.entries(flat)) {
    const text = address.get(name);
    if (text === null) continue;
    const value =
      typeof usual === 'number' ? Number(text) : typeof usual === 'boolean' ? text === 'true' : text;
    if (accept(name, value)) next[name] = value;
  }
  return next;
}

const builtTraining = ({ rank, targets, ...rest }: Flat): unknown => ({
  ...rest,
  kind: 'training',
  lora: { rank, targets },
});

function trainingOf(address: URLSearchParams): TrainingSetup {
  const usual = flatTraining(usualTraining);
  const flat = read(
    usual,
    address,
    (name, value) => trainingSetup.safeParse(builtTraining({ ...usual, [name]: value as string })).success,
  );
  const checked = trainingSetup.safeParse(builtTraining(flat));
  return checked.success ? checked.data : usualTraining;
}

function inferenceOf(address: URLSearchParams): InferenceSetup {
  const usual = flatInference(usualInference);
  const flat = read(
    usual,
    address,
    (name, value) => inferenceSetup.safeParse({ ...usual, kind: 'inference', [name]: value }).success,
  );
  const checked = inferenceSetup.safeParse({ ...flat, kind: 'inference' });
  return checked.success ? checked.data : usualInference;
}
