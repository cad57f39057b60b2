import type { Offer } from '#shared/domain/catalog.ts';
import type { PlaceRef, PoolQuota } from '#shared/domain/plan.ts';
import type { Quota } from '#shared/domain/quota.ts';
import { countsAgainst, leftOf, quotaName, takenByOne } from '#shared/planner/quotas/index.ts';

/** The quotas that renting an offer counts against, with what is left of each and what one machine takes. */
export function poolQuotas(
  { kind }: Pick<PlaceRef, 'kind'>,
  offer: Offer | null,
  quotas: readonly Quota[],
): PoolQuota[] {
  if (kind === 'machine' || offer === null) return [];
  const machine = { ...offer, gpus: offer.acceleratorCount };
  return quotas.flatMap((quota) => {
    const perMachine = countsAgainst(quota, machine, kind) ? takenByOne(quota, machine) : null;
    if (perMachine === null) return [];
    return [{ id: quota.id, title: quotaName(quota), most: leftOf(quota), perMachine }];
  });
}
