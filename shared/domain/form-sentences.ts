import type { z } from 'zod';
import { because, type Told } from './because.ts';
import { plainLine, quoted } from './quoted.ts';
import { reasonOf } from './sentence.ts';

/** What is wrong with the form of something, to stand within a sentence. `renderer/i18n/errors/system.ts` has both languages. */
export const formSentences = {
  FORM_NO_JSON: 'it is no whole JSON (the reader says “{{said}}”)',
  FORM_AT: '“{{at}}”: {{why}}',
  FORM_TYPE: 'a value of the kind “{{wanted}}” is wanted',
  FORM_ONE_OF: 'it must be one of {{words}}',
  FORM_LEAST: 'it must be {{least}} or more',
  FORM_MORE_THAN: 'it must be more than {{least}}',
  FORM_MOST: 'it must be {{most}} or less',
  FORM_LESS_THAN: 'it must be less than {{most}}',
  FORM_LENGTH_LEAST: 'it must have {{least}} characters or entries at least',
  FORM_LENGTH_MOST: 'it must have {{most}} characters or entries at most',
  FORM_WRITTEN: 'it is not written as “{{wanted}}” is',
  FORM_MULTIPLE: 'it must be a multiple of {{of}}',
  FORM_UNKNOWN_KEYS: 'it has entries that are not known: {{words}}',
  FORM_OTHER: 'it is not as expected',
} as const;

const say = (code: keyof typeof formSentences, params: Told['params'] = {}): Told =>
  reasonOf(formSentences, code, params);

/** Of a text that `JSON.parse` did not take. */
export const noJson = (thrown: unknown): Told =>
  say('FORM_NO_JSON', { said: plainLine(thrown instanceof Error ? thrown.message : String(thrown)) });

type Issue = z.core.$ZodIssue;

/** The first thing that a check of a form found, without the place. */
export function formTold(issue: Issue | undefined): Told {
  if (issue === undefined) return say('FORM_OTHER');
  switch (issue.code) {
    case 'invalid_type':
      return say('FORM_TYPE', { wanted: issue.expected });
    case 'invalid_value':
      return say('FORM_ONE_OF', { words: issue.values.map((value) => `“${String(value)}”`).join(', ') });
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_format':
      return say('FORM_WRITTEN', { wanted: issue.pattern ?? issue.format });
    case 'not_multiple_of':
      return say('FORM_MULTIPLE', { of: issue.divisor });
    case 'unrecognized_keys':
      return say('FORM_UNKNOWN_KEYS', { words: issue.keys.slice(0, 5).join(', ') });
    case 'custom':
      return quoted(issue.message);
    default:
      return say('FORM_OTHER');
  }
}

/** The same with the place where there is one. */
export function formToldAt(issue: Issue | undefined): Told {
  const told = formTold(issue);
  const at = issue?.path.map(keyOf).join('.') ?? '';
  if (at === '') return told;
  return say('FORM_AT', { at, ...because('why', told) });
}

/** Standard Schema allows a part of a path to be an object that has it. */
const keyOf = (part: unknown): string =>
  String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part);

const isOfNumbers = (origin: string): boolean => ['number', 'int', 'bigint', 'date'].includes(origin);

function tooSmall({ origin, minimum, inclusive }: Issue & { code: 'too_small' }): Told {
  const least = Number(minimum);
  if (!isOfNumbers(origin)) return say('FORM_LENGTH_LEAST', { least });
  return say(inclusive === false ? 'FORM_MORE_THAN' : 'FORM_LEAST', { least });
}

function tooBig({ origin, maximum, inclusive }: Issue & { code: 'too_big' }): Told {
  const most = Number(maximum);
  if (!isOfNumbers(origin)) return say('FORM_LENGTH_MOST', { most });
  return say(inclusive === false ? 'FORM_LESS_THAN' : 'FORM_MOST', { most });
}
