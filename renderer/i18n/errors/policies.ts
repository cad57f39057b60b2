/** What recovery, evacuation and rebalancing say: refusals, news and reasons. */
export default {
  en: {
    RECOVERY_HOST_CONNECTED:
      '{{machine}} answers: it is not lost. Disconnect it and make sure that it is gone before its runs are started elsewhere.',
    RECOVERY_HOST_HERE: 'This computer cannot be given up as lost.',
    RECOVERY_NO_PLACE:
      'Run “{{name}}” was not started again: no machine that its policy allows can take it ({{why}}).',
    TIMED_OUT: 'There was no answer in time.',
    RECOVERY_WAITS: 'The restart waits: {{why}}.',
    RECOVERY_OVER:
      'This restart is no longer open: the run was restarted, or the proposal was answered before.',
    RECOVERY_RESTARTED: 'Run “{{name}}” was lost ({{cause}}) and goes on on {{machine}}.',
    RECOVERY_RESTARTED_FROM_STEP:
      'Run “{{name}}” was lost ({{cause}}) and goes on on {{machine}} from step {{step}}.',
    RECOVERY_GAVE_UP:
      'Run “{{name}}” on {{machine}} was restarted {{restarts}} times without progress and is not restarted any more. Probable cause: {{guess}}. {{line}}',
    RECOVERY_HOPELESS:
      'Run “{{name}}” on {{machine}} ended and is not restarted, because it would end the same way again. Probable cause: {{guess}}. {{line}}',
    RECOVERY_FAILED: 'Run “{{name}}” could not be restarted: {{why}}',
    RECOVERY_ASKS: 'Run “{{name}}” on {{machine}} was lost ({{cause}}). Restart it?',
    RECOVERY_ASKS_FROM_STEP:
      'Run “{{name}}” on {{machine}} was lost ({{cause}}). Restart it from step {{step}}?',
    RECOVERY_STARTS_OVER:
      'All checkpoints of run “{{name}}” were on {{host}}, which is lost; no verified backup of them lies elsewhere. Starting it again on {{machine}} loses its {{step}} steps.',
    RECOVERY_STALE_STOPPED:
      '{{machine}}, which was given up, is back: run “{{name}}” was still training there and was stopped. It goes on on {{newest}}.',
    PROPOSAL_UNKNOWN: 'This proposal is not there any more.',
    PROPOSAL_ANSWERED: 'This proposal is {{state}} already.',
    EVACUATION_UNKNOWN: 'This evacuation is not there any more.',
    EVACUATION_NO_ROOM: 'No other machine has room for it now: {{why}}.',
    EVACUATION_REFUSED: 'It cannot be moved to {{machine}}: {{why}}',
    EVACUATION_MOVING: 'It is being moved already.',
    EVACUATION_WENT_BACK: 'Its move did not succeed, and it goes on here: {{why}}',
    EVACUATION_CANCELLED: 'The evacuation was cancelled before its turn came.',
    EVACUATION_OF: '{{machine}} is being emptied.',
    EVACUATION_DONE: '{{machine}} is empty: {{moved}} runs were moved.',
    EVACUATION_INCOMPLETE: '{{machine}} was drained: {{moved}} runs were moved, {{stays}} stay there.',
    REBALANCE_PROPOSED: '{{why}} Run “{{name}}” could go to {{to}}.',
    REBALANCE_GPU_FAILING: 'A GPU of run “{{run}}” on {{machine}} is failing: {{fault}}.',
    REBALANCE_GPU_CROWDED: 'A GPU of run “{{run}}” on {{machine}} is shared with others and nearly full.',
    REBALANCE_WINDOW_CLOSING: 'The time in which runs may be on {{machine}} ends in {{minutes}} min.',
    REBALANCE_WINDOW_CLOSED: 'The time in which runs may be on {{machine}} is over.',
    REBALANCE_OVERLOADED:
      '{{machine}} has been overloaded for minutes: {{load}} per processor, the limit is {{limit}}.',
    REBALANCE_BETTER_PLACE: '{{to}}, a machine that you prefer to {{machine}}, is free.',
  },
  'zh-CN': {
    RECOVERY_HOST_CONNECTED:
      '{{machine}} 有响应，并未丢失。请先断开连接并确认它已不可用，再在别处启动其任务。',
    RECOVERY_HOST_HERE: '不能将本机视为丢失。',
    RECOVERY_NO_PLACE: '任务“{{name}}”未能重新启动：其策略允许的机器都无法接收它（{{why}}）。',
    TIMED_OUT: '没有及时收到回答。',
    RECOVERY_WAITS: '重新启动正在等待：{{why}}。',
    RECOVERY_OVER: '此重新启动已不再待定：任务已重新启动，或该建议已被答复。',
    RECOVERY_RESTARTED: '任务“{{name}}”中断（{{cause}}），已在 {{machine}} 上继续。',
    RECOVERY_RESTARTED_FROM_STEP:
      '任务“{{name}}”中断（{{cause}}），已在 {{machine}} 上从第 {{step}} 步继续。',
    RECOVERY_GAVE_UP:
      '{{machine}} 上的任务“{{name}}”已重新启动 {{restarts}} 次而没有进展，不再重新启动。可能原因：{{guess}}。{{line}}',
    RECOVERY_HOPELESS:
      '{{machine}} 上的任务“{{name}}”已结束且不再重新启动，因为它会以同样的方式再次结束。可能原因：{{guess}}。{{line}}',
    RECOVERY_FAILED: '任务“{{name}}”无法重新启动：{{why}}',
    RECOVERY_ASKS: '{{machine}} 上的任务“{{name}}”中断（{{cause}}）。要重新启动吗？',
    RECOVERY_ASKS_FROM_STEP:
      '{{machine}} 上的任务“{{name}}”中断（{{cause}}）。要从第 {{step}} 步重新启动吗？',
    RECOVERY_STARTS_OVER:
      '任务“{{name}}”的所有检查点都在已丢失的 {{host}} 上，别处没有经过校验的备份。在 {{machine}} 上重新启动将失去已完成的 {{step}} 步。',
    RECOVERY_STALE_STOPPED:
      '曾被视为丢失的 {{machine}} 已恢复：任务“{{name}}”仍在其上训练，现已停止。它在 {{newest}} 上继续。',
    PROPOSAL_UNKNOWN: '该建议已不存在。',
    PROPOSAL_ANSWERED: '该建议已处理（{{state}}）。',
    EVACUATION_UNKNOWN: '该撤离已不存在。',
    EVACUATION_NO_ROOM: '目前没有其他机器能容纳它：{{why}}。',
    EVACUATION_REFUSED: '无法将其迁移到 {{machine}}：{{why}}',
    EVACUATION_MOVING: '它已在迁移中。',
    EVACUATION_WENT_BACK: '迁移未成功，它在此处继续：{{why}}',
    EVACUATION_CANCELLED: '在轮到它之前，撤离已取消。',
    EVACUATION_OF: '正在清空 {{machine}}。',
    EVACUATION_DONE: '{{machine}} 已清空：迁移了 {{moved}} 个任务。',
    EVACUATION_INCOMPLETE: '{{machine}} 已停止接收任务：迁移了 {{moved}} 个任务，{{stays}} 个留在原处。',
    REBALANCE_PROPOSED: '{{why}} 任务“{{name}}”可以迁移到 {{to}}。',
    REBALANCE_GPU_FAILING: '{{machine}} 上任务“{{run}}”的一块 GPU 出现故障：{{fault}}。',
    REBALANCE_GPU_CROWDED: '{{machine}} 上任务“{{run}}”的一块 GPU 被他人共用且几乎已满。',
    REBALANCE_WINDOW_CLOSING: '{{machine}} 上允许运行任务的时间将在 {{minutes}} 分钟后结束。',
    REBALANCE_WINDOW_CLOSED: '{{machine}} 上允许运行任务的时间已结束。',
    REBALANCE_OVERLOADED: '{{machine}} 已过载数分钟：每个处理器 {{load}}，上限为 {{limit}}。',
    REBALANCE_BETTER_PLACE: '您更偏好的机器 {{to}}（相对于 {{machine}}）有空闲。',
  },
};
