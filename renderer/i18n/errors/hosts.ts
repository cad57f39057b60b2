/** Errors of the hosts and of the connection between page, CLI and backend. */
export default {
  en: {
    CANCELLED: 'This was cancelled.',
    INTERNAL: 'Something went wrong inside Trainyard. The log has the details.',
    ROLE_TOO_LOW: 'This needs the role “{{needed}}”; you are signed in as “{{have}}”.',
    INPUT_INVALID: 'Trainyard was asked for something it cannot read: {{where}}.',
    NOT_AVAILABLE: '“{{what}}” is not available in this build of Trainyard.',
    EVENTS_MISSED: 'This page could not keep up with what happened; it loads everything again.',
    BACKEND_OFFLINE:
      'Trainyard’s backend cannot be reached at the moment. Your runs are not affected; it is tried again by itself.',
    SESSION_ENDED:
      'This browser is not signed in any more. Open the address that Trainyard printed when it started.',
    DATA_UNUSABLE: 'The data directory {{directory}} cannot be used: {{why}}.',
    ADDRESS_NOT_LOOPBACK:
      '{{host}} can be reached from other computers, which needs TLS (--tls-cert FILE --tls-key FILE) and a named token (`trainyard token create`). Without them use 127.0.0.1 and an SSH tunnel.',
    PORT_IN_USE:
      'Port {{port}} on {{host}} is taken by another program. Choose another one with --port, or 0 for any.',
    NAME_AMBIGUOUS: '“{{name}}” fits {{count}}: {{candidates}}. Give the id.',
    SECRET_MISSING: 'The secret {{name}} is not in the environment, and there is no terminal to ask for it.',
    TASK_FILE_NOT_FOUND: 'There is no file {{file}}.',
    SSH_CLIENT_MISSING: 'The program ssh could not be started. Install the OpenSSH client.',
    APP_NOT_FOUND: 'Trainyard is not running here. Start it with `trainyard serve`.',
    APP_NOT_SERVED: 'The app that is running has a window of its own and serves no browser.',
    PAGE_FAILED: 'This page could not be drawn.',
    INTERRUPTED: 'Interrupted.',
    USAGE: 'This is not how it is used: `trainyard help` lists what there is.',
  },
  'zh-CN': {
    CANCELLED: '已取消。',
    INTERNAL: 'Trainyard 内部出错，详情请查看日志。',
    ROLE_TOO_LOW: '此操作需要“{{needed}}”角色；您当前的角色是“{{have}}”。',
    INPUT_INVALID: 'Trainyard 无法读取该请求：{{where}}。',
    NOT_AVAILABLE: '此版本的 Trainyard 不提供“{{what}}”。',
    EVENTS_MISSED: '此页面未能跟上变化，将重新加载全部内容。',
    BACKEND_OFFLINE: '暂时无法连接 Trainyard 后端。您的任务不受影响，系统会自动重试。',
    SESSION_ENDED: '此浏览器已退出登录。请打开 Trainyard 启动时显示的地址。',
    DATA_UNUSABLE: '数据目录 {{directory}} 无法使用：{{why}}。',
    ADDRESS_NOT_LOOPBACK:
      '{{host}} 可被其他计算机访问，因此需要 TLS（--tls-cert FILE --tls-key FILE）和命名令牌（`trainyard token create`）。否则请使用 127.0.0.1 和 SSH 隧道。',
    PORT_IN_USE: '{{host}} 的端口 {{port}} 已被其他程序占用。请用 --port 指定其他端口，或用 0 自动选择。',
    NAME_AMBIGUOUS: '“{{name}}”匹配 {{count}} 项：{{candidates}}。请使用 ID。',
    SECRET_MISSING: '环境变量中没有密钥 {{name}}，也没有终端可供输入。',
    TASK_FILE_NOT_FOUND: '文件 {{file}} 不存在。',
    SSH_CLIENT_MISSING: '无法启动 ssh 程序。请安装 OpenSSH 客户端。',
    APP_NOT_FOUND: 'Trainyard 未在此运行。请用 `trainyard serve` 启动。',
    APP_NOT_SERVED: '正在运行的应用有自己的窗口，不提供浏览器访问。',
    PAGE_FAILED: '无法绘制此页面。',
    INTERRUPTED: '已中断。',
    USAGE: '用法不正确：`trainyard help` 会列出所有命令。',
  },
};
