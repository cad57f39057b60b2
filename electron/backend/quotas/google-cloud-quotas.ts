import { type Json, objectOf } from './reading.ts';

/** A limit by the name that the Compute API has for it; `usage` is not said. */
export interface NamedLimit {
  metric: string;
  limit: unknown;
  title: string;
  /** Of the list that was printed, from 1. */
  row: number;
}

export interface RegionLimits {
  region: string | null;
  quotas: NamedLimit[];
}

const familyQuota = 'GPUS-PER-GPU-FAMILY';
/** Accelerators that are counted by their family alone, where nothing is said of one (Compute Engine, GPU quota). */
const byFamilyOnly = ['H100', 'H100_MEGA', 'H200', 'B200', 'GB200'];

/**
 * What `gcloud beta quotas info list --service=compute.googleapis.com --format=json` prints (Cloud Quotas API, QuotaInfo): for each
 * `quotaId` its `dimensionsInfos`, each with `dimensions`, the `applicableLocations` it holds in, and `details.value` (missing: 0,
 * -1: no limit). As the Compute API names them; those by zone repeat those by region. Null: it is something else.
 */
export function cloudQuotasParts(value: unknown, given: string | null): RegionLimits[] | null {
  const list = infosIn(value);
  if (list === null) return null;
  const ofRegion = new Map<string | null, NamedLimit[]>();
  for (const [index, info] of list.entries()) {
    for (const { region, ...limit } of limitsOf(info, index + 1, given)) {
      const limits = ofRegion.get(region) ?? [];
      ofRegion.set(region, limits);
      // Where one accelerator is limited by two quotas, the lower one counts.
      const same = limits.findIndex(({ metric }) => metric === limit.metric);
      if (same === -1) limits.push(limit);
      else if (Number(limit.limit) < Number(limits[same]?.limit)) limits[same] = limit;
    }
  }
  return [...ofRegion].map(([region, quotas]) => ({ region, quotas }));
}

function infosIn(value: unknown): Json[] | null {
  const inner = objectOf(value)?.quotaInfos ?? value;
  const list = (Array.isArray(inner) ? inner : [inner]).map(objectOf);
  const infos = list.filter((each): each is Json => typeof each?.quotaId === 'string');
  const isList = infos.some(({ dimensionsInfos, service }) => Array.isArray(dimensionsInfos) || service);
  return isList && infos.length === list.length ? infos : null;
}

interface Info {
  dimensions: Json;
  limit: unknown;
  locations: readonly string[];
}

function limitsOf(
  { quotaId, dimensionsInfos }: Json,
  row: number,
  given: string | null,
): (NamedLimit & { region: string | null })[] {
  const [, name = '', scope] = /^(.+)-per-project(-region|-zone)?$/.exec(String(quotaId)) ?? [];
  // It limits something else: one entry, which is passed over and counted.
  if (name === '' || scope === '-zone' || !Array.isArray(dimensionsInfos))
    return [{ metric: String(quotaId), limit: 0, title: String(quotaId), row, region: null }];
  const found = new Map<string, NamedLimit & { region: string | null }>();
  for (const { dimensions, limit, locations } of dimensionsInfos.map(infoOf).sort(bySpecificity)) {
    const { gpu_family: family, region: one } = dimensions;
    const places = typeof one === 'string' ? [one] : locations;
    for (const metric of metricsOf(name, family)) {
      for (const place of places.length === 0 ? ['global'] : places) {
        const region = place === 'global' ? (scope === undefined ? null : given) : place;
        const key = `${region} ${metric}`;
        const title =
          name === familyQuota ? `${String(quotaId)} ${metric.replace(/_GPUS$/, '')}` : String(quotaId);
        if (!found.has(key)) found.set(key, { metric, limit, title, row, region });
      }
    }
  }
  // -1: nothing is limited, only said after what goes before it.
  return [...found.values()].filter(({ limit }) => Number(limit) !== -1);
}

function infoOf(value: unknown): Info {
  const info = objectOf(value);
  const locations = Array.isArray(info?.applicableLocations) ? info.applicableLocations : [];
  return {
    dimensions: objectOf(info?.dimensions) ?? {},
    limit: objectOf(info?.details)?.value ?? 0,
    locations: locations.filter((each): each is string => typeof each === 'string'),
  };
}

/** Region and family go before region alone, that before family alone (Cloud Quotas, "Dimension precedence"). */
const bySpecificity = (a: Info, b: Info): number => rankOf(b) - rankOf(a);
const rankOf = ({ dimensions }: Info): number =>
  ('region' in dimensions ? 2 : 0) + ('gpu_family' in dimensions ? 1 : 0);

/** "NVIDIA-A100-80GB-GPUS": NVIDIA_A100_80GB_GPUS; of the quota by family that of the family, or of all that have no other. */
function metricsOf(name: string, family: unknown): string[] {
  if (name !== familyQuota) return [name.replaceAll('-', '_')];
  if (typeof family === 'string') return [`${family}_GPUS`];
  return byFamilyOnly.map((each) => `NVIDIA_${each}_GPUS`);
}
