import i18next from 'i18next';
import { useSyncExternalStore } from 'react';
import { inARow, listCode, severalCode, toldWithin } from '#shared/domain/because.ts';
import { isFilledBy } from '#shared/domain/sentence.ts';
import { englishWords, sayValues, type ValueWords } from '#shared/domain/sentence-values.ts';
import { isPlannerSentence } from '#shared/planner/sentences.ts';
import { type Area, areas, type Key } from './areas.ts';
import { errorWords } from './errors.ts';

export type { Key } from './areas.ts';
export type Language = 'en' | 'zh-CN';
export const languages: readonly Language[] = ['en', 'zh-CN'];
export type Params = Record<string, string | number>;
export type Translate = (key: Key, params?: Params) => string;

function flat(language: Language): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [area, both] of Object.entries(areas) as [Area, (typeof areas)[Area]][]) {
    for (const [key, text] of Object.entries(both[language])) all[`${area}.${key}`] = text;
  }
  for (const [code, text] of Object.entries(errorWords[language])) all[`errors.${code}`] = text;
  return all;
}

const sentences: Record<Language, Record<string, string>> = { en: flat('en'), 'zh-CN': flat('zh-CN') };
const instance = i18next.createInstance();
void instance.init({
  lng: 'en',
  fallbackLng: 'en',
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
  resources: { en: { translation: sentences.en }, 'zh-CN': { translation: sentences['zh-CN'] } },
});

/**
 * A sentence in the language of the page, by a key that the compiler knows. `count` chooses the plural. A list asks for
 * hundreds of sentences while it is drawn: all but the plurals are filled in here, which costs a tenth.
 */
export const t: Translate = (key, params) => {
  if (params && 'count' in params) return instance.t(key, params);
  const text = sentences[currentLanguage()][key] ?? sentences.en[key] ?? key;
  if (!params) return text;
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => String(params[name] ?? whole));
};

/** The English of it, so that things are found by their English names too. */
export const inEnglish = (key: Key): string => sentences.en[key] ?? key;

/** How amounts, times and numbers in the planner's sentences are said: formats of the page, which knows the currency. */
let valueWords = englishWords;
export const sayValuesIn = (words: ValueWords): void => {
  valueWords = words;
};

/** An error's sentence by its code; the English sentence that came with it where the code has no translation. */
export function translateError(code: string, params: Params, english: string): string {
  if (code === severalCode || code === listCode) return together(code, params);
  const key = `errors.${code}`;
  if (!instance.exists(key)) return english;
  const around = sentences[currentLanguage()][key] ?? sentences.en[key] ?? '';
  const isPlanners = isPlannerSentence(code);
  if (isPlanners && !isFilledBy(around, params)) return english;
  const values = placed(isPlanners ? sayValues(params, valueWords) : params);
  const within = toldWithin(params);
  if (within.length === 0) return instance.t(key, values);
  const said = within.map(([name, told]) => {
    const sentence = translateError(told.code, told.params, told.message);
    // It brings a full stop along, which is one too many where the other sentence goes on.
    const goesOn = /^[.。;；,，)）]/.test(around.split(`{{${name}}}`)[1] ?? '');
    return [name, goesOn ? sentence.replace(/[.。]$/, '') : sentence];
  });
  return instance.t(key, { ...values, ...(Object.fromEntries(said) as Params) });
}

/** This computer is called so in the language of the page, wherever it stands in a sentence. */
function placed(params: Params): Params {
  const names = Object.keys(params).filter((name) => params[name] === sentences.en['app.thisComputer']);
  if (names.length === 0) return params;
  const name = sentences[currentLanguage()]['app.thisComputer'] ?? '';
  return { ...params, ...Object.fromEntries(names.map((each) => [each, name])) };
}

function together(code: string, params: Params): string {
  const texts = toldWithin(params).map(([, told]) => translateError(told.code, told.params, told.message));
  const isChinese = currentLanguage() === 'zh-CN';
  if (code === listCode) return texts.join(isChinese ? '、' : ', ');
  return inARow(texts, isChinese ? '；' : '; ');
}

/** A sentence whose key comes from elsewhere; the English that came with it where there is none. */
export const translated = (key: string, english: string): string =>
  instance.exists(key) ? instance.t(key) : english;

export const currentLanguage = (): Language => (instance.language === 'zh-CN' ? 'zh-CN' : 'en');

/** The language that a setting means on this computer. */
export function resolveLanguage(setting: 'system' | Language, preferred: readonly string[]): Language {
  if (setting !== 'system') return setting;
  const first = preferred[0]?.toLowerCase() ?? 'en';
  return first === 'zh' || first.startsWith('zh-') ? 'zh-CN' : 'en';
}

export function setLanguage(language: Language): void {
  if (instance.language !== language) void instance.changeLanguage(language);
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}

/** Calls back when the language is another one; returns the end of it. */
export const onLanguage = (listener: () => void): (() => void) => {
  instance.on('languageChanged', listener);
  return () => instance.off('languageChanged', listener);
};

/** Renders the component again when the language changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, currentLanguage, currentLanguage);
}

/** One function per language: what was made with the old one is made again when the language changes. */
const translators: Record<Language, Translate> = {
  en: (key, params) => t(key, params),
  'zh-CN': (key, params) => t(key, params),
};

/** `t` for components. */
export const useT = (): Translate => translators[useLanguage()];
