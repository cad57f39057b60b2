export default {
  en: {
    BACKUP_UNKNOWN: 'There is no such backup.',
    BACKUP_NO_TARGET: 'It is not said where run "{{name}}" is to be kept: name a machine, or set its policy.',
    BACKUP_SAME_MACHINE:
      'The run is on {{machine}} itself: what is lost with that machine would take the backup along. Choose another.',
    BACKUP_NOTHING_TO_KEEP:
      'Run "{{name}}" has no complete checkpoint yet, and its policy names no other files.',
    BACKUP_OVERWRITTEN_IN_PLACE:
      'The checkpoint of run "{{name}}" is overwritten in place: it can be kept once the run has stopped.',
    BACKUP_RUN_CLAIMED: 'Run "{{name}}" is being moved or started again; it is kept after that.',
    BACKUP_NEVER_STARTED: 'Run "{{name}}" has not started on any machine yet.',
    BACKUP_ROTATED_AWAY:
      'Run "{{name}}" removed its checkpoints faster than they could be copied, again and again.',
    BACKUP_DAMAGED: '"{{path}}" in this backup is missing or is not what was copied.',
    BACKUP_NOT_VERIFIED: 'This backup is not whole, so nothing can be restored from it.',
    BACKUP_RUN_LIVE: 'Run "{{name}}" has not ended. Stop it before you restore a backup of it.',
    BACKUP_UNREADABLE: 'The description of this backup cannot be read on its machine.',
    BACKUP_CANNOT_WRITE: 'The backup could not be written on {{machine}}.',
    BACKUP_CODE_MISSING:
      'The code of run "{{name}}" is neither on this computer nor in the backup, so it cannot be started.',
    BACKUP_UNDER_WAY: 'This backup is being made: cancel it first.',
  },
  'zh-CN': {
    BACKUP_UNKNOWN: '没有这个备份。',
    BACKUP_NO_TARGET: '没有指定运行“{{name}}”的备份位置：请指定机器或设置其策略。',
    BACKUP_SAME_MACHINE: '该运行就在 {{machine}} 上：机器丢失时备份也会一起丢失。请选择另一台。',
    BACKUP_NOTHING_TO_KEEP: '运行“{{name}}”还没有完整的检查点，其策略也没有指定其他文件。',
    BACKUP_OVERWRITTEN_IN_PLACE: '运行“{{name}}”的检查点会原地覆盖：停止运行后才能备份。',
    BACKUP_RUN_CLAIMED: '运行“{{name}}”正在迁移或重新启动；之后再备份。',
    BACKUP_NEVER_STARTED: '运行“{{name}}”还没有在任何机器上启动。',
    BACKUP_ROTATED_AWAY: '运行“{{name}}”多次在复制完成之前就删除了检查点。',
    BACKUP_DAMAGED: '此备份中的“{{path}}”缺失或与复制时不同。',
    BACKUP_NOT_VERIFIED: '此备份不完整，无法从中恢复。',
    BACKUP_RUN_LIVE: '运行“{{name}}”尚未结束。请先停止它，再从备份恢复。',
    BACKUP_UNREADABLE: '无法在机器上读取此备份的说明文件。',
    BACKUP_CANNOT_WRITE: '无法在 {{machine}} 上写入备份。',
    BACKUP_CODE_MISSING: '运行“{{name}}”的代码既不在本机，也不在备份中，因此无法启动。',
    BACKUP_UNDER_WAY: '正在创建此备份：请先取消。',
  },
};
