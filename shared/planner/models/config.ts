import type { Reason } from '../../domain/figure.ts';
import type { ModelShape } from '../../domain/workload.ts';
import { countParameters, type Layout } from './count.ts';
import { type Family, familyOf, usualFamily } from './families.ts';
import { isObject, type Json, Keys, modelError, note, objectOf } from './reading.ts';

/** Keys under which vision-language models keep the language model's own configuration. */
const nested = ['text_config', 'llm_config', 'language_config', 'thinker_config', 'language_model_config'];
const encoders = ['vision_config', 'audio_config', 'visual', 'vision_tower_config'];

/**
 * A model's shape from a Hugging Face config.json (its text, or parsed): parameters are counted by its shape, norms, biases and
 * experts included. Unknown architectures are read by the keys that most have, with a note. Throws MODEL_NOT_JSON,
 * MODEL_NOT_OBJECT, MODEL_KEY_MISSING, MODEL_KEY_INVALID, MODEL_HEADS_INVALID, MODEL_TOO_LARGE.
 */
export function modelFromConfig(json: unknown, name = 'config.json'): ModelShape {
  const notes: Reason[] = [];
  const whole = objectOf(json, name);
  const inner = innerConfig(whole);
  const type = typeof inner.model_type === 'string' ? inner.model_type : outerType(whole);
  const family = familyOf(type);
  if (family === null)
    notes.push(
      note('MODEL_NOTE_ARCHITECTURE', { type: (type ?? architectureOf(whole) ?? '–').slice(0, 60) }),
    );
  // MPT and DBRX keep attention and feed-forward in objects of their own.
  const parts = [inner.attn_config, inner.ffn_config].filter(isObject);
  const complete = Object.assign({}, inner === whole ? {} : family?.defaults, ...parts, inner);
  const keys = new Keys(complete, name, notes);
  const layout = layoutOf(keys, family ?? usualFamily, whole);
  const counted = countParameters(layout);
  const besides = encoderParameters(whole, name);
  if (besides > 0) notes.push(note('MODEL_NOTE_VISION', { millions: Math.round(besides / 1e6) }));
  const weightType = weightTypeOf(whole) ?? weightTypeOf(complete);
  const quantised = quantisationOf(whole) ?? quantisationOf(complete);
  if (quantised !== null) notes.push(note('MODEL_NOTE_QUANTISED', { type: quantised }));
  const parameters = counted.parameters + besides;
  if (!Number.isFinite(parameters) || parameters > 1e16)
    throw modelError('MODEL_TOO_LARGE', { name, parameters: parameters.toExponential(1) });
  return {
    name: nameOf(whole, name),
    parameters,
    activeParameters: counted.active + besides,
    layers: layout.layers,
    hidden: layout.hidden,
    heads: layout.heads,
    kvHeads: layout.kvHeads,
    headSize: layout.headSize,
    feedForward: layout.experts?.width ?? layout.feedForward,
    vocabulary: layout.vocabulary,
    context: layout.context,
    tiedEmbeddings: layout.tied,
    gated: layout.gated,
    experts:
      layout.experts === null
        ? null
        : {
            count: layout.experts.count,
            perToken: layout.experts.perToken,
            ...(layout.experts.shared > 0 ? { shared: layout.experts.shared / layout.experts.width } : {}),
          },
    kvElementsPerLayer: layout.latent === null ? null : layout.latent.kvRank + layout.latent.rope,
    slidingWindow: layout.window,
    ...(layout.window === null ? {} : { fullAttentionLayers: layout.fullLayers }),
    weightType: quantised ?? weightType,
    source: `config.json of ${nameOf(whole, name)}`.slice(0, 240),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

function innerConfig(whole: Json): Json {
  for (const key of nested) {
    const value = whole[key];
    // Some keep a second level: thinker_config.text_config.
    if (isObject(value)) return isObject(value.text_config) ? value.text_config : value;
  }
  return whole;
}

const outerType = (whole: Json): string | null =>
  typeof whole.model_type === 'string' ? whole.model_type : null;
const architectureOf = (whole: Json): string | null =>
  Array.isArray(whole.architectures) && typeof whole.architectures[0] === 'string'
    ? whole.architectures[0]
    : null;
const nameOf = (whole: Json, name: string): string => {
  const told = whole._name_or_path;
  // A path of whoever saved it says nothing to anybody else.
  return (
    typeof told === 'string' && told !== '' && !told.startsWith('/') && name === 'config.json' ? told : name
  ).slice(0, 200);
};
const weightTypeOf = (json: Json): string | null => {
  const type = json.torch_dtype ?? json.dtype;
  return typeof type === 'string' ? type.replace(/^torch\./, '').slice(0, 40) : null;
};
const quantisationOf = (json: Json): string | null => {
  const quantisation = json.quantization_config;
  return isObject(quantisation) && typeof quantisation.quant_method === 'string'
    ? quantisation.quant_method.slice(0, 40)
    : null;
};

/** An encoder of images or sound beside the language model, as a plain transformer; 0 where there is none. */
function encoderParameters(whole: Json, name: string): number {
  let sum = 0;
  for (const key of encoders) {
    const json = whole[key];
    if (!isObject(json)) continue;
    const keys = new Keys(json, name, []);
    const hidden = keys.find('embed_dim', 'hidden_size', 'd_model', 'width');
    const layers = keys.find('num_hidden_layers', 'depth', 'encoder_layers', 'layers', 'num_layers');
    if (hidden === null || layers === null) continue;
    const inner = keys.find('intermediate_size', 'encoder_ffn_dim') ?? 4 * hidden;
    sum += layers * (4 * hidden * hidden + 2 * hidden * inner);
  }
  return sum;
}

function layoutOf(keys: Keys, family: Family, whole: Json): Layout {
  const type = keys.text('model_type');
  const hidden = keys.need('hidden_size', 'n_embd', 'd_model', 'n_embed', 'dim', 'model_dim');
  const layers = layersOf(keys, family);
  const heads = keys.need(
    'num_attention_heads',
    'n_head',
    'num_heads',
    'n_heads',
    'decoder_attention_heads',
    'encoder_attention_heads',
  );
  const kvHeads = kvHeadsOf(keys, heads);
  const latent = latentOf(keys);
  const headSize =
    keys.find('head_dim', 'd_kv', 'kv_channels', 'attention_head_dim') ??
    (latent === null ? Math.max(1, Math.floor(hidden / heads)) : latent.value);
  if (kvHeads > heads || heads % kvHeads !== 0)
    throw modelError('MODEL_HEADS_INVALID', { name: keys.name, heads, kvHeads });
  const gated = gatedOf(keys, family);
  const feedForward = feedForwardOf(keys, hidden, gated);
  const image = imageOf(keys, hidden);
  const vocabulary = image === null ? keys.need('vocab_size', 'padded_vocab_size', 'n_vocab') : image.classes;
  const window = windowOf(keys, family, layers.all);
  return {
    hidden,
    layers: layers.all,
    decoderLayers: layers.decoder,
    kind: family.kind,
    heads,
    kvHeads,
    headSize,
    feedForward,
    gated,
    vocabulary,
    embeddingWidth: keys.find('word_embed_proj_dim', 'embedding_size') ?? hidden,
    context: image?.positions ?? contextOf(keys),
    tied: keys.flag('tie_word_embeddings') ?? outerTied(whole) ?? family.tied,
    positions: positionsOf(keys, family, image, hidden),
    norms: family.norms,
    biases: family.biases,
    experts: expertsOf(keys, layers.all, feedForward, type),
    latent,
    window: window?.size ?? null,
    fullLayers: window?.full ?? 0,
  };
}

const outerTied = (whole: Json): boolean | null => {
  const tied = whole.tie_word_embeddings;
  return typeof tied === 'boolean' ? tied : null;
};

function layersOf(keys: Keys, family: Family): { all: number; decoder: number } {
  if (family.kind === 'both') {
    const encoder = keys.need('num_layers', 'encoder_layers', 'num_hidden_layers');
    const decoder = keys.find('num_decoder_layers', 'decoder_layers') ?? encoder;
    return { all: encoder + decoder, decoder };
  }
  const all = keys.need(
    'num_hidden_layers',
    'n_layer',
    'num_layers',
    'n_layers',
    'decoder_layers',
    'encoder_layers',
  );
  return { all, decoder: all };
}

function kvHeadsOf(keys: Keys, heads: number): number {
  const attention = keys.object('attn_config');
  const told =
    keys.find('num_key_value_heads', 'num_kv_heads', 'n_head_kv', 'multi_query_group_num', 'n_kv_heads') ??
    (attention ? new Keys(attention, keys.name, []).find('kv_n_heads') : null);
  // Falcon-40B has both flags, and heads of its own for keys.
  if (keys.flag('multi_query') === true && keys.flag('new_decoder_architecture') !== true) return 1;
  return told ?? heads;
}

function gatedOf(keys: Keys, family: Family): boolean {
  const projection = keys.text('feed_forward_proj');
  if (projection !== null) return projection.startsWith('gated');
  if (family.gated !== null) return family.gated;
  const activation = keys.text('hidden_act', 'hidden_activation', 'activation_function') ?? '';
  return activation === '' ? family === usualFamily : /silu|swish|glu|swi/i.test(activation);
}

function feedForwardOf(keys: Keys, hidden: number, gated: boolean): number {
  const told = keys.find(
    'intermediate_size',
    'n_inner',
    'ffn_dim',
    'd_ff',
    'ffn_hidden_size',
    'decoder_ffn_dim',
    'inner_dim',
    'intermediate_size_mlp',
    'moe_intermediate_size',
  );
  if (told !== null) return told;
  const ratio = keys.find('expansion_ratio', 'mlp_ratio') ?? (gated ? 8 / 3 : 4);
  return Math.round(hidden * ratio);
}

const contextOf = (keys: Keys): number =>
  keys.guess(
    4096,
    'max_position_embeddings',
    'n_positions',
    'n_ctx',
    'seq_length',
    'max_seq_len',
    'max_sequence_length',
    'max_target_positions',
    'model_max_length',
    ...(keys.text('model_type') === 'bloom' ? [] : ['max_length']),
  );

function positionsOf(keys: Keys, family: Family, image: Image | null, hidden: number): number {
  if (image !== null) return image.parameters;
  if (family.learnedPositions === null) return 0;
  const rows = keys.find('max_position_embeddings', 'n_positions', 'n_ctx', 'max_target_positions');
  const types = keys.findOrNone('type_vocab_size');
  return ((rows ?? 0) + family.learnedPositions + types) * hidden;
}

interface Image {
  positions: number;
  classes: number;
  parameters: number;
}

/** Transformers over patches of an image: no vocabulary, but patches and classes. */
function imageOf(keys: Keys, hidden: number): Image | null {
  const size = keys.find('image_size');
  const patch = keys.find('patch_size');
  if (size === null || patch === null || keys.find('vocab_size') !== null) return null;
  const side = Math.max(1, Math.floor(size / patch));
  const channels = keys.find('num_channels') ?? 3;
  const labels = keys.object('id2label');
  const classes = Math.max(1, labels === null ? (keys.find('num_labels') ?? 1) : Object.keys(labels).length);
  return {
    positions: side * side + 1,
    classes,
    parameters: (side * side + 2 + channels * patch * patch) * hidden,
  };
}

function latentOf(keys: Keys): Layout['latent'] {
  const kvRank = keys.find('kv_lora_rank');
  if (kvRank === null) return null;
  return {
    kvRank,
    queryRank: keys.find('q_lora_rank'),
    rope: keys.need('qk_rope_head_dim'),
    nope: keys.need('qk_nope_head_dim'),
    value: keys.need('v_head_dim'),
  };
}

function expertsOf(keys: Keys, layers: number, feedForward: number, type: string | null): Layout['experts'] {
  const count = keys.findOrNone('num_local_experts', 'n_routed_experts', 'num_experts', 'moe_num_experts');
  if (count <= 1) return null;
  const perToken = Math.min(
    count,
    keys.guess(
      2,
      'num_experts_per_tok',
      'experts_per_token',
      'num_experts_per_token',
      'moe_k',
      'moe_topk',
      'moe_top_k',
      'num_selected_experts',
    ),
  );
  const width = keys.find('moe_intermediate_size', 'expert_ffn_hidden_size') ?? feedForward;
  const sharedCount = keys.findOrNone('n_shared_experts', 'num_shared_experts');
  const llama4 = type === 'llama4_text' || type === 'llama4';
  const shared =
    keys.findOrNone('shared_expert_intermediate_size', 'shared_intermediate_size') ||
    (llama4 ? width : sharedCount * width);
  const dense = denseLayers(keys, layers);
  const denseWidth = llama4 ? (keys.find('intermediate_size_mlp') ?? feedForward) : feedForward;
  return { count, perToken, width, shared, denseLayers: dense, denseWidth };
}

/** Layers with an ordinary feed-forward among those with experts. */
function denseLayers(keys: Keys, layers: number): number {
  const first = Math.min(layers, keys.findOrNone('first_k_dense_replace', 'moe_layer_start_index'));
  const listed = keys.json.mlp_only_layers;
  const only = Array.isArray(listed) ? Math.min(layers, new Set(listed).size) : 0;
  const step = keys.find('moe_layer_freq', 'decoder_sparse_step', 'interleave_moe_layer_step') ?? 1;
  const rest = layers - first - only;
  return Math.min(layers, first + only + (rest - Math.floor(Math.max(0, rest) / step)));
}

function windowOf(keys: Keys, family: Family, layers: number): { size: number; full: number } | null {
  if (keys.flag('use_sliding_window') === false) return null;
  const size = keys.find('sliding_window', 'local_attention');
  if (size === null) return null;
  const kinds = keys.json.layer_types;
  if (Array.isArray(kinds))
    return { size, full: Math.min(layers, kinds.filter((kind) => kind === 'full_attention').length) };
  const pattern =
    keys.find('sliding_window_pattern', '_sliding_window_pattern', 'global_attn_every_n_layers') ??
    family.windowPattern;
  if (pattern !== undefined) return { size, full: Math.floor(layers / pattern) };
  // Qwen's first max_window_layers see everything.
  return { size, full: Math.min(layers, keys.findOrNone('max_window_layers')) };
}
