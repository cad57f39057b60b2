/** What the pages of planning refuse by themselves, before the backend is asked. */
export default {
  en: {
    MODEL_HEADER_BROKEN:
      '{{name}} does not begin as a safetensors file does: it is another kind of file, or was not copied to its end.',
    PRICE_FILE_TOO_LARGE: '{{name}} is larger than 64 MiB. Split it, or leave out what you do not need.',
  },
  'zh-CN': {
    MODEL_HEADER_BROKEN: '{{name}} 的开头不是 safetensors 文件的格式：它是其他类型的文件，或没有复制完整。',
    PRICE_FILE_TOO_LARGE: '{{name}} 超过 64 MiB。请拆分，或去掉不需要的内容。',
  },
};
