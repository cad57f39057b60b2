import type { Client } from '#shared/contract/index.ts';
import { type Currency, type Micros, microsOf } from '#shared/domain/money.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** Amounts in the currency of the settings: as they are printed, and as they are typed. */
export interface Money {
  currency: Currency;
  say(micros: Micros): string;
  /** Throws USAGE for what is no amount; `option` is named then. */
  read(text: string, option: string): Micros;
}

export async function moneyOf(client: Client): Promise<Money> {
  const { currency, currencyPerDollar } = await client.app.settings();
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return {
    currency,
    say: (micros) => format.format((micros / 1e6) * currencyPerDollar),
    read(text, option) {
      const micros = /^\d+(\.\d+)?$/.test(text.trim()) ? microsOf(Number(text) / currencyPerDollar) : null;
      if (micros !== null) return micros;
      throw new TrainyardError('USAGE', `${option} takes an amount in ${currency}, such as 1500 or 0.25.`, {
        params: { option },
      });
    },
  };
}
