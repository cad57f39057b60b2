/** Why a row of a price file is not taken, in English; the page has its other languages in renderer/i18n/errors/catalog.ts. */
export const priceSentences = {
  ROW_CUT_OFF: 'The file ends in the middle of this row: it was cut off. Get it again.',
  ROW_QUOTES: 'The quotes in this row do not fit together.',
  ROW_FIELDS: 'This row has {{fields}} fields, the header has {{expected}}.',
  ROW_NO_REGION: 'No region is given.',
  ROW_NO_TYPE: 'No instance type is given.',
  ROW_NO_PROVIDER: 'No provider is given.',
  ROW_NAME_LONG: '{{column}} is longer than {{most}} characters.',
  ROW_DUPLICATE: '{{offer}} is in row {{first}} already, with another price.',
  ROW_NUMBER: '{{column}} is "{{value}}", which is no number from 0 up.',
  ROW_WORD: '{{column}} is "{{value}}"; it can be {{words}}.',
  PRICE_MISSING: 'Neither a price on demand nor a spot price is given.',
  PRICE_NOT_A_NUMBER: '"{{value}}" is no price.',
  PRICE_NOT_POSITIVE: '"{{value}}" is no price: it must be more than zero.',
  PRICE_TOO_HIGH: '"{{value}}" is too much for an hour of any machine.',
  PRICE_AMBIGUOUS:
    '"{{value}}" can be read in two ways. Write it with a point and no separator of thousands.',
  PRICE_CURRENCY:
    'Prices in {{currency}} are not taken. Convert them to USD, or give what one is worth in dollars in a column usd_rate.',
  PRICE_UNIT: 'A price per "{{unit}}" is not understood: it can be per hour or per month.',
  PRICE_FAR_FROM_KNOWN:
    '{{priceMicros}} an hour for {{offer}} is too far from the price known before, {{knownMicros}}.',
  PRICE_FAR_FROM_USUAL:
    '{{priceMicros}} an hour per {{accelerator}} is too far from what one usually costs, {{usualMicros}}.',
} as const satisfies Record<string, string>;
export type PriceCode = keyof typeof priceSentences;
