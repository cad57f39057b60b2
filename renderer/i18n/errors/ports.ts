export default {
  en: {
    FORWARD_UNKNOWN: 'There is no such forwarded port any more. It may have been closed in another window.',
    PORT_TAKEN:
      'Port {{port}} of this computer is in use by another program. Choose another one, or end that program.',
    PORT_DENIED: 'This account may not listen on port {{port}} of this computer. Choose one above 1023.',
    PORT_FAILED: 'Port {{port}} of this computer cannot be listened on.',
    FORWARD_RUN_ELSEWHERE: 'The run {{run}} has never been on {{machine}}, so no port there is one of its.',
    FORWARD_TOO_MANY: '{{most}} ports are forwarded already. Close some of them first.',
    FORWARD_HOST_INVALID: '"{{host}}" is no name or address of a host.',
    PORTS_UNREADABLE:
      '{{machine}} does not tell which ports are listened on. A port can still be forwarded by its number.',
  },
  'zh-CN': {
    FORWARD_UNKNOWN: '该端口转发已不存在，可能已在另一个窗口中关闭。',
    PORT_TAKEN: '本机的端口 {{port}} 正被其他程序使用。请选择另一个端口，或结束该程序。',
    PORT_DENIED: '此账户不能在本机的端口 {{port}} 上监听。请选择 1023 以上的端口。',
    PORT_FAILED: '无法在本机的端口 {{port}} 上监听。',
    FORWARD_RUN_ELSEWHERE: '运行 {{run}} 从未在 {{machine}} 上运行过，因此那里没有属于它的端口。',
    FORWARD_TOO_MANY: '已转发 {{most}} 个端口。请先关闭一些。',
    FORWARD_HOST_INVALID: '“{{host}}”不是主机名或地址。',
    PORTS_UNREADABLE: '{{machine}} 没有告知哪些端口正被监听。仍可按端口号转发。',
  },
};
