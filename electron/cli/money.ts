import type { Client } from '#shared/contract/index.ts';
import type { Reason } from '#shared/domain/figure.ts';
import { type Currency, type Micros, microsOf } from '#shared/domain/money.ts';
import { moneyWriter } from '#shared/domain/money-text.ts';
import { englishWords } from '#shared/domain/sentence-values.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { saidWithin, sayReason } from '#shared/planner/sentences.ts';

/** Amounts in the currency of the settings: as they are printed, and as they are typed. */
export interface Money {
  currency: Currency;
  say(micros: Micros, fine?: boolean): string;
  /** A reason of the planner's, its amounts in this currency. */
  reason(reason: Reason): string;
  /** The same of all reasons within an answer, for `--json`. */
  within<T>(answer: T): T;
  /** Throws USAGE for what is no amount; `option` is named then. */
  read(text: string, option: string): Micros;
}

export async function moneyOf(client: Client): Promise<Money> {
  const { currency, currencyPerDollar } = await client.app.settings();
  const say = moneyWriter('en', currency, currencyPerDollar);
  const words = { ...englishWords, money: say };
  return {
    currency,
    say,
    reason: (reason) => sayReason(reason, words),
    within: (answer) => saidWithin(answer, words),
    read(text, option) {
      const micros = /^\d+(\.\d+)?$/.test(text.trim()) ? microsOf(Number(text) / currencyPerDollar) : null;
      if (micros !== null) return micros;
      throw new TrainyardError('USAGE', `${option} takes an amount in ${currency}, such as 1500 or 0.25.`, {
        params: { option },
      });
    },
  };
}
