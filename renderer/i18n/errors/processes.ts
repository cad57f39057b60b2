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
    PTY_MISSING:
      'This computer gives no terminal. It may have none left, or this system is not supported by the terminal library.',
    PTY_REFUSED:
      'The SSH server of {{machine}} gives no terminal (PermitTTY no, or a restricted key). Runs and files are not affected.',
    SHELLS_FULL:
      '{{open}} terminals are open on {{machine}}, and another connection for more of them would need an answer from you that was not kept. Close one of them.',
    PORT_REFUSED:
      'Nothing answers on {{host}} port {{port}} as the machine sees it. The program there may not have started yet, or it has ended.',
    PORT_TIMED_OUT:
      '{{host}} port {{port}} did not answer in time as the machine sees it. A firewall may drop the connection.',
    FORWARDING_DISABLED:
      'The SSH server of {{machine}} forbids forwarding ports (AllowTcpForwarding, PermitOpen or a restricted key). Its administrator can allow it.',
  },
  'zh-CN': {
    COMMAND_TIMED_OUT: '命令未能在 {{seconds}} 秒内完成，已被终止。机器可能过载，或其文件系统无响应。',
    OUTPUT_TOO_LARGE: '命令输出超过 {{maxBytes}} 字节，远超正常范围，已被终止。',
    CANCELLED: '已取消。',
    SHELL_MISSING: '本机没有 {{shell}}，因此无法在本机运行任何程序。SSH 主机上的运行不受影响。',
    COMMAND_NOT_STARTED: '本机无法启动程序：进程数或内存可能已耗尽。',
    PTY_MISSING: '本机无法提供终端：终端可能已用尽，或终端库不支持此系统。',
    PTY_REFUSED: '{{machine}} 的 SSH 服务器不提供终端（PermitTTY no，或密钥受限）。运行和文件不受影响。',
    SHELLS_FULL:
      '{{machine}} 上已打开 {{open}} 个终端，再开一个需要新的连接，而该连接需要您输入未被保存的信息。请先关闭一个终端。',
    PORT_REFUSED: '从该机器看，{{host}} 的端口 {{port}} 无人应答。那里的程序可能尚未启动，或已经结束。',
    PORT_TIMED_OUT: '从该机器看，{{host}} 的端口 {{port}} 未及时应答。防火墙可能丢弃了连接。',
    FORWARDING_DISABLED:
      '{{machine}} 的 SSH 服务器禁止端口转发（AllowTcpForwarding、PermitOpen 或受限密钥）。其管理员可以允许。',
  },
};
