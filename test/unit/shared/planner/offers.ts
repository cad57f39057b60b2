import type { AcceleratorModel, CatalogRegion, Offer } from '#shared/domain/catalog.ts';
import { offerId } from '#shared/planner/offer-table.ts';

/** One offer, for tests: what it is not told it takes from an AWS p5. */
export function anOffer(changes: Partial<Offer> = {}): Offer {
  const made = {
    provider: 'aws',
    region: 'us-east-1',
    zone: null,
    instanceType: 'p5.48xlarge',
    accelerator: 'H100',
    acceleratorCount: 8,
    acceleratorMemoryGiB: 80,
    vCpus: 192,
    memoryGiB: 2048,
    localDiskGiB: null,
    networkGbps: 3200,
    link: 'nvlink',
    architecture: 'x86_64',
    onDemandMicrosPerHour: 55_040_000,
    spotMicrosPerHour: null,
    spotBand: null,
    sourceId: 'test',
    pricedAt: Date.UTC(2026, 9, 19),
    ...changes,
  } satisfies Omit<Offer, 'id'>;
  return { id: offerId(made), ...made };
}

const kinds = ['T4', 'L4', 'A10G', 'L40S', 'A100', 'A100-80GB', 'H100', 'H200', 'B200', 'MI300X'];

/** Offers as a catalogue has them: some providers, many regions and types, prices of all sizes. The same for the same number. */
export function manyOffers(count: number): Offer[] {
  let state = 12345;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  return Array.from({ length: count }, (_value, row) => {
    const type = row % 400;
    const kind = type % kinds.length;
    const gpus = [1, 2, 4, 8][type % 4] ?? 1;
    const price = 200_000 * gpus * (kind + 1) + next(3_000_000);
    return anOffer({
      provider: ['aws', 'azure', 'gcp', 'lambda', 'runpod'][type % 5] ?? 'aws',
      region: `region-${Math.floor(row / 400) % 60}`,
      zone: `region-${Math.floor(row / 400) % 60}-${Math.floor(row / 24_000)}`,
      instanceType: `type${kind}.${gpus}x-${type}`,
      accelerator: kinds[kind] ?? null,
      acceleratorCount: gpus,
      acceleratorMemoryGiB: null,
      vCpus: gpus * 12,
      memoryGiB: gpus * 96,
      networkGbps: kind > 5 ? 400 : null,
      link: kind > 4 ? 'nvlink' : 'pcie',
      onDemandMicrosPerHour: next(50) === 0 ? null : price,
      spotMicrosPerHour: next(3) === 0 ? null : Math.round(price * 0.4) + next(100_000),
      spotBand: next(2) === 0 ? null : next(5),
    });
  });
}

export function aModel(changes: Partial<AcceleratorModel> & { name: string }): AcceleratorModel {
  return {
    vendor: 'nvidia',
    title: `NVIDIA ${changes.name}`,
    aliases: [],
    memoryGiB: 80,
    bandwidthGBps: 3350,
    powerW: 700,
    peaks: [{ type: 'bf16', tflops: 989, accumulate: 'fp32', source: 'test', asOf: '2026-11' }],
    achievable: null,
    link: { kind: 'nvlink', GBps: 450 },
    source: 'test',
    asOf: '2026-11',
    ...changes,
  };
}

export const testModels: AcceleratorModel[] = kinds.map((name, place) =>
  aModel({ name, memoryGiB: 16 * (place + 1) }),
);

export const testRegions: CatalogRegion[] = Array.from({ length: 60 }, (_value, place) => ({
  provider: 'aws',
  region: `region-${place}`,
  title: `Region ${place}`,
  country: ['US', 'DE', 'JP'][place % 3] ?? null,
  carbonGramsPerKWh: 100 + place,
  carbonSource: 'test',
  carbonAsOf: '2026-11',
}));
