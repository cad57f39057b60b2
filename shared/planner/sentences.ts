import { toldWithin } from '../domain/because.ts';
import type { Reason } from '../domain/figure.ts';
import { isFilledBy, saySentence } from '../domain/sentence.ts';
import type { ValueWords } from '../domain/sentence-values.ts';
import { costsSentences } from './costs-sentences.ts';
import { fitSentences } from './fit-sentences.ts';
import { modelSentences } from './models/sentences.ts';
import { placeSentences } from './place-sentences.ts';
import { portfolioSentences } from './portfolio/sentences.ts';
import { priceSentences } from './price-sentences.ts';

/** All that planning and costs say, by code, in English. Their values are said by `ValueWords` wherever they are shown. */
export const plannerSentences: Readonly<Record<string, string>> = {
  ...costsSentences,
  ...fitSentences,
  ...modelSentences,
  ...placeSentences,
  ...portfolioSentences,
  ...priceSentences,
};

export const isPlannerSentence = (code: string): boolean => Object.hasOwn(plannerSentences, code);

/**
 * A reason in English, with amounts in somebody's own currency; one that is none of the planner's as it came, but for what it
 * holds of the planner's.
 */
export function sayReason({ code, params, message }: Reason, words: ValueWords): string {
  const sentence = isPlannerSentence(code) ? plannerSentences[code] : undefined;
  if (sentence !== undefined && isFilledBy(sentence, params)) return saySentence(sentence, params, words);
  return toldWithin(params).reduce(
    (text, [, told]) => text.replace(told.message, () => sayReason(told, words)),
    message,
  );
}

/** An answer with every reason in it said in these words; the rest is as it was. */
export function saidWithin<T>(answer: T, words: ValueWords): T;
export function saidWithin(answer: unknown, words: ValueWords): unknown {
  if (Array.isArray(answer)) return answer.map((each) => saidWithin(each, words));
  if (typeof answer !== 'object' || answer === null) return answer;
  const message = isReason(answer) ? { message: sayReason(answer, words) } : {};
  const entries = Object.entries(answer).map(([key, value]) => [key, saidWithin(value, words)]);
  return { ...Object.fromEntries(entries), ...message };
}

const isReason = (value: object): value is Reason =>
  'code' in value &&
  typeof value.code === 'string' &&
  'message' in value &&
  typeof value.message === 'string' &&
  'params' in value &&
  typeof value.params === 'object' &&
  value.params !== null;
