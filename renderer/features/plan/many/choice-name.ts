import { useT } from '#renderer/i18n/index.ts';
import { formatInteger } from '#renderer/ui/index.ts';
import type { Choice } from './choice-layout.ts';

/** "Trade-off 3", or what its strategy is called. */
export function useChoiceName(): (choice: Choice) => string {
  const t = useT();
  return ({ kind, place, solution }) =>
    kind === 'front'
      ? t('plan.tradeOffN', { n: formatInteger(place) })
      : t(`plan.strategies.${solution.strategy}`);
}
