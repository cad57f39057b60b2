/** Errors of named tokens and of serving other computers. */
export default {
  en: {
    TOKEN_NAME_TAKEN: 'There is a token “{{name}}” already. Revoke it first, or choose another name.',
    TOKEN_UNKNOWN: 'This token is not there any more; it was revoked.',
    TOKEN_NEEDED:
      '{{host}} can be reached from other computers, and nobody could sign in: there is no named token. Make one with `trainyard token create NAME --role owner`.',
    TLS_UNUSABLE: 'The certificate {{cert}} and its key {{key}} cannot be used: {{why}}.',
    TLS_ENDED: 'it ended on {{date}}',
    LINK_LOOPBACK_ONLY:
      'This Trainyard is served to other computers, where a login link could be read on its way. Sign in with a named token: `trainyard token create NAME --role viewer`.',
  },
  'zh-CN': {
    TOKEN_NAME_TAKEN: '已有名为“{{name}}”的令牌。请先将其吊销，或换一个名称。',
    TOKEN_UNKNOWN: '此令牌已不存在，可能已被吊销。',
    TOKEN_NEEDED:
      '{{host}} 可被其他计算机访问，但没有命名令牌，因此无人能登录。请用 `trainyard token create NAME --role owner` 创建一个。',
    TLS_UNUSABLE: '无法使用证书 {{cert}} 及其密钥 {{key}}：{{why}}。',
    TLS_ENDED: '它已于 {{date}} 到期',
    LINK_LOOPBACK_ONLY:
      '此 Trainyard 正向其他计算机提供服务，登录链接可能在途中被读取。请使用命名令牌登录：`trainyard token create NAME --role viewer`。',
  },
};
