export default {
  en: {
    FILE_PATH_INVALID: '"{{path}}" is no path: it begins with / or ~/ and holds no NUL.',
    FILE_NOT_FOUND: 'There is no {{path}} on {{machine}}.',
    FILE_DENIED:
      '{{path}} on {{machine}} may not be read or changed by the account that Trainyard uses there.',
    FILE_NOT_A_DIRECTORY: '{{path}} on {{machine}} is not a folder.',
    FILE_IS_A_DIRECTORY: '{{path}} on {{machine}} is a folder.',
    FILE_NOT_REGULAR: '{{path}} on {{machine}} is a device, a pipe or a socket, which is not opened here.',
    FILE_LINK_LOOP: '{{path}} on {{machine}} is a link that leads to itself.',
    FILE_EXISTS: 'There is something called {{path}} on {{machine}} already.',
    FILE_CHANGED:
      '{{path}} on {{machine}} is not as it was any more: somebody or something has written to it meanwhile.',
    FILE_DISK_FULL:
      'The disk (or your quota) on {{machine}} is full: {{freeMiB}} MiB are free. What was there before is unchanged.',
    FILE_SYSTEM_READ_ONLY: 'The file system that {{path}} lies on is mounted read-only on {{machine}}.',
    FILE_CANNOT_WRITE:
      '{{path}} cannot be changed on {{machine}}. The details have what the system there said.',
    FILE_UNREADABLE: '{{path}} cannot be read on {{machine}}. The details have what the system there said.',
    FILE_PROTECTED: '{{path}} on {{machine}} is not removed or renamed from here: {{why}}.',
    FILE_TOOL_MISSING: '{{machine}} has no {{tool}}, which looking at files needs.',
    FILE_CUT_SHORT:
      'Not everything arrived on {{machine}}: the connection broke. Nothing was changed there; try again.',
    FILE_ANSWER_INVALID:
      '{{machine}} gave an answer that makes no sense. Something there may replace what programs print.',
    FILE_DIRECTORY_TOO_LARGE:
      '{{path}} on {{machine}} holds more than can be shown. Look for a name in it instead.',
    FILE_DOWNLOAD_DAMAGED: '{{path}} arrived from {{machine}} other than it is there. Take it again.',
    FILE_UPLOAD_DAMAGED:
      '{{path}} arrived damaged on {{machine}} and was not put in its place. Send it again.',
    FILE_UPLOAD_LENGTH:
      '{{path}} was said to have {{bytes}} bytes, and {{got}} came: it was changed while it was read. Send it again.',
    FILE_UPLOAD_STALLED:
      '{{machine}} took nothing for {{seconds}} s. What has arrived is kept for the next try.',
    FILE_DOWNLOAD_STALLED:
      '{{machine}} sent nothing for {{seconds}} s. Take the file again: it goes on where it was.',
    CLIENT_GONE: 'The page, or the connection to it, is gone.',
    PREVIEW_DAMAGED: 'This file ({{format}}) is damaged, or not what its name says: it {{what}}.',
    PREVIEW_TOO_LARGE:
      'This file ({{format}}) is too large to be shown here: up to {{limitMiB}} MiB are read. Download it to look at it.',
    LISTING_GONE: 'This list of a folder is no longer kept. List it anew.',
    CODE_GONE:
      'The code cannot be compared: the run had none, or its snapshot or its directory is not there any more.',
  },
  'zh-CN': {
    FILE_PATH_INVALID: '“{{path}}”不是路径：路径应以 / 或 ~/ 开头，且不含 NUL。',
    FILE_NOT_FOUND: '{{machine}} 上没有 {{path}}。',
    FILE_DENIED: 'Trainyard 在 {{machine}} 上使用的账户无权读取或更改 {{path}}。',
    FILE_NOT_A_DIRECTORY: '{{machine}} 上的 {{path}} 不是文件夹。',
    FILE_IS_A_DIRECTORY: '{{machine}} 上的 {{path}} 是文件夹。',
    FILE_NOT_REGULAR: '{{machine}} 上的 {{path}} 是设备、管道或套接字，不会在此打开。',
    FILE_LINK_LOOP: '{{machine}} 上的 {{path}} 是指向自身的链接。',
    FILE_EXISTS: '{{machine}} 上已有名为 {{path}} 的内容。',
    FILE_CHANGED: '{{machine}} 上的 {{path}} 已不是原来的样子：期间有人或程序写入了它。',
    FILE_DISK_FULL: '{{machine}} 的磁盘（或您的配额）已满：剩余 {{freeMiB}} MiB。原有内容未变。',
    FILE_SYSTEM_READ_ONLY: '{{path}} 所在的文件系统在 {{machine}} 上以只读方式挂载。',
    FILE_CANNOT_WRITE: '无法更改 {{machine}} 上的 {{path}}。详情中有系统给出的说明。',
    FILE_UNREADABLE: '无法读取 {{machine}} 上的 {{path}}。详情中有系统给出的说明。',
    FILE_PROTECTED:
      '{{machine}} 上的 {{path}} 不能在此删除或重命名（{{why}}）：它是系统目录、主目录、挂载点，或有运行中的任务正在使用它。',
    FILE_TOOL_MISSING: '{{machine}} 没有查看文件所需的 {{tool}}。',
    FILE_CUT_SHORT: '内容没有全部到达 {{machine}}：连接中断了。那里没有任何更改；请重试。',
    FILE_ANSWER_INVALID: '{{machine}} 的回答无法理解。那里可能有程序改变了输出。',
    FILE_DIRECTORY_TOO_LARGE: '{{machine}} 上的 {{path}} 内容过多，无法显示。请改为按名称查找。',
    FILE_DOWNLOAD_DAMAGED: '从 {{machine}} 收到的 {{path}} 与那里的内容不同。请重新获取。',
    FILE_UPLOAD_DAMAGED: '{{path}} 到达 {{machine}} 时已损坏，没有放到目标位置。请重新发送。',
    FILE_UPLOAD_LENGTH:
      '{{path}} 声明有 {{bytes}} 字节，实际收到 {{got}} 字节：读取时它被更改了。请重新发送。',
    FILE_UPLOAD_STALLED: '{{machine}} 已有 {{seconds}} 秒没有接收数据。已到达的部分会保留到下次。',
    FILE_DOWNLOAD_STALLED: '{{machine}} 已有 {{seconds}} 秒没有发送数据。请重新获取：会从中断处继续。',
    CLIENT_GONE: '页面或与它的连接已断开。',
    PREVIEW_DAMAGED: '此文件（{{format}}）已损坏，或与其名称不符（{{what}}）。',
    PREVIEW_TOO_LARGE: '此文件（{{format}}）过大，无法在此显示：最多读取 {{limitMiB}} MiB。请下载后查看。',
    LISTING_GONE: '此文件夹列表已不再保留。请重新列出。',
    CODE_GONE: '无法比较代码：此运行没有代码，或代码快照、其目录已不存在。',
  },
};
