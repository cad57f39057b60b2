import type { CatalogRegion } from '#shared/domain/catalog.ts';
import type { PlanLimits, RunDemand } from '#shared/domain/plan.ts';
import { judge, type Label, unlabelled } from '#shared/domain/sensitivity.ts';
import { lineGbps, transferCost, usualGbps } from '../egress.ts';
import type { PlaceCode } from '../place-sentences.ts';
import { type Billing, billingOf } from './billing.ts';
import type { PlaceInputs } from './inputs.ts';
import type { OfferArea } from './prepared.ts';

/** Heat and light of a provider's halls on top of what machines draw: about what AWS, Azure and Google publish for 2024 (1.15, 1.16, 1.09). */
export const providersPue = 1.15;

/** What is the same for all offers of a region: whether the data may go there, and what going there means. */
export interface AreaFacts extends OfferArea {
  title: string;
  country: string | null;
  providerCode: PlaceCode | null;
  dataCode: PlaceCode | null;
  maxLabel: Label;
  egressMicros: number;
  isEgressKnown: boolean;
  /** Without a machine's own card: the line's. */
  inGbps: number;
  outGbps: number;
  diskMicrosPerGBMonth: number;
  billing: Billing;
  gramsPerKWh: number;
  carbonSource: string | null;
}

const here = { provider: null, region: null };

/** Facts of every area, in their order. */
export function areaFacts(
  areas: readonly OfferArea[],
  demand: RunDemand,
  limits: PlanLimits,
  inputs: PlaceInputs,
): AreaFacts[] {
  const regions = new Map(inputs.regions.map((each) => [`${each.provider}/${each.region}`, each]));
  return areas.map((area) =>
    factsOf(area, regions.get(`${area.provider}/${area.region}`) ?? null, demand, limits, inputs),
  );
}

function factsOf(
  area: OfferArea,
  region: CatalogRegion | null,
  demand: RunDemand,
  limits: PlanLimits,
  { egress, storage }: PlaceInputs,
): AreaFacts {
  const { provider } = area;
  const country = region?.country ?? null;
  const maxLabel = limits.offerLabels[provider] ?? unlabelled;
  const arrives = transferCost(demand.data, area, demand.data.bytes, egress);
  const returns = transferCost(area, here, demand.resultBytes, egress);
  const disk = storage.find((each) => each.provider === provider && each.kind === 'disk');
  return {
    ...area,
    title: region?.title ?? area.region,
    country,
    providerCode: isAllowed(provider, limits) ? null : 'PLACE_PROVIDER',
    dataCode: dataCodeOf(demand, { title: area.region, maxLabel, country }),
    maxLabel,
    egressMicros: arrives.micros + returns.micros,
    isEgressKnown: arrives.isKnown && returns.isKnown,
    inGbps: lineGbps(demand.data, area, null),
    outGbps: lineGbps(area, here, null),
    diskMicrosPerGBMonth: disk?.microsPerGBMonth ?? 0,
    billing: billingOf(provider),
    gramsPerKWh: region?.carbonGramsPerKWh ?? Number.NaN,
    carbonSource: region?.carbonSource ?? null,
  };
}

const isAllowed = (provider: string, { providers, excludedProviders }: PlanLimits): boolean =>
  !excludedProviders.includes(provider) && (providers.length === 0 || providers.includes(provider));

/** The same judgement as of every launch. */
export function dataCodeOf(
  demand: RunDemand,
  place: { title: string; maxLabel: Label; country: string | null },
): PlaceCode | null {
  const label = demand.label ?? unlabelled;
  const { violations } = judge(
    {
      asked: demand.label,
      data: [{ id: '', name: demand.name, path: '', label, countries: demand.countries }],
      hasUnlabelled: true,
    },
    { siteId: '', siteName: place.title, maxLabel: place.maxLabel, country: place.country, region: null },
  );
  const [first] = violations;
  if (first === undefined) return null;
  const codes = {
    label: 'PLACE_LABEL',
    country: 'PLACE_COUNTRY',
    'country-unknown': 'PLACE_COUNTRY_UNKNOWN',
  } as const;
  return codes[first.rule];
}

/** Grid of a country: the mean of the regions that stand there; NaN: not known. */
export function gridOf(country: string | null, regions: readonly CatalogRegion[]): number {
  const there = regions.flatMap((each) =>
    country !== null && each.country === country && each.carbonGramsPerKWh !== null
      ? [each.carbonGramsPerKWh]
      : [],
  );
  return there.length === 0 ? Number.NaN : there.reduce((sum, each) => sum + each, 0) / there.length;
}

/** Between machines of one provider: what a checkpoint comes over after an interruption. */
export const checkpointGbps = usualGbps.region;
