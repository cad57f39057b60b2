export default {
  en: {
    COPY_NO_PATH: 'There is no way to copy from {{from}} to {{to}}: {{why}}',
    COPY_SOURCE_MISSING: 'There is no {{path}} on {{machine}}. Check the path.',
    COPY_SOURCE_UNREADABLE:
      'Something that is to be copied cannot be read on {{machine}}. The details have what the system there said.',
    COPY_SOURCE_CHANGING:
      '{{path}} goes on changing while it is copied. Copy it when nothing writes to it any more.',
    COPY_DISK_FULL:
      'The disk (or your quota) on {{machine}} is full: {{neededMiB}} MiB are needed, {{freeMiB}} MiB are free. Free some space there and copy again.',
    COPY_CANNOT_WRITE:
      'Nothing can be written to that place on {{machine}}. The details have what the system there said.',
    COPY_TOOL_MISSING: '{{machine}} has no {{tool}}, which copying needs.',
    COPY_DAMAGED:
      '{{path}} arrived damaged again and again, and was not put in its place. A disk or the memory of one of the machines may be failing.',
    COPY_STALLED: 'Nothing arrived for {{seconds}} s. What is there is kept for the next try.',
    COPY_INTERRUPTED:
      'The connection broke while copying and did not come back. Copy again: it goes on where it was.',
    COPY_LINK_LOST: 'The connection between the two machines broke.',
    COPY_IN_THE_WAY:
      'On {{machine}} there is something of another kind (a folder where a file is to be, or the reverse) at {{path}}. Remove it, or copy as a mirror.',
    COPY_PATH_OUTSIDE: '{{path}} leads out of what is copied.',
    COPY_BUSY: 'The same is being copied to {{path}} already. Wait for it, or cancel it.',
    COPY_ANSWER_INVALID:
      '{{machine}} gave an answer that makes no sense. Something there may replace what programs print.',
    COPY_DIRECT_REFUSED: 'The machines cannot reach each other: {{line}}',
    COPY_KEY_LIMITS:
      'The SSH server of {{machine}} ({{software}}) cannot limit a key to one command from one address, which takes OpenSSH 7.2 or newer.',
    COPY_NO_HOST_KEY:
      'No host key of {{machine}} is known on this computer, so another machine could not tell that it is the right one.',
    COPY_NO_SSH_SERVER: '{{machine}} is this computer, which other machines do not connect to.',
    COPY_BUCKET_LATER: 'No site of yours holds objects yet.',
    COPY_KEY_REMAINS: 'A single-use key of Trainyard’s could not be removed from {{machine}}.',
    COPY_APP_ENDED: 'Trainyard ended while this was copied. Copy again: it goes on where it was.',
    COPY_UNKNOWN: 'There is no such copy.',
  },
  'zh-CN': {
    COPY_NO_PATH: '无法从 {{from}} 复制到 {{to}}：{{why}}',
    COPY_SOURCE_MISSING: '{{machine}} 上没有 {{path}}。请检查路径。',
    COPY_SOURCE_UNREADABLE: '{{machine}} 上有要复制的内容无法读取。详情中有系统给出的说明。',
    COPY_SOURCE_CHANGING: '{{path}} 在复制时一直在变化。请在没有程序写入它时再复制。',
    COPY_DISK_FULL:
      '{{machine}} 的磁盘（或您的配额）已满：需要 {{neededMiB}} MiB，剩余 {{freeMiB}} MiB。请腾出空间后重新复制。',
    COPY_CANNOT_WRITE: '{{machine}} 上的该位置无法写入。详情中有系统给出的说明。',
    COPY_TOOL_MISSING: '{{machine}} 没有复制所需的 {{tool}}。',
    COPY_DAMAGED: '{{path}} 多次到达时已损坏，没有放到目标位置。其中一台机器的磁盘或内存可能有故障。',
    COPY_STALLED: '已有 {{seconds}} 秒没有数据到达。已到达的部分会保留到下次。',
    COPY_INTERRUPTED: '复制时连接中断且未恢复。请重新复制：会从中断处继续。',
    COPY_LINK_LOST: '两台机器之间的连接中断了。',
    COPY_IN_THE_WAY:
      '{{machine}} 上的 {{path}} 是另一种东西（应为文件处是文件夹，或相反）。请将其移除，或以镜像方式复制。',
    COPY_PATH_OUTSIDE: '{{path}} 超出了要复制的范围。',
    COPY_BUSY: '相同内容正在复制到 {{path}}。请等待，或将其取消。',
    COPY_ANSWER_INVALID: '{{machine}} 的回答无法理解。那里可能有程序改变了输出。',
    COPY_DIRECT_REFUSED: '两台机器无法互相连接：{{line}}',
    COPY_KEY_LIMITS:
      '{{machine}} 的 SSH 服务器（{{software}}）无法把密钥限制为来自一个地址的一条命令，这需要 OpenSSH 7.2 或更新的版本。',
    COPY_NO_HOST_KEY: '本机不知道 {{machine}} 的主机密钥，因此另一台机器无法确认它的身份。',
    COPY_NO_SSH_SERVER: '{{machine}} 是本机，其他机器不会连接到它。',
    COPY_BUCKET_LATER: '您的站点中还没有对象存储。',
    COPY_KEY_REMAINS: '无法从 {{machine}} 移除 Trainyard 的一次性密钥。',
    COPY_APP_ENDED: 'Trainyard 在复制时结束了。请重新复制：会从中断处继续。',
    COPY_UNKNOWN: '没有这个复制任务。',
  },
};
