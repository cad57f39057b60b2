/** Why a row of a list of quotas is not taken, by its code, in English; the page has its other languages beside it (renderer/i18n/errors/quotas.ts). */
export const quotaSentences = {
  QUOTA_ROW_SHAPE: '“{{column}}” is missing: this is no quota as {{format}} lists them.',
  QUOTA_ROW_LIMIT: '{{column}} is “{{value}}”: it must be a number from 0 up.',
  QUOTA_ROW_REGION: 'It does not say which region it is of. Say it with the file.',
  QUOTA_ROW_NAME: '{{column}} is “{{value}}”: it must be a name of 1 to 60 characters.',
  QUOTA_ROW_WORD: '{{column}} is “{{value}}”; it can be {{words}}.',
  QUOTA_ROW_ACCELERATOR: 'The catalogue has no accelerator “{{value}}”.',
  QUOTA_ROW_TWICE: 'Row {{first}} says the same quota with another number.',
  QUOTA_ROW_LINE:
    'This line cannot be read: its quotes do not match, it has not {{expected}} fields, or the file ends in it.',
} as const satisfies Record<string, string>;
export type QuotaRowCode = keyof typeof quotaSentences;
