export default {
  en: {
    BOX_ANSWER_INVALID:
      'The machine gave an answer that makes no sense. Something there may replace or add to what programs print.',
    BOX_DISK_FULL: 'The disk (or your quota) on the machine is full. Free some space there and try again.',
    BOX_NOT_WRITABLE: 'Nothing can be written on the machine. The details have what the system there said.',
    RUN_EPOCH_STALE:
      'The machine has already seen attempt {{current}} of this run, so attempt {{epoch}} was not started. It was launched from elsewhere.',
    RUN_ALREADY_LIVE: 'An earlier attempt of this run is still alive on the machine. Stop it first.',
    RUN_UNKNOWN_ON_BOX: 'The machine has no attempt {{epoch}} of run {{runId}}.',
    RUN_ON_OTHER_MACHINE:
      'This attempt was started on another machine that shares this home directory. Stop it there.',
    RUN_WORKDIR_FAILED: "The run's working directory could not be made on the machine.",
    RUN_LAUNCH_INCOMPLETE: 'The connection broke before the launch had arrived whole. Nothing was started.',
    RUN_LAUNCH_FAILED: 'The machine could not start the run.',
    RUN_REQUEST_INVALID: 'This cannot be asked of a machine: {{what}}.',
    RUN_FILE_NOT_FOUND: "There is no {{path}} in the run's directory, or it cannot be read.",
    RUN_PATH_OUTSIDE: "{{path}} leads out of the run's directory and is not opened.",
    LOG_PATTERN_INVALID: 'This search pattern is not valid: {{reason}}',
    LOG_LINE_TOO_LONG:
      'The log has a line so long that the machine cannot search it within its memory limit.',
    LOG_FOLLOW_BROKEN: 'The machine stopped sending the log. It can be followed again from where it stands.',
    BOX_WATCH_ENDED: 'The machine stopped telling of changes. Trainyard asks again by itself.',
    LOG_CHANGED: 'The log was cut short or replaced on the machine while it was being read.',
    RUN_ARMED:
      'Another move of this run is under way, from another computer perhaps. Wait until it has ended.',
    RUN_MOVED: 'This run has gone on elsewhere: {{to}}.',
    RUN_NOT_ALIVE: 'This attempt does not run any more.',
    RUN_SIGNAL_UNHANDLED:
      'No process of this run handles the signal: it would end it, so it was not sent. Have the trainer handle it, or give a command that makes it save.',
    RUN_SIGNAL_UNKNOWN:
      'Whether the run handles the signal cannot be seen on this machine, so it was not sent. Give a command that makes it save.',
    RUN_SAVE_COMMAND_FAILED:
      "The command that makes the run save ended with {{ended}}. What it printed is in attempts/{{epoch}}/asked.log in the run's directory.",
    RUN_SETUP_FAILED: 'The set-up failed on the machine.',
  },
  'zh-CN': {
    BOX_ANSWER_INVALID: '机器给出的回答无法理解。可能有程序在那里替换或附加了输出内容。',
    BOX_DISK_FULL: '机器上的磁盘（或您的配额）已满。请在那里释放一些空间后重试。',
    BOX_NOT_WRITABLE: '无法在机器上写入任何内容。详细信息中有系统给出的说明。',
    RUN_EPOCH_STALE: '机器已有此运行的第 {{current}} 次尝试，因此未启动第 {{epoch}} 次。它是从别处启动的。',
    RUN_ALREADY_LIVE: '此运行较早的一次尝试仍在机器上运行。请先停止它。',
    RUN_UNKNOWN_ON_BOX: '机器上没有运行 {{runId}} 的第 {{epoch}} 次尝试。',
    RUN_ON_OTHER_MACHINE: '这次尝试是在共享此主目录的另一台机器上启动的。请在那里停止它。',
    RUN_WORKDIR_FAILED: '无法在机器上创建该运行的工作目录。',
    RUN_LAUNCH_INCOMPLETE: '启动请求尚未完整送达，连接就中断了。没有启动任何内容。',
    RUN_LAUNCH_FAILED: '机器无法启动该运行。',
    RUN_REQUEST_INVALID: '无法向机器提出此请求：{{what}}。',
    RUN_FILE_NOT_FOUND: '运行目录中没有 {{path}}，或者无法读取。',
    RUN_PATH_OUTSIDE: '{{path}} 指向运行目录之外，不予打开。',
    LOG_PATTERN_INVALID: '此搜索模式无效：{{reason}}',
    LOG_LINE_TOO_LONG: '日志中有一行过长，机器无法在内存限制内搜索。',
    LOG_FOLLOW_BROKEN: '机器停止发送日志。可以从当前位置继续跟踪。',
    BOX_WATCH_ENDED: '机器停止通知变化。Trainyard 会自动重新请求。',
    LOG_CHANGED: '读取日志期间，它在机器上被截短或替换。',
    RUN_ARMED: '此运行正在进行另一次迁移，可能来自另一台电脑。请等待其结束。',
    RUN_MOVED: '此运行已在别处继续：{{to}}。',
    RUN_NOT_ALIVE: '此次尝试已不再运行。',
    RUN_SIGNAL_UNHANDLED:
      '此运行没有进程处理该信号：发送会使其终止，因此未发送。请让训练程序处理该信号，或提供一个使其保存的命令。',
    RUN_SIGNAL_UNKNOWN: '在此机器上无法得知该运行是否处理该信号，因此未发送。请提供一个使其保存的命令。',
    RUN_SAVE_COMMAND_FAILED:
      '使运行保存的命令以 {{ended}} 结束。其输出在运行目录的 attempts/{{epoch}}/asked.log 中。',
    RUN_SETUP_FAILED: '机器上的环境设置失败。',
  },
};
