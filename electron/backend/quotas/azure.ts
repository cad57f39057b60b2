import { azureFamilyOfName } from '#shared/planner/quotas/index.ts';
import { noRegion } from './aws.ts';
import {
  amountOf,
  amountOrNull,
  objectOf,
  QuotaReading,
  type ReadingContext,
  type ReadQuota,
  textOf,
} from './reading.ts';

/**
 * `az vm list-usage --location REGION -o json`: `[{name: {value, localizedValue}, limit, currentValue}]` (Compute REST API, Usage List).
 * They are in vCPUs: families of machines (those whose name begins with N have accelerators), and all of the region, on demand
 * (`cores`) and spot (`lowPriorityCores`). The list does not say which region it is of.
 */
export function readAzure(list: readonly unknown[], { region }: ReadingContext): QuotaReading {
  const reading = new QuotaReading('azure');
  const place = region === null ? null : region.toLowerCase().replaceAll(' ', '');
  for (const [index, each] of list.entries()) reading.add(index + 1, () => readOne(each, place));
  return reading;
}

function readOne(each: unknown, region: string | null): Omit<ReadQuota, 'row'> | null {
  const row = objectOf(each);
  const name = objectOf(row?.name);
  const value = textOf(name, 'value', 'Azure');
  const families = familiesIn(value);
  if (families === null) return null;
  const localized = name?.localizedValue;
  return {
    title: (typeof localized === 'string' && localized.trim() !== '' ? localized.trim() : value).slice(
      0,
      200,
    ),
    limit: {
      provider: 'azure',
      region: region ?? noRegion(),
      kind: value === 'lowPriorityCores' ? 'spot' : 'on-demand',
      unit: 'vcpus',
      accelerator: null,
      families,
      limit: amountOf(row, 'limit'),
      inUse: amountOrNull(row, 'currentValue'),
    },
  };
}

/** None: of all machines; null: of what has no accelerators. */
function familiesIn(value: string): string[] | null {
  if (value === 'cores' || value === 'lowPriorityCores') return [];
  if (!/family$/i.test(value) || value.length > 60) return null;
  const family = azureFamilyOfName(value);
  return /^n[a-z]/.test(family) ? [family] : null;
}
