import type { Reason } from '../../domain/figure.ts';
import type { ModelShape } from '../../domain/workload.ts';
import { isObject, type Json, modelError, note, objectOf } from './reading.ts';

interface Tensor {
  name: string;
  shape: number[];
  type: string | null;
}

/** Buffers, scales and the optimiser's states, which are kept with weights and are none. */
const noWeight =
  /(rotary_emb|inv_freq|\.attn\.(bias|masked_bias)$|attention\.(bias|masked_bias)$|position_ids|scales?$|scale_inv$|zeros$|qzeros$|g_idx$|absmax$|quant_map$|quant_state|(?:^|\.)(?:optimizer|optim|exp_avg|exp_avg_sq|momentum_buffer|ema|scheduler)(?:\.|$))/;
const layerOf = /(?:^|\.)(?:layers?|h|blocks?|blk|encoder_layers)\.(\d+)\./;
const embedding = /(embed_tokens|tok_embeddings|word_embeddings|\bwte|embed_in|token_embd|shared)\.weight$/;
const head = /(lm_head|embed_out|output)\.weight$/;
const query = /(q_proj|\bwq|attn_q|query|q_lin)\.weight$/;
const key = /(k_proj|\bwk|attn_k|key|k_lin)\.weight$/;
const fused = /(query_key_value|qkv_proj|c_attn|Wqkv)\.weight$/;
const gate = /(gate_proj|\bw1|ffn_gate|gate_up_proj)\.weight$/;
const up = /(up_proj|\bw3|fc1|c_fc|dense_h_to_4h|ffn_up|fc_in|intermediate\.dense|\bwi(_0)?)\.weight$/;
const expert = /experts\.(\d+)\./;

/**
 * A model's shape from the header of a safetensors file (names, types and shapes of its tensors), or from a
 * `model.safetensors.index.json`, which has names and the size of all only. What neither tells is guessed, with a note.
 * Throws MODEL_NOT_JSON, MODEL_NOT_OBJECT, MODEL_TENSOR_INVALID, MODEL_NO_TENSORS, MODEL_TOO_LARGE.
 */
export function modelFromSafetensorsHeader(json: unknown, name = 'model.safetensors'): ModelShape {
  const whole = objectOf(json, name);
  const map = whole.weight_map;
  return isObject(map) ? fromIndex(whole, map, name) : fromTensors(tensorsOf(whole, name), name);
}

function tensorsOf(whole: Json, name: string): Tensor[] {
  const tensors: Tensor[] = [];
  for (const [tensor, value] of Object.entries(whole)) {
    if (tensor === '__metadata__') continue;
    const shape = isObject(value) ? value.shape : undefined;
    if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0))
      throw modelError('MODEL_TENSOR_INVALID', { name, tensor: tensor.slice(0, 100) });
    const type = isObject(value) && typeof value.dtype === 'string' ? value.dtype : null;
    tensors.push({ name: tensor, shape: shape as number[], type });
  }
  return tensors;
}

const elements = ({ shape }: Tensor): number => shape.reduce((product, side) => product * side, 1);

/** Types of safetensors as weights are called elsewhere. */
const typeNames: Record<string, string> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'fp8',
  F8_E5M2: 'fp8',
  I8: 'int8',
  U8: 'int4',
};

function fromTensors(all: Tensor[], name: string): ModelShape {
  const notes: Reason[] = [];
  const tensors = all.filter((tensor) => !noWeight.test(tensor.name));
  const parameters = tensors.reduce((sum, tensor) => sum + elements(tensor), 0);
  const find = (pattern: RegExp): Tensor | null =>
    tensors.find((tensor) => pattern.test(tensor.name) && tensor.shape.length === 2) ?? null;
  const embed = find(embedding);
  const widest =
    embed ?? tensors.filter(({ shape }) => shape.length === 2).sort((a, b) => elements(b) - elements(a))[0];
  const [vocabulary, hidden] = widest?.shape ?? [];
  if (!vocabulary || !hidden || parameters <= 0) throw modelError('MODEL_NO_TENSORS', { name });
  refuseTooLarge(parameters, name);
  const layers = layersOf(
    tensors.map((tensor) => tensor.name),
    notes,
  );
  const attention = attentionOf(find(query), find(key), find(fused), hidden, notes);
  const gated = find(gate) !== null;
  const feedForward = feedForwardOf(find(gate) ?? find(up), hidden, gated, notes);
  const experts = expertsOf(tensors, notes);
  const sparse = tensors
    .filter((tensor) => expert.test(tensor.name))
    .reduce((sum, tensor) => sum + elements(tensor), 0);
  const active =
    experts === null ? parameters : parameters - sparse + (sparse * experts.perToken) / experts.count;
  return shapeOf(name, notes, {
    parameters,
    activeParameters: active,
    layers,
    hidden,
    ...attention,
    feedForward,
    vocabulary,
    tiedEmbeddings: !tensors.some((tensor) => head.test(tensor.name)),
    gated,
    experts,
    weightType: mainType(tensors),
  });
}

/** The type that most elements have. */
function mainType(tensors: Tensor[]): string | null {
  const sums = new Map<string, number>();
  for (const tensor of tensors)
    if (tensor.type !== null) sums.set(tensor.type, (sums.get(tensor.type) ?? 0) + elements(tensor));
  const [most] = [...sums].sort((a, b) => b[1] - a[1]);
  return most === undefined
    ? null
    : Object.hasOwn(typeNames, most[0])
      ? (typeNames[most[0]] ?? null)
      : most[0].toLowerCase().slice(0, 40);
}

function layersOf(names: string[], notes: Reason[]): number {
  let most = -1;
  for (const name of names) {
    const found = layerOf.exec(name);
    if (found) most = Math.max(most, Number(found[1]));
  }
  if (most < 0 || most > 10_000) {
    notes.push(note('MODEL_NOTE_GUESSED', { key: 'num_hidden_layers', value: 1 }));
    return 1;
  }
  return most + 1;
}

interface Attention {
  heads: number;
  kvHeads: number;
  headSize: number;
}

function attentionOf(
  queries: Tensor | null,
  keys: Tensor | null,
  all: Tensor | null,
  hidden: number,
  notes: Reason[],
): Attention {
  const fusedOut = all === null ? null : Math.max(all.shape[0] ?? 0, all.shape[1] ?? 0);
  const width = queries?.shape[0] || hidden;
  const keyWidth =
    keys?.shape[0] || (fusedOut === null ? width : Math.max(1, Math.floor((fusedOut - hidden) / 2)));
  // No tensor says where one head ends: 128 is what most have, 64 what small ones do.
  const headSize =
    [128, 64, 96, 80, 256, 32, 16, 8].find(
      (size) => width % size === 0 && keyWidth % size === 0 && (size !== 128 || width >= 2048),
    ) ?? 1;
  notes.push(note('MODEL_NOTE_GUESSED', { key: 'head_dim', value: headSize }));
  const heads = Math.max(1, Math.floor(width / headSize));
  const kvHeads = Math.max(1, Math.min(heads, Math.floor(keyWidth / headSize)));
  return { heads, kvHeads, headSize };
}

function feedForwardOf(tensor: Tensor | null, hidden: number, gated: boolean, notes: Reason[]): number {
  const side = tensor?.shape.find((one) => one !== hidden) ?? tensor?.shape[0];
  if (tensor && side) return /gate_up_proj/.test(tensor.name) ? Math.max(1, Math.floor(side / 2)) : side;
  const value = Math.round(gated ? (hidden * 8) / 3 : hidden * 4);
  notes.push(note('MODEL_NOTE_GUESSED', { key: 'intermediate_size', value }));
  return value;
}

function expertsOf(tensors: Tensor[], notes: Reason[]): { count: number; perToken: number } | null {
  let most = -1;
  for (const tensor of tensors) {
    const found = expert.exec(tensor.name);
    if (found) most = Math.max(most, Number(found[1]));
  }
  if (most < 1 || most > 100_000) return null;
  const perToken = Math.min(most + 1, most + 1 > 16 ? 8 : 2);
  notes.push(note('MODEL_NOTE_GUESSED', { key: 'num_experts_per_tok', value: perToken }));
  return { count: most + 1, perToken };
}

/** No shapes: two bytes a parameter unless the index tells, and the widths of a usual transformer of that size. */
function fromIndex(whole: Json, map: Json, name: string): ModelShape {
  const notes: Reason[] = [];
  const metadata = isObject(whole.metadata) ? whole.metadata : {};
  const told = positive(metadata.total_parameters);
  const bytes = positive(metadata.total_size);
  const parameters = told ?? (bytes === null ? null : bytes / 2);
  const names = Object.keys(map);
  if (parameters === null || names.length === 0) throw modelError('MODEL_NO_TENSORS', { name });
  refuseTooLarge(parameters, name);
  if (told === null) notes.push(note('MODEL_NOTE_GUESSED', { key: 'dtype', value: 'bfloat16' }));
  const layers = layersOf(names, notes);
  const hidden = Math.max(64, Math.round(Math.sqrt(parameters / (12 * layers)) / 64) * 64);
  notes.push(note('MODEL_NOTE_GUESSED', { key: 'hidden_size', value: hidden }));
  const vocabulary = 32_000;
  notes.push(note('MODEL_NOTE_GUESSED', { key: 'vocab_size', value: vocabulary }));
  const gated = names.some((one) => gate.test(one));
  const headSize = hidden % 128 === 0 ? 128 : 64;
  const heads = hidden / headSize;
  return shapeOf(name, notes, {
    parameters,
    activeParameters: parameters,
    layers,
    hidden,
    heads,
    kvHeads: heads,
    headSize,
    feedForward: Math.round(gated ? (hidden * 8) / 3 : hidden * 4),
    vocabulary,
    tiedEmbeddings: !names.some((one) => head.test(one)),
    gated,
    experts: null,
    weightType: null,
  });
}

const positive = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;

function refuseTooLarge(parameters: number, name: string): void {
  if (!Number.isFinite(parameters) || parameters > 1e16)
    throw modelError('MODEL_TOO_LARGE', { name, parameters: parameters.toExponential(1) });
}

type Known = Omit<
  ModelShape,
  'name' | 'context' | 'kvElementsPerLayer' | 'slidingWindow' | 'source' | 'notes'
>;

/** A header tells nothing of the context. */
function shapeOf(name: string, notes: Reason[], known: Known): ModelShape {
  notes.push(note('MODEL_NOTE_GUESSED', { key: 'max_position_embeddings', value: 4096 }));
  return {
    name: name.slice(0, 200),
    ...known,
    context: 4096,
    kvElementsPerLayer: null,
    slidingWindow: null,
    source: `header of ${name}`.slice(0, 240),
    notes,
  };
}
