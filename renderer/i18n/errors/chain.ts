import { chainSentences } from '#shared/domain/chain-sentences.ts';

/** What is wrong with the activity log. */
export default {
  en: { ...chainSentences },
  'zh-CN': {
    CHAIN_MISSING: '缺少第 {{entry}} 条。',
    CHAIN_ALTERED: '第 {{entry}} 条被更改过，或不在原来的位置。',
    CHAIN_NO_HEAD: '缺少最新一条的签名记录。',
    CHAIN_SIGNATURE: '最新一条的签名不符：记录或密钥被替换过。',
    CHAIN_CUT: '记录被截断：它原本到第 {{entry}} 条。',
    CHAIN_STRANGER: '第 {{entry}} 条不是由 Trainyard 写入的。',
    CHAIN_REPLACED: '记录被替换过：最新一条不是签过名的那一条。',
  },
};
