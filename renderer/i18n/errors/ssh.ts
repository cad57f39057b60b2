export default {
  en: {
    SSH_CONNECTION_LOST:
      'The connection to {{host}} was lost. What runs there is not affected; Trainyard connects again by itself.',
    SSH_SHELL_FAILED:
      'The login shell on {{host}} did not start /bin/sh. Check that the account may log in and that its start-up files do not end the session.',
    SSH_SESSION_REFUSED:
      '{{host}} accepted the login but refuses to run a program. Its sshd may forbid sessions (MaxSessions 0) or be out of resources.',
    SSH_HOST_NOT_FOUND: 'The name {{host}} could not be found. Check the spelling, the network or the VPN.',
    SSH_UNREACHABLE:
      '{{host}} port {{port}} cannot be reached. Check that the machine is on and that the network or VPN leads to it.',
    SSH_REFUSED:
      '{{host}} answers, but nothing listens on port {{port}}. Check the port and that sshd runs there.',
    SSH_TIMED_OUT:
      '{{host}} did not answer within {{seconds}} s. It may be overloaded, or a firewall drops the connection.',
    SSH_PROXY_FAILED: 'The way to {{host}} through its jump host or proxy command failed.',
    SSH_NO_COMMON_ALGORITHM:
      '{{host}} and Trainyard have no common encryption method. Its SSH server may be very old, or restricted to special ones.',
    SSH_NOT_SSH:
      'What listens on {{host}} port {{port}} is not an SSH server, or it closed the connection at once. Check the port.',
    SSH_HOST_KEY_UNKNOWN: 'The key of {{host}} ({{fingerprint}}) is not known yet and was not accepted.',
    SSH_HOST_KEY_CHANGED:
      'The key of {{host}} has changed: it was {{known}} ({{place}}) and is now {{fingerprint}}. Somebody may be listening in, or the machine was set up anew. Ask its administrator before you accept the new key.',
    SSH_HOST_KEY_REVOKED:
      'The key of {{host}} ({{fingerprint}}) is marked as revoked in {{place}}. Trainyard does not connect to it.',
    SSH_AUTH_FAILED: '{{host}} did not let {{user}} in. Tried: {{tried}}. It accepts: {{accepts}}.',
    SSH_PASSWORD_EXPIRED:
      'The password of {{user}} on {{host}} has expired. Change it by logging in with ssh in a terminal.',
    SSH_NEEDS_USER: 'Connecting to {{host}} needs an answer from you ({{what}}). Connect it by hand once.',
    SSH_KEY_UNREADABLE: 'The key {{file}} cannot be used: {{why}}.',
    SSH_CONFIG_INVALID: '{{place}}: {{why}}.',
    SSH_OPENSSH_MISSING:
      "{{host}} needs the system's OpenSSH ({{why}}), and there is no ssh on this computer that can do it. Install the OpenSSH client.",
  },
  'zh-CN': {
    SSH_CONNECTION_LOST: '与 {{host}} 的连接已断开。那里正在运行的任务不受影响；Trainyard 会自动重新连接。',
    SSH_SHELL_FAILED:
      '{{host}} 上的登录 shell 未能启动 /bin/sh。请确认该账户允许登录，且其启动文件不会结束会话。',
    SSH_SESSION_REFUSED:
      '{{host}} 接受了登录，但拒绝运行程序。其 sshd 可能禁止会话（MaxSessions 0）或资源不足。',
    SSH_HOST_NOT_FOUND: '找不到主机名 {{host}}。请检查拼写、网络或 VPN。',
    SSH_UNREACHABLE: '无法连接 {{host}} 的端口 {{port}}。请确认机器已开机，且网络或 VPN 可以到达。',
    SSH_REFUSED: '{{host}} 有响应，但端口 {{port}} 上没有服务。请检查端口以及 sshd 是否在运行。',
    SSH_TIMED_OUT: '{{host}} 在 {{seconds}} 秒内没有响应。它可能过载，或连接被防火墙丢弃。',
    SSH_PROXY_FAILED: '经由跳板机或代理命令到达 {{host}} 失败。',
    SSH_NO_COMMON_ALGORITHM:
      '{{host}} 与 Trainyard 没有共同的加密算法。其 SSH 服务可能非常旧，或只允许特殊算法。',
    SSH_NOT_SSH: '{{host}} 端口 {{port}} 上的服务不是 SSH，或立即关闭了连接。请检查端口。',
    SSH_HOST_KEY_UNKNOWN: '{{host}} 的密钥（{{fingerprint}}）尚未被信任，也没有被接受。',
    SSH_HOST_KEY_CHANGED:
      '{{host}} 的密钥已更改：原为 {{known}}（{{place}}），现为 {{fingerprint}}。可能有人在窃听，也可能机器被重装。接受新密钥之前请先询问管理员。',
    SSH_HOST_KEY_REVOKED:
      '{{host}} 的密钥（{{fingerprint}}）在 {{place}} 中被标记为已吊销。Trainyard 不会连接。',
    SSH_AUTH_FAILED: '{{host}} 拒绝了 {{user}} 的登录。已尝试：{{tried}}。它接受：{{accepts}}。',
    SSH_PASSWORD_EXPIRED: '{{user}} 在 {{host}} 上的密码已过期。请在终端中用 ssh 登录并修改。',
    SSH_NEEDS_USER: '连接 {{host}} 需要您的回答（{{what}}）。请手动连接一次。',
    SSH_KEY_UNREADABLE: '密钥 {{file}} 无法使用：{{why}}。',
    SSH_CONFIG_INVALID: '{{place}}：{{why}}。',
    SSH_OPENSSH_MISSING:
      '{{host}} 需要系统的 OpenSSH（{{why}}），而本机没有可用的 ssh。请安装 OpenSSH 客户端。',
  },
};
