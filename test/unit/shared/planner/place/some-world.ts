import type { AcceleratorModel, EgressTable, Offer } from '#shared/domain/catalog.ts';
import type { PlanLimits, RunDemand } from '#shared/domain/plan.ts';
import type { Quota } from '#shared/domain/quota.ts';
import { OfferTable, offerId } from '#shared/planner/offer-table.ts';
import { figureOf } from '#shared/planner/place/figure-of.ts';
import type { OwnMachine, PlaceInputs, PlaceQuestion, WorkEngine } from '#shared/planner/place/index.ts';
import { quotaId } from '#shared/planner/quotas/index.ts';

export const at = Date.UTC(2026, 10, 1);
export const hour = 3_600_000;

export const someAccelerator = (
  name: string,
  memoryGiB: number,
  tflops: number,
  powerW: number,
): AcceleratorModel => ({
  name,
  vendor: 'nvidia',
  title: name,
  aliases: [],
  memoryGiB,
  bandwidthGBps: null,
  powerW,
  peaks: [{ type: 'bf16', tflops, accumulate: 'fp32', source: 'sheet', asOf: '2026-01' }],
  achievable: { share: 0.8, source: 'measured' },
  link: { kind: 'nvlink', GBps: null },
  source: 'sheet',
  asOf: '2026-01',
});

export const accelerators = [
  someAccelerator('L4', 24, 121, 72),
  someAccelerator('A100', 40, 312, 400),
  someAccelerator('A100-80GB', 80, 312, 400),
  someAccelerator('H100', 80, 989, 700),
];

export function someOffer(change: Partial<Offer> = {}): Offer {
  const offer: Offer = {
    id: '',
    provider: 'aws',
    region: 'us-east-1',
    zone: null,
    instanceType: 'p5.48xlarge',
    accelerator: 'H100',
    acceleratorCount: 8,
    acceleratorMemoryGiB: null,
    vCpus: 192,
    memoryGiB: 2048,
    localDiskGiB: null,
    networkGbps: 100,
    link: 'nvlink',
    architecture: 'x86_64',
    onDemandMicrosPerHour: 40_000_000,
    spotMicrosPerHour: null,
    spotBand: null,
    sourceId: 'shipped',
    pricedAt: at - hour,
    ...change,
  };
  return { ...offer, id: change.id ?? offerId(offer) };
}

/** Of AWS's machines with P in us-east-1, in vCPUs, where nothing else is said. */
export const someQuota = (change: Partial<Quota> = {}): Quota => {
  const quota: Quota = {
    id: '',
    provider: 'aws',
    region: 'us-east-1',
    kind: 'on-demand',
    unit: 'vcpus',
    accelerator: null,
    families: ['p'],
    limit: 192,
    inUse: null,
    title: '',
    source: 'typed',
    at,
    ...change,
  };
  return { ...quota, id: change.id ?? quotaId(quota) };
};

export const someMachine = (change: Partial<OwnMachine> = {}): OwnMachine => ({
  id: 'heron',
  name: 'heron',
  maxLabel: 'confidential',
  country: 'DE',
  gpus: Array.from({ length: 8 }, () => ({ accelerator: 'H100', memoryGiB: 80, freeAt: at })),
  cpus: 128,
  memoryGiB: 1024,
  freeDiskBytes: 4e12,
  microsPerHour: 16_000_000,
  ratedAt: at - hour,
  pue: 1.4,
  unready: null,
  ...change,
});

const tier = (upToGB: number | null, microsPerGB: number) => ({
  upToBytes: upToGB === null ? null : upToGB * 1e9,
  microsPerGB,
});
export const awsInternet: EgressTable = {
  provider: 'aws',
  to: 'internet',
  regions: [],
  freeBytes: 0,
  tiers: [tier(10_240, 90_000), tier(51_200, 85_000), tier(153_600, 70_000), tier(null, 50_000)],
  source: 'price list',
  asOf: '2026-11',
};

export const someInputs = (
  offers: readonly Offer[],
  machines: readonly OwnMachine[] = [],
  change: Partial<PlaceInputs> = {},
): PlaceInputs => ({
  offers: OfferTable.of(offers),
  accelerators,
  regions: [
    region('aws', 'us-east-1', 'US', 380),
    region('aws', 'eu-central-1', 'DE', 360),
    region('aws', 'eu-north-1', 'SE', 30),
    region('gcp', 'us-central1', 'US', 400),
    region('lambda', 'nowhere', null, null),
  ],
  egress: [awsInternet],
  storage: [
    { provider: 'aws', kind: 'disk', name: 'gp3', microsPerGBMonth: 80_000, source: 's', asOf: '2026-11' },
  ],
  machines,
  quotas: [],
  sourceTitles: { shipped: 'Price list' },
  priceFactor: 1,
  ...change,
});

const region = (provider: string, name: string, country: string | null, grams: number | null) => ({
  provider,
  region: name,
  title: name,
  country,
  carbonGramsPerKWh: grams,
  carbonSource: 'grid',
  carbonAsOf: '2025',
});

/** Ten hours on 8 H100. */
export const someDemand = (change: Partial<RunDemand> = {}): RunDemand => ({
  name: 'train',
  accelerators: [],
  gpuCounts: [8],
  cpus: null,
  memoryGiB: null,
  diskGiB: null,
  model: null,
  setup: null,
  tokens: null,
  duration: { accelerator: 'H100', gpus: 8, ms: 10 * hour },
  measured: [],
  data: { bytes: 0, provider: null, region: null },
  resultBytes: 0,
  checkpointBytes: 0,
  checkpointEveryMs: hour,
  setupMs: 0,
  useSpot: 'allowed',
  label: null,
  countries: [],
  ...change,
});

export const someLimits = (change: Partial<PlanLimits> = {}): PlanLimits => ({
  deadlineAt: null,
  budgetMicros: null,
  maxCarbonGrams: null,
  providers: [],
  excludedProviders: [],
  offerLabels: {},
  ...change,
});

export const someQuestion = (change: Partial<PlaceQuestion> = {}): PlaceQuestion => ({
  demand: someDemand(),
  limits: someLimits(),
  objective: 'cheapest',
  at,
  ...change,
});

/** Judges by the accelerator's memory alone, and by its peak: ranking is tested without the formulas of fit and time. */
export const plainEngine = (needGiB: number): WorkEngine => ({
  fit: ({ accelerator }) => ({
    verdict: accelerator.memoryGiB >= needGiB ? 'fits' : 'no',
    need: { lowBytes: (needGiB - 10) * 2 ** 30, highBytes: needGiB * 2 ** 30 },
    availableBytes: accelerator.memoryGiB * 2 ** 30,
  }),
  remedy: () => [{ code: 'REMEDY_RECOMPUTE', params: {}, message: 'Recompute all activations.' }],
  time({ accelerator, gpus, tokens }) {
    const peak = accelerator.peaks[0]?.tflops;
    if (peak === undefined) return null;
    const ms = (tokens / (peak * gpus)) * 1000;
    return { ms: { p10: ms * 0.8, p50: ms, p90: ms * 1.5 }, figure: figureOf('planTrain', ms, 'ms') };
  },
});
