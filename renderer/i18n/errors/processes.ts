export default {
  en: {
    COMMAND_TIMED_OUT:
      'The command did not finish within {{seconds}} s and was ended. The machine may be overloaded or a file system there may hang.',
    OUTPUT_TOO_LARGE:
      'The command printed more than {{maxBytes}} bytes, which is more than it ever should, and was ended.',
    CANCELLED: 'This was cancelled.',
    SHELL_MISSING:
      'There is no {{shell}} on this computer, so nothing can be run on it. Runs on SSH hosts are not affected.',
    COMMAND_NOT_STARTED: 'This computer could not start a program: it may be out of processes or memory.',
  },
  'zh-CN': {
    COMMAND_TIMED_OUT: '命令未能在 {{seconds}} 秒内完成，已被终止。机器可能过载，或其文件系统无响应。',
    OUTPUT_TOO_LARGE: '命令输出超过 {{maxBytes}} 字节，远超正常范围，已被终止。',
    CANCELLED: '已取消。',
    SHELL_MISSING: '本机没有 {{shell}}，因此无法在本机运行任何程序。SSH 主机上的运行不受影响。',
    COMMAND_NOT_STARTED: '本机无法启动程序：进程数或内存可能已耗尽。',
  },
};
