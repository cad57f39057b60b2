import type { Reason } from './figure.ts';

type Params = Reason['params'];

/** `{{name}}` in a sentence by the parameter of that name. */
export const fillSentence = (sentence: string, params: Params): string =>
  sentence.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => String(params[name] ?? ''));

/** The sentence of a code with its values, as it crosses the contract. */
export const reasonOf = <Code extends string>(
  sentences: Readonly<Record<Code, string>>,
  code: Code,
  params: Params = {},
): Reason => ({ code, params, message: fillSentence(sentences[code], params) });
