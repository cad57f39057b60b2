import { useSession } from '#renderer/app/session-store.ts';
import { currentLanguage } from '#renderer/i18n/index.ts';

/** The currency that amounts are shown and typed in: how much of it a dollar is, and its sign ("$", "€"). */
export function currencyOf(): { perDollar: number; sign: string } {
  const { settings } = useSession.getState();
  const currency = settings?.currency ?? 'USD';
  const parts = new Intl.NumberFormat(currentLanguage(), {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).formatToParts(0);
  const sign = parts.find(({ type }) => type === 'currency')?.value ?? currency;
  return { perDollar: settings?.currencyPerDollar ?? 1, sign };
}
