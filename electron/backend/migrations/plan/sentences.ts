import type { MigrationCheck, MigrationPlan } from '#shared/domain/migration.ts';
import { moveSentences as sentences } from '#shared/domain/move-sentences.ts';
import { fillSentence } from '#shared/domain/sentence.ts';

export type Said = NonNullable<MigrationCheck['remedy']>;
type Params = Record<string, string | number>;

export type SentenceCode = keyof typeof sentences;

/** A sentence with its values. A sentence never ends with two full stops, whatever a value ends with. */
export function say(code: SentenceCode, params: Params = {}): Said {
  return { code, params, message: fillSentence(sentences[code], params).replace(/\.\.$/, '.') };
}

export const pass = (code: SentenceCode, params: Params = {}): MigrationCheck => ({
  ...say(code, params),
  verdict: 'pass',
  remedy: null,
});
export const warn = (
  code: SentenceCode,
  params: Params,
  remedy: SentenceCode | null,
  more: Params = {},
): MigrationCheck => ({
  ...say(code, params),
  verdict: 'warn',
  remedy: remedy === null ? null : say(remedy, { ...params, ...more }),
});
export const fail = (
  code: SentenceCode,
  params: Params,
  remedy: SentenceCode,
  more: Params = {},
): MigrationCheck => ({ ...say(code, params), verdict: 'fail', remedy: say(remedy, { ...params, ...more }) });

export type Mode = MigrationPlan['modes'][number];

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
/** "12.3 GB", in powers of 1000. */
export function bytesInWords(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}
