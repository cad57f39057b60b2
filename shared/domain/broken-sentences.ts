import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** What is wrong with a file that was to be whole: parts of sentences. `renderer/i18n/errors/broken.ts` has both languages. */
export const brokenSentences = {
  BROKEN_ONLY: 'it has only {{bytes}} bytes',
  BROKEN_EMPTY: 'it is empty',
  BROKEN_GONE: 'it is gone',
  BROKEN_NO_HDF5: 'it is no HDF5 file',
  BROKEN_LENGTH: 'it has {{bytes}} bytes where it says {{said}}',
  BROKEN_LISTED: 'it has {{bytes}} bytes where {{said}} are listed',
  BROKEN_HEADER_LENGTH: 'it has {{bytes}} bytes where its header says {{said}}',
  BROKEN_END_MISSING: 'its end is missing',
  BROKEN_END_UNREADABLE: 'its end cannot be read',
  BROKEN_END_LENGTH: 'its end does not fit its length',
  BROKEN_DIRECTORY: 'its directory is not where its end says',
  BROKEN_TABLE: 'its table makes no sense',
  BROKEN_START: 'it does not begin as torch or pickle writes',
  BROKEN_NO_LENGTH: 'its header says no length',
  BROKEN_CUT_HEADER: 'it ends within its header',
  BROKEN_HEADER_JSON: 'its header is no JSON',
  BROKEN_HEADER: 'its header makes no sense',
  BROKEN_HEADER_CUT: 'its header is not whole',
  BROKEN_JSON: 'it is no whole JSON',
  BROKEN_INDEX: 'it is no whole index',
  BROKEN_NO_INDEX: 'it is one part of a model whose index is missing',
  BROKEN_OTHER_SAVE: 'it is of another save under the same name',
  BROKEN_UNCOMMITTED: 'it says that it was not committed',
  BROKEN_OWN_LENGTH: 'its length is not the one it says',
  BROKEN_EARLY: 'it ends too early',
} as const;

export type BrokenCode = keyof typeof brokenSentences;

export const broken = (code: BrokenCode, params: Told['params'] = {}): Told =>
  reasonOf(brokenSentences, code, params);
