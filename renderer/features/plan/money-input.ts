import { useSession } from '#renderer/app/session-store.ts';
import { microsPerDollar } from '#shared/domain/money.ts';

/** Amounts as they are typed, in the currency of the settings, and back to micro-dollars. */
export function useMoneyInput() {
  const currency = useSession(({ settings }) => settings?.currency ?? 'USD');
  const perDollar = useSession(({ settings }) => settings?.currencyPerDollar ?? 1);
  return {
    currency,
    perDollar,
    /** Two digits at most. */
    shown: (micros: number): number => Math.round((micros / microsPerDollar) * perDollar * 100) / 100,
    micros: (amount: number): number => Math.max(0, Math.round((amount / perDollar) * microsPerDollar)),
  };
}
