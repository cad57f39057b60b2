import { TrainyardError } from '#shared/domain/error.ts';
import type { Reason } from '#shared/domain/figure.ts';
import { reasonOf, saySentence } from '#shared/domain/sentence.ts';
import { type CostsCode, costsSentences } from '#shared/planner/costs-sentences.ts';

/** A sentence with its code, for the page to translate. */
export const costsReason = (code: CostsCode, params: Reason['params'] = {}): Reason =>
  reasonOf(costsSentences, code, params);

export const costsError = (code: CostsCode, params: Reason['params'] = {}): TrainyardError =>
  new TrainyardError(code, saySentence(costsSentences[code], params), { params });
