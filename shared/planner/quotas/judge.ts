import type { Quota, QuotaLimit } from '#shared/domain/quota.ts';
import { familyKey, isOfFamily } from './families.ts';

/** A machine that would be rented, as quotas see it. */
export interface Rentable {
  provider: string;
  region: string;
  instanceType: string;
  accelerator: string | null;
  /** Of one machine. */
  gpus: number;
  vCpus: number | null;
}

/** Said again, a quota takes the place of the one before: of these there is one each. */
export const quotaId = ({ provider, region, kind, unit, accelerator, families }: QuotaLimit): string =>
  [
    provider,
    region ?? '-',
    kind,
    unit,
    accelerator ?? '-',
    families.map(familyKey).sort().join('+') || '-',
  ].join('/');

/** What is left of it. */
export const leftOf = ({ limit, inUse }: Pick<Quota, 'limit' | 'inUse'>): number =>
  Math.max(0, limit - (inUse ?? 0));

/** Whether renting such a machine counts against a quota. */
export function countsAgainst(
  quota: QuotaLimit,
  machine: Omit<Rentable, 'gpus' | 'vCpus'>,
  kind: 'on-demand' | 'spot',
): boolean {
  const { provider, instanceType, accelerator } = machine;
  if (quota.provider !== provider || (quota.region !== null && quota.region !== machine.region)) return false;
  if (quota.kind !== 'any' && quota.kind !== kind) return false;
  if (quota.accelerator !== null && quota.accelerator !== accelerator) return false;
  // A quota of GPUs is none of TPUs, unless it names them.
  if (
    quota.unit === 'accelerators' &&
    quota.accelerator === null &&
    (accelerator ?? 'tpu-').startsWith('tpu-')
  )
    return false;
  return (
    quota.families.length === 0 || quota.families.some((family) => isOfFamily(provider, instanceType, family))
  );
}

/** What one such machine takes of it; null: nobody says how many processors it has. */
export const takenByOne = (
  { unit }: Pick<QuotaLimit, 'unit'>,
  { gpus, vCpus }: Pick<Rentable, 'gpus' | 'vCpus'>,
): number | null => (unit === 'accelerators' ? gpus : vCpus);

export interface QuotaShortage {
  quota: Quota;
  /** What is needed of it, what is left, and the least limit that would let it pass. */
  asked: number;
  left: number;
  least: number;
}

/** Parts of accelerators are added up. */
const rounding = 1e-6;

/**
 * The quota that is furthest from letting so many machines be rented together; null: all let them, and all must.
 * @param quotas those that count them ({@link countsAgainst}).
 */
export function shortageOf(
  quotas: readonly Quota[],
  machine: Pick<Rentable, 'gpus' | 'vCpus'>,
  machines: number,
): QuotaShortage | null {
  let worst: QuotaShortage | null = null;
  for (const quota of quotas) {
    const asked = (takenByOne(quota, machine) ?? 0) * machines;
    const left = leftOf(quota);
    if (asked <= left + rounding) continue;
    if (worst === null || asked / Math.max(left, rounding) > worst.asked / Math.max(worst.left, rounding))
      worst = { quota, asked, left, least: (quota.inUse ?? 0) + asked };
  }
  return worst;
}

/** As it is spoken of: the provider's own name of it, else what it limits. */
export function quotaName({ provider, region, title, accelerator, families }: Omit<Quota, 'id'>): string {
  const what = title || [accelerator, families.join(', ')].filter(Boolean).join(' ');
  return [`${provider} ${region ?? ''}`.trim(), what].filter(Boolean).join(' · ');
}
