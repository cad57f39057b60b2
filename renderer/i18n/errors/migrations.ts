/** Errors of moves, what they wait for, and how they ended. */
export default {
  en: {
    MOVE_UNKNOWN: 'There is no such move.',
    MOVE_UNDER_WAY: 'Run “{{name}}” is being moved already.',
    MOVE_SAME_MACHINE: 'Run “{{name}}” is on {{machine}} already.',
    MOVE_NOT_RUNNING:
      'Run “{{name}}” is not running. Only a run that is alive can be moved; restart it on the other machine instead.',
    MOVE_REFUSED: 'Run “{{name}}” was not moved: {{why}} {{remedy}}',
    MOVE_KILLED_AT_ONCE: 'it ended at once ({{signal}})',
    MOVE_ENDED_AT_ONCE: 'it ended at once (exit code {{exitCode}})',
    MOVE_PAST_CANCEL: 'This move cannot be cancelled any more: it is over, or already going back.',
    MOVE_CANCELLED: 'The move was cancelled by {{who}}.',
    MOVE_RUN_STOPPED: 'Run “{{name}}” was stopped by its user while it was being moved.',
    MOVE_RUN_ENDED: 'Run “{{name}}” ended by itself while it was being moved: there is nothing left to move.',
    MOVE_SECRETS_LOST:
      'Run “{{name}}” needs secrets that Trainyard does not have any more: {{names}}. Move it again and give them.',
    MOVE_NO_NEW_CHECKPOINT:
      'Run “{{name}}” has saved no new checkpoint within {{minutes}} min, so it was left where it is. Look into its log, or move it from its last checkpoint.',
    MOVE_NO_CHECKPOINT: 'Run “{{name}}” has no complete checkpoint to go on from.',
    MOVE_NO_CHECKPOINTS:
      'Run “{{name}}” does not say where its checkpoints are. Add “checkpoint: path:” to its task file.',
    MOVE_CANNOT_ASK:
      'Run “{{name}}” does not say how to ask it for a checkpoint. Add “checkpoint: request:” to its task file, or move it from its next checkpoint.',
    MOVE_NOT_VERIFIED:
      'The checkpoint on {{machine}} is not the one that was sent, though it was sent again. Its disk or memory may be failing.',
    MOVE_STARTED_ELSEWHERE:
      'Run “{{name}}” was started again on {{machine}} by somebody else while it was being moved.',
    MOVE_OVERTAKEN:
      'Run “{{name}}” has gone on to {{machine}} already: this computer’s record of the move is older than that.',
    MOVE_DIED_THERE: 'Run “{{name}}” ended on {{machine}} before it trained there: {{how}}.',
    MOVE_NOT_RESUMED:
      'Run “{{name}}” began at step {{step}} on {{machine}} instead of going on from step {{wanted}}. Say in its task file how it resumes (“checkpoint: resume:”).',
    MOVE_NOT_CONFIRMED: 'Run “{{name}}” was started on {{machine}} but was not seen to train there.',
    MOVE_NOT_BACK:
      'Run “{{name}}” could not be started again on {{machine}}: {{why}}. Everything of it is kept there; restart it when that is mended.',
    MOVE_STEP_TIMED_OUT: 'No answer within {{seconds}} s.',
    MOVE_DONE: 'Run “{{name}}” was moved from {{from}} to {{to}}. It stood still for {{seconds}} s.',
    MOVE_DONE_STEPS_UNKNOWN:
      'Run “{{name}}” was moved from {{from}} to {{to}} and stood still for {{seconds}} s. It prints no steps, so that it is alive there is all that was seen of its training.',
    MOVE_ROLLED_BACK: 'Run “{{name}}” was not moved to {{to}}: {{why}}',
    MOVE_ROLLED_BACK_STOPPED:
      'Run “{{name}}” was not moved to {{to}} and does not run on {{from}} either: {{why}}',
    MOVE_WAITS: 'Waiting: {{why}}',
    MOVE_WAITS_FOR_CHECKPOINT: 'Waiting for its next checkpoint.',
    MOVE_WAITS_FOR_SOURCE:
      '{{machine}} is out of sight: waiting until it is seen, or until the run has stopped itself.',
    MOVE_WAITS_FOR_DESTINATION:
      '{{machine}} is out of sight: waiting until nothing can train there any more.',
    MOVE_WAITS_TO_CONFIRM:
      '{{machine}} is out of sight: unless it is seen again in time, the run there stops itself and goes on on {{from}}.',
    MOVE_LEFT_UNKNOWN:
      'The machine did not answer what moves have left on it; its shell may be restricted to certain commands.',
    MOVE_LEFT_GONE: 'None of it is there any more.',
    MOVE_LEFT_KEPT: 'What run “{{name}}” has left on {{machine}} was not removed: {{why}}',
    LEFT_IN_USE: 'Run “{{name}}” is there.',
    LEFT_MOVING: 'Run “{{name}}” is being moved or recovered.',
    LEFT_NOT_BROUGHT:
      'The machine was out of sight when run “{{name}}” went on on {{machine}}: what it wrote last is nowhere else.',
    LEFT_ONLY_CHECKPOINT: 'Its checkpoint {{path}} is nowhere else.',
    LEFT_BUSY: 'It was written to within the last ten minutes: a copy may be under way.',
    LEFT_HELD: 'A copy between two machines uses it now; it ends by itself.',
    LEFT_NOT_SEEN: 'Not looked at: {{why}}',
    MOVE_BRINGS_BACK: 'It has trained on {{machine}} up to step {{step}}, which is brought back.',
  },
  'zh-CN': {
    MOVE_UNKNOWN: '没有这次迁移。',
    MOVE_UNDER_WAY: '任务“{{name}}”已经在迁移中。',
    MOVE_SAME_MACHINE: '任务“{{name}}”已经在 {{machine}} 上。',
    MOVE_NOT_RUNNING: '任务“{{name}}”没有在运行。只有运行中的任务才能迁移；请改为在另一台机器上重新启动它。',
    MOVE_REFUSED: '任务“{{name}}”没有迁移：{{why}}{{remedy}}',
    MOVE_KILLED_AT_ONCE: '它立即结束（{{signal}}）',
    MOVE_ENDED_AT_ONCE: '它立即结束（退出代码 {{exitCode}}）',
    MOVE_PAST_CANCEL: '这次迁移已无法取消：它已经结束，或正在退回。',
    MOVE_CANCELLED: '迁移已由 {{who}} 取消。',
    MOVE_RUN_STOPPED: '任务“{{name}}”在迁移过程中被用户停止。',
    MOVE_RUN_ENDED: '任务“{{name}}”在迁移过程中自行结束：没有可迁移的内容了。',
    MOVE_SECRETS_LOST: '任务“{{name}}”需要 Trainyard 已不再持有的密钥：{{names}}。请重新迁移并提供它们。',
    MOVE_NO_NEW_CHECKPOINT:
      '任务“{{name}}”在 {{minutes}} 分钟内没有保存新的检查点，因此留在原处。请查看其日志，或从最后一个检查点迁移。',
    MOVE_NO_CHECKPOINT: '任务“{{name}}”没有可以继续的完整检查点。',
    MOVE_NO_CHECKPOINTS: '任务“{{name}}”没有说明检查点在哪里。请在任务文件中添加“checkpoint: path:”。',
    MOVE_CANNOT_ASK:
      '任务“{{name}}”没有说明如何请求检查点。请在任务文件中添加“checkpoint: request:”，或从它的下一个检查点迁移。',
    MOVE_NOT_VERIFIED: '{{machine}} 上的检查点与所发送的不一致，重发后仍然如此。它的磁盘或内存可能有故障。',
    MOVE_STARTED_ELSEWHERE: '任务“{{name}}”在迁移过程中被他人在 {{machine}} 上重新启动。',
    MOVE_OVERTAKEN: '任务“{{name}}”已经转到 {{machine}} 继续运行：本机的迁移记录早于此。',
    MOVE_DIED_THERE: '任务“{{name}}”在 {{machine}} 上开始训练之前就结束了：{{how}}。',
    MOVE_NOT_RESUMED:
      '任务“{{name}}”在 {{machine}} 上从第 {{step}} 步开始，而不是从第 {{wanted}} 步继续。请在任务文件中说明它如何恢复（“checkpoint: resume:”）。',
    MOVE_NOT_CONFIRMED: '任务“{{name}}”已在 {{machine}} 上启动，但没有看到它在那里训练。',
    MOVE_NOT_BACK:
      '任务“{{name}}”无法在 {{machine}} 上重新启动：{{why}}。它的全部内容都保留在那里；修复后请重新启动。',
    MOVE_STEP_TIMED_OUT: '{{seconds}} 秒内没有回答。',
    MOVE_DONE: '任务“{{name}}”已从 {{from}} 迁移到 {{to}}，停顿了 {{seconds}} 秒。',
    MOVE_DONE_STEPS_UNKNOWN:
      '任务“{{name}}”已从 {{from}} 迁移到 {{to}}，停顿了 {{seconds}} 秒。它不打印步数，因此只看到它在那里存活。',
    MOVE_ROLLED_BACK: '任务“{{name}}”没有迁移到 {{to}}：{{why}}',
    MOVE_ROLLED_BACK_STOPPED: '任务“{{name}}”没有迁移到 {{to}}，在 {{from}} 上也没有运行：{{why}}',
    MOVE_WAITS: '等待中：{{why}}',
    MOVE_WAITS_FOR_CHECKPOINT: '正在等待它的下一个检查点。',
    MOVE_WAITS_FOR_SOURCE: '看不到 {{machine}}：等待它重新可见，或等待任务自行停止。',
    MOVE_WAITS_FOR_DESTINATION: '看不到 {{machine}}：等待那里不再可能有任何训练。',
    MOVE_WAITS_TO_CONFIRM:
      '看不到 {{machine}}：如果没有及时恢复，那里的任务会自行停止，并在 {{from}} 上继续。',
    MOVE_LEFT_UNKNOWN: '这台机器没有回答迁移在它上面留下了什么；它的 shell 可能只允许某些命令。',
    MOVE_LEFT_GONE: '这些都已经不在了。',
    MOVE_LEFT_KEPT: '任务“{{name}}”留在 {{machine}} 上的内容没有删除：{{why}}',
    LEFT_IN_USE: '任务“{{name}}”就在那里。',
    LEFT_MOVING: '任务“{{name}}”正在迁移或恢复。',
    LEFT_NOT_BROUGHT: '任务“{{name}}”在 {{machine}} 上继续时看不到这台机器：它最后写下的内容别处没有。',
    LEFT_ONLY_CHECKPOINT: '它的检查点 {{path}} 别处没有。',
    LEFT_BUSY: '最近十分钟内还有写入：可能正在复制。',
    LEFT_HELD: '两台机器之间的复制正在使用它；它会自行结束。',
    LEFT_NOT_SEEN: '没有查看：{{why}}',
    MOVE_BRINGS_BACK: '它在 {{machine}} 上训练到了第 {{step}} 步，正在把该检查点带回。',
  },
};
