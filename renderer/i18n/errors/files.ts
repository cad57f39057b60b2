export default {
  en: {
    SNAPSHOT_NOT_A_DIRECTORY: "{{path}} is not a directory that can be read. Correct the task's workdir.",
    SNAPSHOT_SOURCE_MISSING: "{{path}} does not exist or cannot be read. Correct the task's file_mounts.",
    SNAPSHOT_UNREADABLE: '{{path}} cannot be read. Make it readable, or list it in .gitignore or .skyignore.',
    SNAPSHOT_NAME_INVALID:
      'The name of a file in {{path}} is not valid UTF-8. Rename it, or list it in .gitignore or .skyignore.',
    SNAPSHOT_FILE_CHANGING: '{{path}} kept changing while it was read. Try again when it is at rest.',
    SNAPSHOT_TOO_LARGE:
      '{{path}} has more than {{most}} files. Choose a smaller workdir, or list what is not code in .skyignore.',
    SNAPSHOT_UNKNOWN: 'This code snapshot is no longer kept on this computer. Launch the run anew.',
    DISK_FULL_HERE: 'The disk of this computer is full: {{neededMiB}} MiB are needed for a code snapshot.',
    BOX_DISK_FULL_FOR_CODE:
      "The machine's disk is full: the code needs {{neededMiB}} MiB and {{freeMiB}} MiB are free. Free some space there and launch again.",
    BOX_CANNOT_WRITE_CODE: 'The code could not be written on the machine. The details say what it answered.',
    SYNC_DESTINATION_EXISTS:
      '{{path}} exists on the machine already and holds something else; nothing was changed there.',
    BOX_TOOL_MISSING: 'The machine has no {{tool}}, which bringing code there needs.',
    SYNC_DAMAGED: 'The code arrived damaged on the machine: its hash differs. Try again.',
    SYNC_STALLED:
      'Nothing could be sent to the machine for {{seconds}} seconds. What has arrived is kept for the next try.',
  },
  'zh-CN': {
    SNAPSHOT_NOT_A_DIRECTORY: '{{path}} 不是可读取的目录。请修正任务的 workdir。',
    SNAPSHOT_SOURCE_MISSING: '{{path}} 不存在或无法读取。请修正任务的 file_mounts。',
    SNAPSHOT_UNREADABLE: '无法读取 {{path}}。请修改其权限，或将其写入 .gitignore 或 .skyignore。',
    SNAPSHOT_NAME_INVALID:
      '{{path}} 中有文件名不是有效的 UTF-8。请重命名，或将其写入 .gitignore 或 .skyignore。',
    SNAPSHOT_FILE_CHANGING: '读取 {{path}} 时它一直在变化。请待其稳定后重试。',
    SNAPSHOT_TOO_LARGE:
      '{{path}} 中的文件超过 {{most}} 个。请选择更小的 workdir，或在 .skyignore 中列出非代码内容。',
    SNAPSHOT_UNKNOWN: '本机已不再保存该代码快照。请重新启动运行。',
    DISK_FULL_HERE: '本机磁盘已满：代码快照需要 {{neededMiB}} MiB。',
    BOX_DISK_FULL_FOR_CODE:
      '机器磁盘已满：代码需要 {{neededMiB}} MiB，仅剩 {{freeMiB}} MiB。请在该机器上腾出空间后重新启动。',
    BOX_CANNOT_WRITE_CODE: '无法在机器上写入代码。详情中有机器的答复。',
    SYNC_DESTINATION_EXISTS: '机器上已存在 {{path}}，且内容不同；未作任何更改。',
    BOX_TOOL_MISSING: '机器上缺少 {{tool}}，同步代码需要它。',
    SYNC_DAMAGED: '代码传到机器后哈希不符，已损坏。请重试。',
    SYNC_STALLED: '已有 {{seconds}} 秒无法向机器发送数据。已送达的部分会保留到下次重试。',
  },
};
