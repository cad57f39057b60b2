import type { RefusedRow } from '#shared/domain/catalog.ts';
import { saySentence } from '#shared/domain/sentence.ts';
import { priceSentences, type PriceCode as RefusalCode } from '#shared/planner/price-sentences.ts';

export interface Refusal {
  code: RefusalCode;
  params: Record<string, string | number>;
}

/** Rows told one by one; the others are counted. */
export const mostRefusals = 1000;

export class Refusals {
  readonly list: RefusedRow[] = [];
  count = 0;

  add(row: number, { code, params }: Refusal): void {
    this.count += 1;
    if (this.list.length < mostRefusals)
      this.list.push({ row, code, params, message: sayRefusal(code, params) });
  }
}

export const sayRefusal = (code: RefusalCode, params: Refusal['params']): string =>
  saySentence(priceSentences[code], params);
