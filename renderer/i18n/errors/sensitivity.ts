/** `context` (label, run, country, unknown) chooses the sentence. */
export default {
  en: {
    SENSITIVITY_VIOLATION: 'What this run reads may not go to {{place}}. Nothing was sent.',
    SENSITIVITY_VIOLATION_label:
      '“{{data}}” is more sensitive than what {{place}} may hold. Nothing was sent.',
    SENSITIVITY_VIOLATION_run:
      'This run is called more sensitive than what {{place}} may hold. Nothing was sent.',
    SENSITIVITY_VIOLATION_country:
      '“{{data}}” may go to {{countries}} only, and {{place}} stands in {{country}}. Nothing was sent.',
    SENSITIVITY_VIOLATION_unknown:
      '“{{data}}” may go to {{countries}} only, and nobody has said where {{place}} stands. Nothing was sent.',
    OVERRIDE_NEEDS_OWNER:
      'Only an owner can let data go where it may not. Ask one, or choose another machine.',
    DATA_PATH_MISSING:
      'There is no file or folder {{path}} on this computer. A label belongs to something that is there.',
    DATA_PATH_RELATIVE: 'Give the whole path: “{{path}}” does not begin at the root.',
    DATA_SET_UNKNOWN: 'This data set is not there any more; it was removed.',
  },
  'zh-CN': {
    SENSITIVITY_VIOLATION: '这次运行读取的数据不能送到 {{place}}。什么也没有发送。',
    SENSITIVITY_VIOLATION_label: '“{{data}}”的敏感度高于 {{place}} 可存放的级别。什么也没有发送。',
    SENSITIVITY_VIOLATION_run: '这次运行标明的敏感度高于 {{place}} 可存放的级别。什么也没有发送。',
    SENSITIVITY_VIOLATION_country:
      '“{{data}}”只能送到 {{countries}}，而 {{place}} 位于 {{country}}。什么也没有发送。',
    SENSITIVITY_VIOLATION_unknown:
      '“{{data}}”只能送到 {{countries}}，而没有人说明 {{place}} 位于哪里。什么也没有发送。',
    OVERRIDE_NEEDS_OWNER: '只有所有者可以允许数据送到不该去的地方。请联系所有者，或选择另一台机器。',
    DATA_PATH_MISSING: '这台计算机上没有文件或文件夹 {{path}}。标签只能给已存在的东西。',
    DATA_PATH_RELATIVE: '请给出完整路径：“{{path}}”不是从根目录开始的。',
    DATA_SET_UNKNOWN: '这个数据集已不在这里；它已被删除。',
  },
};
