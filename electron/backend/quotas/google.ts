import { noRegion } from './aws.ts';
import { cloudQuotasParts } from './google-cloud-quotas.ts';
import { amountOf, amountOrNull, objectOf, QuotaReading, type ReadQuota, textOf } from './reading.ts';

/** What metrics count: the accelerator by the catalogue's name, and the machines where one accelerator has two metrics. */
const metrics: Readonly<Record<string, { accelerator: string; families?: string[] }>> = {
  K80: { accelerator: 'K80' },
  P4: { accelerator: 'P4' },
  P100: { accelerator: 'P100' },
  V100: { accelerator: 'V100' },
  T4: { accelerator: 'T4' },
  L4: { accelerator: 'L4' },
  A100: { accelerator: 'A100' },
  A100_80GB: { accelerator: 'A100-80GB' },
  H100: { accelerator: 'H100', families: ['a3-highgpu', 'a3-edgegpu'] },
  H100_MEGA: { accelerator: 'H100', families: ['a3-megagpu'] },
  H200: { accelerator: 'H200' },
  B200: { accelerator: 'B200' },
  GB200: { accelerator: 'GB200' },
  RTX_PRO_6000: { accelerator: 'RTXPRO6000' },
};

interface Part {
  region: string | null;
  quotas: readonly unknown[];
}

/**
 * `gcloud compute regions describe REGION --format=json`, `gcloud compute regions list --format=json` and
 * `gcloud compute project-info describe --format=json` (GPUS_ALL_REGIONS): `{name, quotas: [{metric, limit, usage}]}` (Compute API, Quota);
 * newer accelerators stand in `gcloud beta quotas info list` alone (google-cloud-quotas.ts).
 * Where nobody ever asked for a quota of preemptible ones its limit is 0, and spot machines count against the usual one.
 */
export function readGoogle(parts: readonly Part[]): QuotaReading {
  const reading = new QuotaReading('gcp');
  let row = 0;
  for (const { region, quotas } of parts) {
    const ownSpot = new Set(
      quotas.flatMap((each) => {
        const { metric, limit } = objectOf(each) ?? {};
        const [, of] = typeof metric === 'string' ? (/^PREEMPTIBLE_(\w+)$/.exec(metric) ?? []) : [];
        return of !== undefined && Number(limit) > 0 ? [of] : [];
      }),
    );
    for (const each of quotas) {
      row += 1;
      const said = objectOf(each)?.row;
      reading.add(typeof said === 'number' ? said : row, () => readOne(each, region, ownSpot));
    }
  }
  return reading;
}

function readOne(
  each: unknown,
  region: string | null,
  ownSpot: ReadonlySet<string>,
): Omit<ReadQuota, 'row'> | null {
  const row = objectOf(each);
  const metric = textOf(row, 'metric', 'Google');
  const isSpot = metric.startsWith('PREEMPTIBLE_');
  const name = isSpot ? metric.slice('PREEMPTIBLE_'.length) : metric;
  const counted = countedBy(name);
  if (counted === null) return null;
  const limit = amountOf(row, 'limit');
  if (isSpot && limit === 0) return null;
  const everywhere = name === 'GPUS_ALL_REGIONS';
  return {
    title: typeof row?.title === 'string' ? row.title : metric,
    limit: {
      provider: 'gcp',
      region: everywhere ? null : (region ?? noRegion()),
      kind: isSpot ? 'spot' : ownSpot.has(name) ? 'on-demand' : 'any',
      ...counted,
      limit,
      inUse: amountOrNull(row, 'usage'),
    },
  };
}

type Counted = Pick<ReadQuota['limit'], 'unit' | 'accelerator' | 'families'>;

function countedBy(name: string): Counted | null {
  if (name === 'GPUS_ALL_REGIONS') return { unit: 'accelerators', accelerator: null, families: [] };
  // Machines with GPUs that can be added or taken away are N1; others have processors of their own.
  if (name === 'CPUS') return { unit: 'vcpus', accelerator: null, families: ['n1'] };
  const [, machines] = /^([AG]\d)_CPUS$/.exec(name) ?? [];
  if (machines !== undefined) return { unit: 'vcpus', accelerator: null, families: [machines.toLowerCase()] };
  const [, gpu = ''] = /^NVIDIA_(\w+)_GPUS$/.exec(name) ?? [];
  const known = Object.hasOwn(metrics, gpu) ? metrics[gpu] : undefined;
  return known
    ? { unit: 'accelerators', accelerator: known.accelerator, families: known.families ?? [] }
    : null;
}

/** The regions in what gcloud printed; null: it is something else. `given`: the region of a list that does not say. */
export function googleParts(value: unknown, given: string | null): Part[] | null {
  const named = cloudQuotasParts(value, given);
  if (named !== null) return named;
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every((each) => typeof objectOf(each)?.metric === 'string'))
    return [{ region: given, quotas: list }];
  const parts: Part[] = [];
  for (const each of list) {
    const part = objectOf(each);
    if (part === null || !Array.isArray(part.quotas)) return null;
    const { kind, name } = part;
    const region = kind === 'compute#project' || typeof name !== 'string' ? given : name.trim() || given;
    parts.push({ region, quotas: part.quotas });
  }
  return parts.length === 0 ? null : parts;
}
