export default {
  en: {
    TERMINAL_UNKNOWN: 'There is no such terminal any more. It may have been closed in another window.',
    TERMINAL_TOO_MANY: 'There are {{most}} terminals already. Close some of them first.',
    TERMINAL_DIRECTORY_INVALID:
      'A terminal opens in an absolute directory or one below the home (~/…), without control characters; one of a run opens in that of the run.',
    TERMINAL_RUN_ELSEWHERE:
      'The run {{run}} has no directory on {{machine}}. It may have moved, or not have started there yet.',
    TERMINAL_APP_RESTARTED:
      'Trainyard was ended while this terminal was open, and its shell with it. Kept by tmux it would have gone on.',
    TERMINAL_WAITS:
      "This terminal's tmux session is on {{machine}}; it is shown again once that machine is connected.",
    TERMINAL_SESSION_GONE:
      "This terminal's tmux session is not on {{machine}} any more: its shell was ended, or the machine was restarted.",
  },
  'zh-CN': {
    TERMINAL_UNKNOWN: '该终端已不存在，可能已在另一个窗口中关闭。',
    TERMINAL_TOO_MANY: '已有 {{most}} 个终端。请先关闭一些。',
    TERMINAL_DIRECTORY_INVALID:
      '终端只能在绝对路径或主目录之下的目录（~/…）中打开，路径不得包含控制字符；运行的终端在该运行的目录中打开。',
    TERMINAL_RUN_ELSEWHERE: '运行“{{run}}”在 {{machine}} 上没有目录。它可能已迁移，或尚未在那里启动。',
    TERMINAL_APP_RESTARTED:
      '该终端打开期间 Trainyard 已退出，其 shell 也随之结束。若由 tmux 保持，它会继续运行。',
    TERMINAL_WAITS: '该终端的 tmux 会话在 {{machine}} 上；该机器连接后会再次显示。',
    TERMINAL_SESSION_GONE: '该终端的 tmux 会话已不在 {{machine}} 上：其 shell 已结束，或机器已重启。',
  },
};
