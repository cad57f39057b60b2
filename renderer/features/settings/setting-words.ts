import type { Key, Translate } from '#renderer/i18n/index.ts';
import type { Settings } from '#shared/domain/settings.ts';
import { hinted, type Setting } from './setting-list.ts';

export const nameOf = (name: keyof Settings, t: Translate): string => t(`settingNames.of.${name}`);

export const hintOf = (name: keyof Settings, t: Translate): string | undefined =>
  hinted.has(name) ? t(`settingNames.hint.${name}` as Key) : undefined;

/** A language is called what its speakers call it. */
const languageNames: Record<string, string> = { en: 'English', 'zh-CN': '简体中文' };

export function optionOf(name: keyof Settings, option: string, t: Translate): string {
  if (name === 'language' && languageNames[option]) return languageNames[option];
  if (name === 'currency') return option;
  if (name === 'terminalKeptBy')
    return t(option === 'tmux' ? 'settingNames.option.keptByTmux' : 'settingNames.option.keptByApp');
  return t(`settingNames.option.${option}` as Key);
}

/** A value as people read it. */
export function valueText({ name, is }: Setting, value: Settings[keyof Settings], t: Translate): string {
  if (is.kind === 'choice') return optionOf(name, String(value), t);
  if (is.kind === 'switch') return t(value === true ? 'settings.on' : 'settings.off');
  return value === '' ? t('settings.nothingSet') : String(value);
}
