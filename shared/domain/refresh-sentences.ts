import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** What is wrong with prices that were asked for: parts of sentences. `renderer/i18n/errors/refresh.ts` has both languages. */
export const refreshSentences = {
  PRICES_TOO_LONG: 'it sends more than {{bytes}} bytes',
  PRICES_SILENT: 'it does not answer',
  PRICES_CIRCLE: 'its pages go in circles',
  PRICES_PAGES: 'it has more than {{most}} pages',
  PRICES_NEXT_NONE: 'the link to its next page is none',
  PRICES_NEXT_ELSEWHERE: 'its next page is on {{host}}',
  PRICES_OF_OTHER: 'it has prices of {{region}}',
  PRICES_NO_ADVISOR: 'it has no "spot_advisor"',
  PRICES_LINE_OPEN: 'its last line has no end',
  PRICES_LINE_LONG: 'it has a line that is too long',
  PRICES_NO_HEADER: 'it has no header',
  PRICES_NO_COLUMN: 'it has no column "{{column}}"',
  PRICES_NO_DATE: 'it has no date',
  PRICES_NOTHING: 'it has no prices',
  CATALOG_NO_TYPE: '{{where}} has a price for "{{type}}", which is not among instanceTypes',
} as const;

export type RefreshCode = keyof typeof refreshSentences;

export const sayRefresh = (code: RefreshCode, params: Told['params'] = {}): Told =>
  reasonOf(refreshSentences, code, params);
