/** Errors and notices of runs, their queue and their logs. */
export default {
  en: {
    TASK_INVALID: 'The task file cannot be run: line {{line}}: {{what}}',
    TASK_UNSUPPORTED: 'The task file cannot be run here yet: line {{line}}: {{what}}',
    WORKDIR_MISSING:
      'The task’s workdir {{directory}} is not a directory on this computer. Correct “workdir” or make the directory.',
    MOUNT_MISSING:
      '{{source}}, which the task’s file_mounts names, is not on this computer. Correct the path or make it.',
    RUN_NO_SUCH_ACCELERATOR:
      'This run can never start on {{machine}}: {{why}}. Choose another machine or change “accelerators”.',
    RUN_ACCELERATORS_TAKEN: 'Run “{{name}}” has taken the same accelerators in the meantime.',
    RUN_SECRETS_LOST:
      'This run was not started: its secrets ({{names}}) were only in memory, and Trainyard was restarted before the run began. Restart the run and give them again.',
    RUN_SECRETS_NEEDED:
      'This run needs secrets that Trainyard does not keep: {{names}}. Give them with the launch or the restart.',
    RUN_NOT_ENDED: 'Run “{{name}}” has not ended. Stop it first.',
    RUN_CLAIMED: 'Run “{{name}}” is being moved or recovered. Wait until that is over, or cancel it.',
    RUN_UNREADABLE:
      'Whether run “{{name}}” is alive cannot be told: its files on its machine cannot be read ({{why}}). Make them readable.',
    MACHINE_DRAINING:
      '{{machine}} takes no new runs: it is being drained. Choose another machine, or let it take runs again.',
    MACHINE_FULL: 'There is no room on {{machine}} now: {{why}}. Wait, or choose another machine.',
    RUN_ATTEMPT_UNKNOWN: 'This run has no attempt {{epoch}}.',
    LOG_OUT_OF_SIGHT:
      'This part of the log is on {{machine}}, which is not connected, and is not kept here. Connect it to read on.',
    TEMPLATES_DAMAGED:
      'The bundled templates cannot be read. Install Trainyard again, or write a task file of your own.',
    RUN_SUCCEEDED: 'Run “{{name}}” on {{machine}} succeeded.',
    RUN_FAILED: 'Run “{{name}}” on {{machine}} failed.',
    RUN_LOST: 'Run “{{name}}” on {{machine}} was lost.',
    RUN_COMPLAINT: 'Run “{{name}}” on {{machine}}: {{complaint}}',
    RUN_DAMAGED_ON_BOX:
      'A run ({{runId}}) on {{machine}} cannot be shown: {{why}}. Its files are left as they are.',
  },
  'zh-CN': {
    TASK_INVALID: '任务文件无法运行：第 {{line}} 行：{{what}}',
    TASK_UNSUPPORTED: '任务文件暂时无法在此运行：第 {{line}} 行：{{what}}',
    WORKDIR_MISSING: '任务的 workdir {{directory}} 在本机上不是目录。请修改“workdir”或创建该目录。',
    MOUNT_MISSING: '任务的 file_mounts 中的 {{source}} 在本机上不存在。请修改路径或创建它。',
    RUN_NO_SUCH_ACCELERATOR:
      '此任务无法在 {{machine}} 上启动：{{why}}。请选择其他机器，或修改“accelerators”。',
    RUN_ACCELERATORS_TAKEN: '任务“{{name}}”已先占用了同样的加速器。',
    RUN_SECRETS_LOST:
      '此任务没有启动：它的密钥（{{names}}）只保存在内存中，而 Trainyard 在任务开始前重启了。请重新启动任务并再次提供密钥。',
    RUN_SECRETS_NEEDED: '此任务需要 Trainyard 不保存的密钥：{{names}}。请在启动或重启时提供。',
    RUN_NOT_ENDED: '任务“{{name}}”尚未结束。请先停止它。',
    RUN_CLAIMED: '任务“{{name}}”正在迁移或恢复。请等待其结束，或取消它。',
    RUN_UNREADABLE:
      '无法判断任务“{{name}}”是否仍在进行：它在机器上的文件无法读取（{{why}}）。请让这些文件可读。',
    MACHINE_DRAINING: '{{machine}} 不再接收新任务：正在腾空。请选择其他机器，或重新允许它接收任务。',
    MACHINE_FULL: '{{machine}} 目前没有空位：{{why}}。请等待，或选择其他机器。',
    RUN_ATTEMPT_UNKNOWN: '此任务没有第 {{epoch}} 次尝试。',
    LOG_OUT_OF_SIGHT: '这部分日志在 {{machine}} 上，该机器未连接，本机也没有保存。请连接后继续查看。',
    TEMPLATES_DAMAGED: '无法读取内置模板。请重新安装 Trainyard，或自己编写任务文件。',
    RUN_SUCCEEDED: '{{machine}} 上的任务“{{name}}”已成功。',
    RUN_FAILED: '{{machine}} 上的任务“{{name}}”失败了。',
    RUN_LOST: '{{machine}} 上的任务“{{name}}”已丢失。',
    RUN_COMPLAINT: '{{machine}} 上的任务“{{name}}”：{{complaint}}',
    RUN_DAMAGED_ON_BOX: '无法显示 {{machine}} 上的任务（{{runId}}）：{{why}}。其文件保持原样。',
  },
};
