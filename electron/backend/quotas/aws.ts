import {
  amountOf,
  objectOf,
  QuotaReading,
  type ReadingContext,
  type ReadQuota,
  RowRefused,
  textOf,
} from './reading.ts';

/** Families with accelerators: of the others nothing is planned. */
const accelerated = /^(p\d*|g\d*|vt\d*|dl\d*|inf\d*|trn\d*)$/;

/**
 * `aws service-quotas list-service-quotas --service-code ec2 --output json`: `{Quotas: [{QuotaArn, QuotaName, Value}]}`
 * (Service Quotas API, ServiceQuota). They are in vCPUs; the region stands in the ARN; what is in use is not said.
 */
export function readAws(list: readonly unknown[], { region }: ReadingContext): QuotaReading {
  const reading = new QuotaReading('aws');
  for (const [index, each] of list.entries()) reading.add(index + 1, () => readOne(each, region));
  return reading;
}

function readOne(each: unknown, given: string | null): Omit<ReadQuota, 'row'> | null {
  const row = objectOf(each);
  const title = textOf(row, 'QuotaName', 'AWS');
  const named = namedIn(title);
  if (named === null) return null;
  return {
    title,
    limit: {
      provider: 'aws',
      region: regionOf(row?.QuotaArn) ?? given ?? noRegion(),
      kind: named.kind,
      unit: 'vcpus',
      accelerator: null,
      families: named.families,
      limit: amountOf(row, 'Value'),
      inUse: null,
    },
  };
}

/** "Running On-Demand G and VT instances", "All P4, P3 and P2 Spot Instance Requests". */
function namedIn(title: string): { kind: 'on-demand' | 'spot'; families: string[] } | null {
  const onDemand = /^Running On-Demand ([\w, ]{1,60}) instances$/i.exec(title);
  const spot = /^All ([\w, ]{1,60}) Spot Instance Requests$/i.exec(title);
  const words = onDemand?.[1] ?? spot?.[1];
  if (words === undefined) return null;
  const families = words
    .toLowerCase()
    .split(/,\s*(?:and\s+)?|\s+and\s+/)
    .map((family) => family.trim());
  if (families.length > 20 || !families.every((family) => accelerated.test(family))) return null;
  return { kind: onDemand ? 'on-demand' : 'spot', families };
}

/** "arn:aws:servicequotas:us-east-1:123456789012:ec2/L-417A185B" */
function regionOf(arn: unknown): string | null {
  const region = typeof arn === 'string' ? arn.split(':')[3] : undefined;
  return region !== undefined && /^[a-z]{2}(-[a-z]{2,20}){1,3}-\d{1,2}$/.test(region) ? region : null;
}

export function noRegion(): never {
  throw new RowRefused('QUOTA_ROW_REGION');
}
