export { SettingsFile, type SettingsFileOptions } from './settings-file.ts';
export { readSettingsText, writeSettingsText } from './text.ts';
