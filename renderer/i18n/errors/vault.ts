export default {
  en: {
    VAULT_MISSING: 'There is no vault yet. Create one first: it keeps secrets encrypted on this computer.',
    VAULT_EXISTS: 'There is a vault already. Nothing was changed.',
    VAULT_LOCKED: 'The vault is locked. Unlock it and try again.',
    VAULT_WRONG_PASSPHRASE: 'This passphrase does not open it. Nothing was changed.',
    VAULT_DAMAGED:
      'The vault file is gone or its head is damaged, so the vault cannot be opened. Nothing was overwritten: put a good copy of vault.jsonl in its place, or accept the loss and begin a new vault.',
    VAULT_ALTERED:
      'The vault file is not the one that Trainyard wrote last, so nothing is written to it. Put the right file back, or accept it as it is.',
    VAULT_NEEDS_KEY:
      'A vault must be opened by something: give a passphrase, or have the keychain of the system open it.',
    VAULT_NO_KEYCHAIN:
      'This host has no keychain that keeps a secret (on Linux a keyring service must be running; headless has none). Use a passphrase.',
    VAULT_KEYCHAIN_FAILED:
      'The keychain of the system did not give the key of the vault. Unlock it with the passphrase or the recovery passphrase.',
    VAULT_PASSPHRASE_SHORT: 'A passphrase needs at least {{least}} characters.',
    VAULT_NAME_TAKEN: 'There is a credential called “{{name}}” already.',
    VAULT_KIND_FIXED:
      'A credential keeps its kind; only its value is replaced. Make a new one for another kind.',
    VAULT_IMPORT_UNREADABLE: 'This is not an export of a vault, or it is damaged. Nothing was added.',
    VAULT_FILE_ALTERED: 'The vault file is not as Trainyard left it ({{what}}). Nothing was overwritten.',
    VAULT_PROBLEM: '{{name}}: {{why}}',
    VAULT_NOT_KEPT: 'The secret for {{scope}} was used but not kept: {{why}}',
    CREDENTIAL_NOT_FOR_RUNS:
      'This credential is a login to hosts and is not given to runs. Choose a token, an environment secret or a cloud login.',
    CREDENTIAL_UNKNOWN: 'There is no credential {{id}} in the vault.',
    CREDENTIAL_DAMAGED:
      'The credential “{{name}}” cannot be used: in the vault file it is {{problem}}. The others are unaffected. Set it again, or put a good copy of vault.jsonl back.',
  },
  'zh-CN': {
    VAULT_MISSING: '还没有保险库。请先创建一个：它把机密加密保存在这台计算机上。',
    VAULT_EXISTS: '已有一个保险库。没有任何更改。',
    VAULT_LOCKED: '保险库已锁定。请解锁后重试。',
    VAULT_WRONG_PASSPHRASE: '这个口令打不开它。没有任何更改。',
    VAULT_DAMAGED:
      '保险库文件不见了，或其文件头已损坏，无法打开。没有覆盖任何内容：请放回一份完好的 vault.jsonl，或接受损失并新建保险库。',
    VAULT_ALTERED:
      '保险库文件不是 Trainyard 最后写入的那一份，因此不会向其中写入。请放回正确的文件，或按现状接受它。',
    VAULT_NEEDS_KEY: '保险库必须能用某种方式打开：请给出口令，或让系统钥匙串打开它。',
    VAULT_NO_KEYCHAIN: '此宿主没有能保密的钥匙串（Linux 上需要运行密钥环服务；无界面模式没有）。请使用口令。',
    VAULT_KEYCHAIN_FAILED: '系统钥匙串没有给出保险库的密钥。请用口令或恢复口令解锁。',
    VAULT_PASSPHRASE_SHORT: '口令至少需要 {{least}} 个字符。',
    VAULT_NAME_TAKEN: '已有名为“{{name}}”的凭据。',
    VAULT_KIND_FIXED: '凭据的种类不变，只能替换其值。需要其他种类时请新建。',
    VAULT_IMPORT_UNREADABLE: '这不是保险库的导出文件，或已损坏。没有添加任何内容。',
    VAULT_FILE_ALTERED: '保险库文件与 Trainyard 留下的不一致（{{what}}）。没有覆盖任何内容。',
    VAULT_PROBLEM: '{{name}}：{{why}}',
    VAULT_NOT_KEPT: '用于 {{scope}} 的机密已使用，但没有保存：{{why}}',
    CREDENTIAL_NOT_FOR_RUNS: '此凭据用于登录主机，不会交给运行。请选择令牌、环境机密或云登录。',
    CREDENTIAL_UNKNOWN: '保险库中没有凭据 {{id}}。',
    CREDENTIAL_DAMAGED:
      '凭据“{{name}}”无法使用：保险库文件中它的状态是 {{problem}}。其他凭据不受影响。请重新设置它，或放回一份完好的 vault.jsonl。',
  },
};
