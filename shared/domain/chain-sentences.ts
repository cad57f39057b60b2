import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** What is wrong with the activity log. `renderer/i18n/errors/chain.ts` has both languages. */
export const chainSentences = {
  CHAIN_MISSING: 'Entry {{entry}} is missing.',
  CHAIN_ALTERED: 'Entry {{entry}} was altered, or is not in its place.',
  CHAIN_NO_HEAD: 'The signed note of the newest entry is missing.',
  CHAIN_SIGNATURE: 'The signature of the newest entry does not fit: entries were replaced or the key was.',
  CHAIN_CUT: 'The log was cut off: it went on to entry {{entry}}.',
  CHAIN_STRANGER: 'Entry {{entry}} was not written by Trainyard.',
  CHAIN_REPLACED: 'Entries were replaced: the newest one is not the one that was signed.',
} as const;

export type ChainCode = keyof typeof chainSentences;

/** The number of an entry is a name, not an amount: without marks of thousands. */
export const sayChain = (code: ChainCode, entry?: number): Told =>
  reasonOf(chainSentences, code, entry === undefined ? {} : { entry: String(entry) });
