/** Why a model's description could not be read, by code, in English; the page has its other languages in renderer/i18n/errors/fit.ts. */
export const modelSentences = {
  MODEL_NOT_JSON: '{{name}} is no JSON: {{why}}',
  MODEL_NOT_OBJECT:
    '{{name}} is JSON, but no object with keys. Give a config.json or the header of a safetensors file.',
  MODEL_KEY_MISSING: '{{name}} has no {{key}}. Give a complete config.json, or type the numbers.',
  MODEL_KEY_INVALID: '{{key}} in {{name}} is {{value}}; it must be a whole number from 1 to {{most}}.',
  MODEL_HEADS_INVALID:
    '{{name}} has {{heads}} attention heads and {{kvHeads}} key-value heads: the one must divide by the other.',
  MODEL_TOO_LARGE: '{{name}} describes {{parameters}} parameters: more than any model has.',
  MODEL_NO_TENSORS: '{{name}} names no tensors that belong to a transformer.',
  MODEL_TENSOR_INVALID: 'The tensor {{tensor}} in {{name}} has no shape of whole numbers.',

  MODEL_NOTE_ARCHITECTURE:
    'The architecture {{type}} is not known by name: parameters are counted as of a usual transformer.',
  MODEL_NOTE_GUESSED: '{{key}} is not told; {{value}} is assumed.',
  MODEL_NOTE_VISION:
    'With an encoder of images or sound of about {{millions}} M parameters, whose activations are not counted.',
  MODEL_NOTE_QUANTISED: 'Its weights are kept as {{type}}; parameters are counted by its shape.',
} as const satisfies Record<string, string>;
export type ModelSentence = keyof typeof modelSentences;
