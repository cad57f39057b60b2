import { settingSentences } from '#shared/domain/setting-sentences.ts';

export const settingsFileErrors = {
  en: {
    SETTINGS_FILE_CHANGED:
      'The settings were changed elsewhere since this text was read. Look at them again before you save.',
    SETTINGS_FILE_BAD: 'Line {{line}} of the settings cannot be taken: {{key}} {{why}}.',
    SETTINGS_FILE_UNREADABLE:
      'settings.json could not be read (line {{line}}: {{why}}); the settings are as they were.',
    SETTINGS_FILE_KEY:
      'settings.json, line {{line}}: “{{key}}” was not taken ({{why}}); the setting is as it was.',
    ...settingSentences,
  },
  'zh-CN': {
    SETTINGS_FILE_CHANGED: '读取此文本后，设置已在别处更改。保存前请重新查看。',
    SETTINGS_FILE_BAD: '无法采用设置的第 {{line}} 行：{{key}} {{why}}。',
    SETTINGS_FILE_UNREADABLE: '无法读取 settings.json（第 {{line}} 行：{{why}}）；设置保持不变。',
    SETTINGS_FILE_KEY: 'settings.json 第 {{line}} 行：未采用“{{key}}”（{{why}}）；该设置保持不变。',
    SETTINGS_LARGE: '文件比任何设置都大',
    SETTINGS_NO_OBJECT: '应为一个 JSON 对象：{ "theme": "dark" }',
    SETTINGS_NO_SUCH: '没有这项设置',
    SETTINGS_NO_JSON: '这不是 JSON：“{{said}}”',
  },
};
