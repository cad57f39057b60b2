import type { Item } from '#renderer/app/palette-items.ts';
import { paths } from '#renderer/app/routes.ts';
import { updateSettings } from '#renderer/app/session-store.ts';
import { may } from '#renderer/app/shell-commands.ts';
import { inEnglish, type Translate } from '#renderer/i18n/index.ts';
import type { Settings } from '#shared/domain/settings.ts';
import { allSettings } from './setting-list.ts';
import { nameOf, optionOf, valueText } from './setting-words.ts';

/** Each setting by its name: a switch turns over in place, a choice is one line for each, the rest leads to its field. */
export function settingItems(settings: Settings, t: Translate, navigate: (path: string) => void): Item[] {
  const mayChange = may('operator');
  return allSettings.flatMap((setting): Item[] => {
    const { name, is } = setting;
    const base = {
      group: 'settings' as const,
      also: [inEnglish(`settingNames.of.${name}`), name],
      quiet: true,
    };
    const label = nameOf(name, t);
    if (mayChange && is.kind === 'switch') {
      return [
        {
          ...base,
          id: `setting ${name}`,
          label,
          detail: valueText(setting, settings[name], t),
          stays: true,
          run: () => void updateSettings({ [name]: settings[name] !== true }),
        },
      ];
    }
    if (mayChange && is.kind === 'choice') {
      return is.options.map((option) => ({
        ...base,
        id: `setting ${name} ${option}`,
        label: `${label}: ${optionOf(name, option, t)}`,
        also: [...base.also, option],
        ...(settings[name] === option ? { detail: t('settings.current') } : {}),
        run: () => void updateSettings({ [name]: option }),
      }));
    }
    return [
      {
        ...base,
        id: `setting ${name}`,
        label,
        detail: valueText(setting, settings[name], t),
        run: () => navigate(`${paths.settings}?find=${name}`),
      },
    ];
  });
}
