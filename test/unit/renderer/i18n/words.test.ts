import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { areas } from '#renderer/i18n/areas.ts';
import { errorTables } from '#renderer/i18n/errors.ts';
import { resolveLanguage, setLanguage, t, translateError } from '#renderer/i18n/index.ts';
import { because, becauseOf } from '#shared/domain/because.ts';
import { protectedSentences } from '#shared/domain/file-sentences.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

const root = path.resolve(import.meta.dirname, '../../../../renderer');
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const tables = { ...areas, ...errorTables } as Record<
  string,
  { en: Record<string, string>; 'zh-CN': Record<string, string> }
>;

/** The same in both languages on purpose: names and units, and what is only made of other words … */
const deliberatelyEqual =
  /^(Trainyard|English|GPUs?|CPUs?|SSH|CUDA|Python|PyTorch|[A-Z]{2,}|[^\p{L}]*|[\w ./:,·+-]*\{\{.*)$/u;
/** … names of products and files. */
const names =
  /^(credentials\.login\.|checkpoints\.framework\.|ports\.guess\.|sites\.(configFile|step\.shell)$)/;

function sources(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('i18n'))
    .map((file) => readFileSync(path.join(directory, file), 'utf8'));
}

describe('the words of both languages', () => {
  it.each(Object.entries(tables))('%s: every sentence is in both', (_, { en, 'zh-CN': zh }) => {
    const chinese = Object.keys(en).filter((key) => !key.endsWith('_one'));
    expect(Object.keys(zh).sort()).toEqual(chinese.sort());
  });

  it.each(Object.entries(tables))('%s: both fill in the same values', (_, { en, 'zh-CN': zh }) => {
    for (const [key, text] of Object.entries(zh)) {
      const english = en[key] ?? '';
      const plural = /_other$/.test(key);
      const wanted = placeholders(english).filter((name) => !plural || name !== 'count');
      const given = placeholders(text).filter((name) => !plural || name !== 'count');
      expect([key, given]).toEqual([key, wanted]);
    }
  });

  it.each(Object.entries(tables))('%s: nothing is left untranslated', (area, { en, 'zh-CN': zh }) => {
    const same = Object.entries(zh)
      .filter(([key, text]) => text === en[key] && !deliberatelyEqual.test(text))
      .filter(([key]) => !names.test(`${area}.${key}`))
      .map(([key]) => key);
    expect(same).toEqual([]);
  });

  it('are all used, and only those', () => {
    const text = sources(root).join('\n');
    const unused: string[] = [];
    for (const [area, { en }] of Object.entries(areas)) {
      for (const key of Object.keys(en)) {
        const base = `${area}.${key.replace(/_(one|other)$/, '')}`;
        // Keys that end in a state, a step and the like are put together where they are used.
        const family = `${base.slice(0, base.lastIndexOf('.') + 1)}\${`;
        if (!text.includes(base) && !text.includes(family)) unused.push(base);
      }
    }
    expect([...new Set(unused)]).toEqual([]);
  });
});

describe('the sources of prices that come with the app', () => {
  it('have their titles in both languages, in English as their files have them', () => {
    const directory = path.resolve(root, '../resources/catalog/offers');
    const titles = readdirSync(directory).map((file) => {
      const { source } = JSON.parse(readFileSync(path.join(directory, file), 'utf8')) as {
        source: { id: string; title: string };
      };
      return [`source.${source.id}`, source.title] as const;
    });
    const { en } = areas.catalog as { en: Record<string, string> };
    expect(titles.length).toBeGreaterThan(0);
    expect(titles.map(([key]) => [key, en[key]])).toEqual(titles);
  });
});

describe('words that are asked for', () => {
  it('are there: by their whole key, or a family of keys that has any', () => {
    const text = sources(root).join('\n');
    const known = new Set(
      Object.entries(areas).flatMap(([area, { en }]) =>
        Object.keys(en).map((key) => `${area}.${key.replace(/_(one|other)$/, '')}`),
      ),
    );
    const missing = new Set<string>();
    for (const [, key] of text.matchAll(/\b(?:t|inEnglish)\(\s*'([a-zA-Z]+\.[^']+)'/g))
      if (key && !known.has(key)) missing.add(key);
    for (const [, start] of text.matchAll(/\b(?:t|inEnglish)\(\s*`([a-zA-Z]+\.[^$`]*)\$\{/g))
      if (start && ![...known].some((key) => key.startsWith(start))) missing.add(start);
    expect([...missing]).toEqual([]);
  });

  it('are nowhere written into the page itself: labels and titles come from here', () => {
    const found: string[] = [];
    for (const file of sources(root)) {
      for (const [, name, words] of file.matchAll(
        /\b(aria-label|title|placeholder|label|alt)="([^"{}]*[a-z]{3,} [^"{}]*)"/g,
      ))
        found.push(`${name}: ${words}`);
    }
    expect(found).toEqual([]);
  });
});

describe('a sentence', () => {
  it('is in the language that was chosen, with its plural', () => {
    setLanguage('en');
    expect(t('runs.total', { count: 1, n: '1' })).toBe('1 run');
    expect(t('runs.total', { count: 12, n: '12' })).toBe('12 runs');
    setLanguage('zh-CN');
    expect(t('runs.total', { count: 1, n: '1' })).toBe('1 个运行');
    setLanguage('en');
  });

  it('never interprets what is filled in', () => {
    expect(t('runs.stopOne', { name: '<b>{{grace}}</b> $t(app.name)' })).toBe(
      'Stop <b>{{grace}}</b> $t(app.name)?',
    );
  });

  it('of an error that nobody translated is the one it came with', () => {
    expect(translateError('NOBODY_KNOWS', {}, 'It broke.')).toBe('It broke.');
    expect(translateError('CANCELLED', {}, '?')).toBe('This was cancelled.');
  });
});

describe('a sentence within a sentence', () => {
  const unreachable = new TrainyardError('SSH_UNREACHABLE', 'heron cannot be reached at port 22.', {
    params: { host: 'heron', port: 22 },
  });

  it('is in the language of the page, as is what it holds itself', () => {
    const waits = { code: 'MOVE_WAITS', message: 'Waiting', params: because('why', unreachable) };
    const within = { name: 'night', machine: 'ibis', ...because('why', waits) };
    setLanguage('zh-CN');
    const inner = translateError(unreachable.code, unreachable.params, '');
    const said = translateError('MOVE_NOT_BACK', within, '');
    setLanguage('en');
    expect(inner).toMatch(/[\u4e00-\u9fff]/);
    expect(said).toContain(`等待中：${inner.replace(/。$/, '')}`);
    expect(said).not.toMatch(/Waiting|cannot be|。。/);
    const protection = { code: 'PROTECTED_HOME', params: {}, message: protectedSentences.PROTECTED_HOME };
    const file = { path: '/home/mei', machine: 'heron', ...because('why', protection) };
    expect(translateError('FILE_PROTECTED', file, '')).toBe(
      '/home/mei on heron is not removed or renamed from here: it is your home, or holds it.',
    );
  });

  it('is as it came where nobody knows its code, and where several are one text', () => {
    const told = { code: 'NOBODY_KNOWS', params: {}, message: 'It broke.' };
    expect(translateError('MOVE_WAITS', because('why', told), '')).toBe('Waiting: It broke.');
    expect(translateError('MOVE_WAITS', becauseOf('why', [told, told]), '')).toBe(
      'Waiting: It broke. It broke.',
    );
    expect(translateError('MOVE_WAITS', becauseOf('why', []), '')).toBe('Waiting: ');
  });
});

describe('the language of the system', () => {
  it.each([
    [['zh-CN', 'en'], 'zh-CN'],
    [['zh-Hans-SG'], 'zh-CN'],
    [['zh'], 'zh-CN'],
    [['de-DE', 'zh-CN'], 'en'],
    [[], 'en'],
  ] as const)('%j gives %s', (preferred, language) => {
    expect(resolveLanguage('system', preferred)).toBe(language);
    expect(resolveLanguage('en', preferred)).toBe('en');
  });
});
