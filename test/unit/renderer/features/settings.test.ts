import { beforeAll, describe, expect, it, vi } from 'vitest';
import { settings } from '#shared/domain/settings.ts';

let list: typeof import('#renderer/features/settings/setting-list.ts');
let words: typeof import('#renderer/features/settings/setting-words.ts');
let items: typeof import('#renderer/features/settings/setting-items.ts');
let i18n: typeof import('#renderer/i18n/index.ts');

beforeAll(async () => {
  // What these files import asks the browser for a little while it loads.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  list = await import('#renderer/features/settings/setting-list.ts');
  words = await import('#renderer/features/settings/setting-words.ts');
  items = await import('#renderer/features/settings/setting-items.ts');
  i18n = await import('#renderer/i18n/index.ts');
}, 120_000);

describe('the page of settings', () => {
  it('has every setting that there is, once', () => {
    const names = list.allSettings.map(({ name }) => name);
    expect([...names].sort()).toEqual(Object.keys(settings.shape).sort());
  });

  it('takes kinds, ranges and defaults from the schema', () => {
    const of = (name: string) => list.allSettings.find((setting) => setting.name === name);
    expect(of('theme')?.is).toEqual({
      kind: 'choice',
      options: ['system', 'dark', 'light', 'high-contrast'],
    });
    expect(of('logFontSize')).toMatchObject({ usual: 12, is: { kind: 'number', low: 9, high: 24 } });
    expect(of('notifyRunEnded')).toMatchObject({ usual: true, is: { kind: 'switch' } });
    expect(of('downloadDirectory')?.is).toEqual({ kind: 'text' });
  });

  it('has words for each, its choices and its hint, in both languages', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      i18n.setLanguage(language);
      for (const setting of list.allSettings) {
        const all = [words.nameOf(setting.name, i18n.t), words.hintOf(setting.name, i18n.t) ?? 'none'];
        if (setting.is.kind === 'choice')
          all.push(...setting.is.options.map((option) => words.optionOf(setting.name, option, i18n.t)));
        // A key without words comes back as itself.
        for (const text of all) expect(text).not.toMatch(/^settingNames\./);
      }
    }
    i18n.setLanguage('en');
  });

  it('gives the palette a line for each choice, and one for each of the others', () => {
    const all = items.settingItems(settings.parse({}), i18n.t, () => undefined);
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toContain('setting theme dark');
    expect(ids).toContain('setting notifyRunEnded');
    expect(ids).toContain('setting logFontSize');
  });
});
