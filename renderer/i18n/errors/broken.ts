import { brokenSentences } from '#shared/domain/broken-sentences.ts';

/** What is wrong with a file of a checkpoint or a model. */
export default {
  en: { ...brokenSentences },
  'zh-CN': {
    BROKEN_ONLY: '它只有 {{bytes}} 字节',
    BROKEN_EMPTY: '它是空的',
    BROKEN_GONE: '它已不存在',
    BROKEN_NO_HDF5: '它不是 HDF5 文件',
    BROKEN_LENGTH: '它有 {{bytes}} 字节，而自称有 {{said}} 字节',
    BROKEN_LISTED: '它有 {{bytes}} 字节，而列表中为 {{said}} 字节',
    BROKEN_HEADER_LENGTH: '它有 {{bytes}} 字节，而文件头写的是 {{said}} 字节',
    BROKEN_END_MISSING: '它缺少结尾',
    BROKEN_END_UNREADABLE: '无法读取它的结尾',
    BROKEN_END_LENGTH: '它的结尾与长度不符',
    BROKEN_DIRECTORY: '它的目录不在结尾所示的位置',
    BROKEN_TABLE: '它的表不合理',
    BROKEN_START: '它的开头不符合 torch 或 pickle 的写法',
    BROKEN_NO_LENGTH: '它的文件头没有说明长度',
    BROKEN_CUT_HEADER: '它在文件头中途结束',
    BROKEN_HEADER_JSON: '它的文件头不是 JSON',
    BROKEN_HEADER: '它的文件头不合理',
    BROKEN_HEADER_CUT: '它的文件头不完整',
    BROKEN_JSON: '它不是完整的 JSON',
    BROKEN_INDEX: '它不是完整的索引',
    BROKEN_NO_INDEX: '它是某个模型的一部分，而其索引缺失',
    BROKEN_OTHER_SAVE: '它属于同名的另一次保存',
    BROKEN_UNCOMMITTED: '它声明自己没有提交',
    BROKEN_OWN_LENGTH: '它的长度与自称的不同',
    BROKEN_EARLY: '它过早结束',
  },
};
