import type { Reason } from './figure.ts';
import { englishWords, sayValues, type ValueWords } from './sentence-values.ts';

type Params = Reason['params'];

/** `{{name}}` in a sentence by the parameter of that name, as it is. */
export const fillSentence = (sentence: string, params: Params): string =>
  sentence.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => String(params[name] ?? ''));

/** The same with amounts, times and numbers in words, by the names of the parameters (sentence-values.ts). */
export const saySentence = (sentence: string, params: Params, words: ValueWords = englishWords): string =>
  fillSentence(sentence, sayValues(params, words));

/** Whether all that a sentence names is there: a plan that an older version saved may have said it otherwise. */
export const isFilledBy = (sentence: string, params: Params): boolean =>
  [...sentence.matchAll(/\{\{(\w+)\}\}/g)].every(([, name = '']) => name in params);

/** The sentence of a code with its values, as it crosses the contract. */
export const reasonOf = <Code extends string>(
  sentences: Readonly<Record<Code, string>>,
  code: Code,
  params: Params = {},
): Reason => ({ code, params, message: saySentence(sentences[code], params) });
