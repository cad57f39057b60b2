import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** What is wrong with the text of settings.json: parts of sentences. `renderer/i18n/errors/settings-file.ts` has both languages. */
export const settingSentences = {
  SETTINGS_LARGE: 'the file is larger than any settings are',
  SETTINGS_NO_OBJECT: 'a JSON object is wanted: { "theme": "dark" }',
  SETTINGS_NO_SUCH: 'there is no such setting',
  SETTINGS_NO_JSON: 'this is no JSON: “{{said}}”',
} as const;

export const saySetting = (code: keyof typeof settingSentences, params: Told['params'] = {}): Told =>
  reasonOf(settingSentences, code, params);
