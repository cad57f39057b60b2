import type { Translate } from '#renderer/i18n/index.ts';
import { formatMoney } from '#renderer/ui/index.ts';
import type { PriceChange } from '#shared/domain/plan.ts';

/** What has changed and by how much: "p5.48xlarge · aws us-east-1: $98.32 → $55.04 an hour (−44 %)". */
export function priceChangeText(change: PriceChange, t: Translate): string {
  const { what, kind, title, beforeMicros, nowMicros } = change;
  const name =
    what === 'offer'
      ? kind === 'spot'
        ? t('plan.spotOf', { title })
        : title
      : t(`plan.${what}Of`, { title });
  if (nowMicros === null) return t('plan.priceGone', { name });
  // Of what was free nobody can say by how much of it.
  const by = beforeMicros > 0 ? ` (${percentText(nowMicros / beforeMicros - 1)})` : '';
  return t('plan.priceWas', {
    name,
    before: formatMoney(beforeMicros, true),
    now: `${formatMoney(nowMicros, true)}${by}`,
  });
}

/** "+20 %", "−3.1 %": signed, a digit more where it is small. */
function percentText(share: number): string {
  const percent = Math.abs(share * 100);
  const digits = percent < 10 ? 1 : 0;
  return `${share < 0 ? '−' : '+'}${percent.toFixed(digits)} %`;
}
