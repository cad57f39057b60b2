import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** What is wrong with the inputs of a saved plan: parts of sentences. `renderer/i18n/errors/plan.ts` has both languages. */
export const savedSentences = {
  SAVED_NOT_WHOLE: 'it is not whole',
  SAVED_OTHER_INPUTS: 'they are not those that it was computed from',
} as const;

export const saySaved = (code: keyof typeof savedSentences): Told => reasonOf(savedSentences, code);
