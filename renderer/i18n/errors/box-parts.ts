import { boxSentences } from '#shared/domain/box-sentences.ts';

/** Parts of the sentences about boxes. */
export default {
  en: { ...boxSentences },
  'zh-CN': {
    ASK_VARIABLE_NAME: '“{{name}}”不能作为变量名',
    ASK_VARIABLE_NUL: '变量 {{name}} 含有 NUL 字节',
    ASK_NUL: '{{name}} 含有 NUL 字节',
    ASK_ENVIRONMENT_LARGE: '环境变量超过 {{most}} 字节',
    ASK_SETUP_KEY: 'setup 的键不是哈希值',
    ASK_TOKEN: '令牌不是标识符',
    ASK_WORKDIR: '工作目录不得含有 ".."',
    ASK_GRACE: '宽限时间应为 0 到 86400 的整秒数',
    ASK_STARTS: '启动次数应为 1 到 1000',
    ASK_RUN_ID: '“{{id}}”不是运行的标识符',
    ASK_ATTEMPT: '{{epoch}} 不是尝试的编号',
    ASK_PLACE: '{{value}} 不是日志中的位置',
    ASK_SIGNAL: '“{{signal}}”不是用于保存的信号',
    ASK_COMMAND: '那不是命令',
    ASK_TIME: '时间应为 0 到 604800 秒',
    ASK_GRACE_SECONDS: '宽限时间应为 0 到 86400 秒',
    PATTERN_EMPTY: '它为空或多于一行',
    PATTERN_REPEATED: '重复之中又有重复',
    BOX_RECORD_SENSELESS: '其记录不合理',
    BOX_EPOCH_UNREADABLE: '无法读取其尝试编号文件',
    BOX_RECORD_UNREADABLE: '无法读取第 {{epoch}} 次尝试的记录',
    BOX_SPEC_NO_JSON: '其规格不是 JSON',
    BOX_SPEC_DAMAGED: '其规格在 {{at}} 处已损坏',
    BOX_SPEC_DAMAGED_WHOLE: '其规格在开头处已损坏',
    BOX_WORKDIR_SHUT: '无法进入目录 {{directory}}。',
    BOX_SETUP_PLACE: '无法为 setup 创建目录 {{directory}}。',
    BOX_SHELL_ENDED:
      '脚本开始之前 shell 就以代码 {{exitCode}} 结束：请查看该机器上的登录文件（.profile、.bash_profile）。',
    BOX_SETUP_FAILED: 'setup 以代码 {{exitCode}} 失败：{{said}}',
  },
};
