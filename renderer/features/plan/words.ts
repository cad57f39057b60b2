import { type Translate, translateError } from '#renderer/i18n/index.ts';
import { formatMoney } from '#renderer/ui/index.ts';
import type { Reason } from '#shared/domain/figure.ts';
import type { PlaceRef } from '#shared/domain/plan.ts';

/** A reason in the language of the page. */
export const sentence = ({ code, params, message }: Reason): string => translateError(code, params, message);

/** "own machine", "on demand", "spot". */
export const kindWord = (kind: PlaceRef['kind'], t: Translate): string =>
  t(({ machine: 'plan.kindOwn', 'on-demand': 'plan.kindOnDemand', spot: 'plan.kindSpot' } as const)[kind]);

/** An amount at an axis: without cents where there are none. */
export const moneyMark = (micros: number): string => formatMoney(micros).replace(/[.,]00(?!\d)/, '');

/** "8 × H100", with the number of machines where there are several. */
export function hardware({ accelerator, gpus, nodes }: PlaceRef, t: Translate): string {
  const each = accelerator === null ? t('plan.noGpu') : `${gpus} × ${accelerator}`;
  return nodes > 1 ? t('plan.nodes', { nodes, each }) : each;
}

/** "aws, us-east-2 (US)"; '' of an own machine whose country nobody has said. */
export function whereabouts({ provider, region, country }: PlaceRef): string {
  const place = [provider, region].filter((part) => part !== null).join(', ');
  return country === null ? place : place === '' ? country : `${place} (${country})`;
}
