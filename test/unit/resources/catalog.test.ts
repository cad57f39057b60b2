import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { acceleratorModel, catalogRegion, egressTable, storagePrice } from '#shared/domain/catalog.ts';
import {
  acceleratorFinder,
  acceleratorKey,
  peakTflops,
  trainingTflops,
} from '#shared/planner/accelerators.ts';
import { egressCost } from '#shared/planner/egress.ts';

/** The figures of the catalogue that comes with the app: complete, plausible, and equal to published ones where somebody knows those by heart. */
const directory = path.resolve(import.meta.dirname, '../../../resources/catalog');
const read = <Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> =>
  schema.parse(JSON.parse(readFileSync(path.join(directory, name), 'utf8')));

const dollars = z.number().gt(0).nullable();
const spec = z.strictObject({
  accelerator: z.string().min(1),
  count: z.number().gt(0),
  vCpus: z.number().gt(0).nullable(),
  memoryGiB: z.number().gt(0).nullable(),
  localDiskGiB: z.number().gt(0).nullable(),
  networkGbps: z.number().gt(0).nullable(),
  link: z.enum(['nvlink', 'pcie', 'xgmi', 'ici']).nullable(),
  architecture: z.enum(['x86_64', 'arm64']).nullable(),
  acceleratorMemoryGiB: z.number().gt(0).optional(),
});
const offersFile = z.strictObject({
  source: z.strictObject({
    id: z.string().startsWith('shipped-'),
    provider: z.string().min(1),
    title: z.string().min(10),
    url: z.url(),
    pricedAt: z.iso.date(),
  }),
  instanceTypes: z.record(z.string(), spec),
  prices: z.record(
    z.string(),
    z.record(z.string(), z.tuple([dollars, dollars, z.number().int().min(0).max(4).nullable()])),
  ),
});

const accelerators = read('accelerators.json', z.array(acceleratorModel));
const regions = read('regions.json', z.array(catalogRegion));
const egress = read('egress.json', z.array(egressTable));
const storage = read('storage.json', z.array(storagePrice));
const find = acceleratorFinder(accelerators);
const model = (name: string) => {
  const found = find(name);
  if (!found) throw new Error(`no accelerator ${name}`);
  return found;
};

const files = readdirSync(path.join(directory, 'offers')).map((name) => read(`offers/${name}`, offersFile));
const offers = files.flatMap(({ source, instanceTypes, prices }) =>
  Object.entries(prices).flatMap(([region, byType]) =>
    Object.entries(byType).map(([instanceType, [onDemand, spot, band]]) => {
      const known = instanceTypes[instanceType];
      if (!known) throw new Error(`${source.id}: ${region} has a price for the unknown type ${instanceType}`);
      return { source, region, instanceType, onDemand, spot, band, spec: known };
    }),
  ),
);
const nameOf = ({ source, region, instanceType }: (typeof offers)[number]) =>
  `${source.provider}/${region}/${instanceType}`;
const priceOf = (provider: string, region: string, instanceType: string) => {
  const found = offers.find((each) => nameOf(each) === `${provider}/${region}/${instanceType}`);
  if (!found) throw new Error(`no offer ${provider}/${region}/${instanceType}`);
  return found.onDemand;
};

describe('accelerators', () => {
  test('there are all that people plan with, and no two go by one name', () => {
    expect(accelerators.length).toBeGreaterThanOrEqual(100);
    const owners = new Map<string, string>();
    for (const { name, aliases } of accelerators)
      for (const key of new Set([name, ...aliases].map(acceleratorKey))) {
        expect(owners.get(key), `${name} and ${owners.get(key)} are both ${key}`).toBeUndefined();
        owners.set(key, name);
      }
  });

  test.each([
    ['NVIDIA A100-SXM4-80GB', 'A100-80GB'],
    ['NVIDIA A100-SXM4-40GB', 'A100'],
    ['NVIDIA A100 80GB PCIe', 'A100-80GB-PCIe'],
    ['Tesla T4', 'T4'],
    ['Tesla V100-SXM2-32GB', 'V100-32GB'],
    ['NVIDIA GeForce RTX 4090', 'RTX4090'],
    ['NVIDIA RTX 6000 Ada Generation', 'RTX6000-Ada'],
    ['NVIDIA RTX A6000', 'A6000'],
    ['NVIDIA H100 80GB HBM3', 'H100'],
    ['NVIDIA H100 PCIe', 'H100-PCIe'],
    ['NVIDIA H200', 'H200'],
    ['NVIDIA GH200 480GB', 'GH200'],
    ['AMD Instinct MI300X', 'MI300X'],
    ['tpu-v5litepod', 'tpu-v5e'],
    ['L40S', 'L40S'],
    ['a100-40gb', 'A100'],
    ['RTX PRO Server 6000', 'RTXPRO6000'],
  ])('%s, as nvidia-smi, SkyPilot or a provider says it, is %s', (said, name) => {
    expect(find(said)?.name).toBe(name);
  });

  test('figures are plausible: watts, bytes a second and operations that rise as numbers get smaller', () => {
    const falling = ['fp32', 'tf32', 'bf16', 'fp8', 'fp4'] as const;
    for (const each of accelerators) {
      expect(each.memoryGiB, each.name).toBeGreaterThanOrEqual(7);
      expect(each.memoryGiB, each.name).toBeLessThanOrEqual(512);
      const known = falling.map((type) => peakTflops(each, type)).filter((peak) => peak !== null);
      expect(
        [...known].sort((a, b) => a - b),
        each.name,
      ).toEqual(known);
      expect(new Set(each.peaks.map(({ type }) => type)).size, each.name).toBe(each.peaks.length);
      if (each.powerW !== null) expect(each.powerW, each.name).toBeLessThanOrEqual(1400);
      // No accelerator reads its own memory more than a thousand times a second.
      if (each.bandwidthGBps !== null)
        expect(each.bandwidthGBps / each.memoryGiB, each.name).toBeLessThan(100);
    }
  });

  // Dense bf16 (fp16 where there is none), GB/s, W, nominal GB: data sheets and whitepapers of the makers.
  test.each([
    ['V100', 125, 900, 300, 16],
    ['T4', 65, 320, 70, 16],
    ['L4', 121, 300, 72, 24],
    ['A10', 125, 600, 150, 24],
    ['L40S', 362, 864, 350, 48],
    ['A100', 312, 1555, 400, 40],
    ['A100-80GB', 312, 2039, 400, 80],
    ['H100', 989.4, 3350, 700, 80],
    ['H100-PCIe', 756, 2000, 350, 80],
    ['H200', 989.4, 4800, 700, 141],
    ['B200', 2250, 8000, 1000, 180],
    ['GB200', 2500, 8000, 1200, 186],
    ['RTX3090', 71, 936, 350, 24],
    ['RTX4090', 165.2, 1008, 450, 24],
    ['RTX5090', 209.5, 1792, 575, 32],
    ['MI250X', 383, 3277, 560, 128],
    ['MI300X', 1307.4, 5300, 750, 192],
    ['tpu-v5e', 197, 819, null, 16],
    ['tpu-v5p', 459, 2765, null, 95],
    ['tpu-v6e', 918, 1640, null, 32],
    ['Gaudi2', 432, 2460, 600, 96],
  ])('%s is as its maker publishes it', (name, tflops, bandwidth, watts, nominalGB) => {
    const each = model(name);
    expect([trainingTflops(each), each.bandwidthGBps, each.powerW]).toEqual([tflops, bandwidth, watts]);
    // What the driver reports lies a little below what the box says, never above it.
    expect(each.memoryGiB).toBeLessThanOrEqual(nominalGB);
    expect(each.memoryGiB).toBeGreaterThan(nominalGB * 0.92);
  });
});

describe('offers', () => {
  test('hundreds of types in many regions, small enough to ship', () => {
    expect(offers.length).toBeGreaterThan(2_500);
    for (const [provider, least] of [
      ['aws', 20],
      ['gcp', 20],
      ['azure', 30],
    ] as const)
      expect(
        new Set(offers.filter(({ source }) => source.provider === provider).map(({ region }) => region)).size,
      ).toBeGreaterThanOrEqual(least);
    const bytes = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
    expect(bytes).toBeLessThan(1_500_000);
  });

  test('each is there once, of a known accelerator, in a known region, with a price', () => {
    expect(new Set(offers.map(nameOf)).size).toBe(offers.length);
    expect(new Set(files.map(({ source }) => source.id)).size).toBe(files.length);
    const places = new Set(regions.map(({ provider, region }) => `${provider}/${region}`));
    for (const each of offers) {
      const { source, region, onDemand, spot, spec } = each;
      expect(find(spec.accelerator)?.name, nameOf(each)).toBe(spec.accelerator);
      expect(places, nameOf(each)).toContain(`${source.provider}/${region}`);
      expect(onDemand ?? spot, nameOf(each)).not.toBeNull();
    }
  });

  test('a part of an accelerator says how much memory it is, and it is that part of the whole', () => {
    for (const each of offers) {
      const { count, accelerator, acceleratorMemoryGiB } = each.spec;
      expect(acceleratorMemoryGiB !== undefined, nameOf(each)).toBe(count < 1);
      if (acceleratorMemoryGiB === undefined) continue;
      const share = acceleratorMemoryGiB / model(accelerator).memoryGiB;
      expect(Math.abs(share / count - 1), nameOf(each)).toBeLessThan(0.1);
    }
  });

  test('machines of several accelerators have a link between them that these accelerators have', () => {
    for (const each of offers) {
      const { link, count, accelerator } = each.spec;
      if (link === null) continue;
      expect(count, nameOf(each)).toBeGreaterThan(1);
      if (link === 'nvlink' || link === 'pcie') expect(model(accelerator).vendor).not.toBe('google');
      if (link === 'xgmi') expect(model(accelerator).vendor).toBe('amd');
      if (link === 'ici') expect(model(accelerator).vendor).toBe('google');
    }
  });

  test('spot is never dearer than on demand', () => {
    for (const each of offers)
      if (each.spot !== null && each.onDemand !== null)
        expect(each.spot, nameOf(each)).toBeLessThanOrEqual(each.onDemand);
  });

  test('an hour of one accelerator costs between 5 cents and 60 dollars, and what others take for it', () => {
    const perHour = (each: (typeof offers)[number]) => (each.onDemand ?? 0) / each.spec.count;
    const priced = offers.filter(({ onDemand }) => onDemand !== null);
    const byModel = Map.groupBy(priced, ({ spec }) => spec.accelerator);
    // Old and workstation accelerators that small providers rent out at a tenth of what the large ones ask.
    const soldOff = /^(verda|runpod)\/.*(V100|RTXPRO4500)/;
    for (const [name, group] of byModel) {
      const sorted = group.map(perHour).sort((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      for (const each of group) {
        expect(perHour(each), nameOf(each)).toBeGreaterThan(0.05);
        expect(perHour(each), nameOf(each)).toBeLessThan(60);
        if (soldOff.test(nameOf(each))) continue;
        expect(perHour(each) / median, `${nameOf(each)} against the median of ${name}`).toBeLessThan(8);
        expect(median / perHour(each), `${nameOf(each)} against the median of ${name}`).toBeLessThan(8);
      }
    }
  });

  test('a sheet is dated, and not in the future of its transcription', () => {
    for (const { source } of files) {
      expect(source.pricedAt >= '2024-12-01', source.id).toBe(true);
      expect(source.pricedAt <= '2026-11-30', source.id).toBe(true);
    }
  });

  // Published on the providers' price pages, looked at one by one.
  test.each([
    ['aws', 'us-east-1', 'p5.48xlarge', 55.04],
    ['aws', 'us-east-1', 'p4d.24xlarge', 21.957642],
    ['aws', 'us-east-1', 'p4de.24xlarge', 27.44705],
    ['aws', 'us-east-1', 'g5.xlarge', 1.006],
    ['aws', 'us-east-1', 'g6.xlarge', 0.8048],
    ['aws', 'us-east-1', 'g6e.xlarge', 1.861],
    ['aws', 'us-west-2', 'g4dn.xlarge', 0.526],
    ['aws', 'eu-west-1', 'g4dn.xlarge', 0.587],
    ['aws', 'eu-west-1', 'g5.xlarge', 1.123],
    ['aws', 'us-east-1', 'p3.2xlarge', 3.06],
    ['aws', 'us-west-2', 'p6-b200.48xlarge', 113.9328],
    ['gcp', 'us-central1', 'a2-highgpu-1g', 3.67339],
    ['gcp', 'us-central1', 'g2-standard-4', 0.70683],
    ['gcp', 'us-central1', 'a3-highgpu-8g', 88.49],
    ['gcp', 'us-east5', 'ct6e-standard-1t', 2.7],
    ['gcp', 'us-central1', 'n1-standard-4+1xT4', 0.54],
    ['azure', 'eastus', 'Standard_NC24ads_A100_v4', 3.673],
    ['azure', 'eastus', 'Standard_NC40ads_H100_v5', 6.98],
    ['azure', 'eastus', 'Standard_NC4as_T4_v3', 0.526],
    ['azure', 'eastus', 'Standard_ND96isr_H100_v5', 98.32],
    ['azure', 'eastus', 'Standard_ND96amsr_A100_v4', 32.77],
    ['azure', 'eastus', 'Standard_NV36ads_A10_v5', 3.2],
    ['nebius', 'eu-north1', 'gpu-h100-sxm_8gpu-128vcpu-1600gb', 23.6],
    ['oci', 'us-ashburn-1', 'BM.GPU.H100.8', 80],
    ['oci', 'us-ashburn-1', 'BM.GPU.MI300X.8', 48],
  ])('%s %s %s is $%d an hour', (provider, region, instanceType, price) => {
    expect(priceOf(provider, region, instanceType)).toBeCloseTo(price, 3);
  });
});

describe('regions', () => {
  test('each once; carbon with its source and year or not at all', () => {
    expect(new Set(regions.map(({ provider, region }) => `${provider}/${region}`)).size).toBe(regions.length);
    for (const { provider, region, carbonGramsPerKWh, carbonSource, carbonAsOf } of regions) {
      expect([carbonSource === null, carbonAsOf === null], `${provider}/${region}`).toEqual([
        carbonGramsPerKWh === null,
        carbonGramsPerKWh === null,
      ]);
      if (carbonGramsPerKWh !== null) expect(carbonGramsPerKWh).toBeLessThan(900);
    }
  });

  test('hydropower is cleaner than coal', () => {
    const grams = (region: string) =>
      regions.find((each) => each.provider === 'gcp' && each.region === region)?.carbonGramsPerKWh ?? NaN;
    expect(grams('europe-north2')).toBeLessThan(20);
    expect(grams('europe-west9')).toBeLessThan(60);
    expect(grams('europe-central2')).toBeGreaterThan(500);
  });
});

describe('traffic and storage', () => {
  test('tiers rise, get no dearer, and end without an end; no region is in two tables of one direction', () => {
    const seen = new Set<string>();
    for (const { provider, to, regions: names, tiers } of egress) {
      for (const region of names.length === 0 ? ['*'] : names) {
        expect(seen.has(`${provider}/${to}/${region}`), `${provider}/${to}/${region}`).toBe(false);
        seen.add(`${provider}/${to}/${region}`);
      }
      const ends = tiers.map(({ upToBytes }) => upToBytes ?? Number.POSITIVE_INFINITY);
      expect(ends.at(-1)).toBe(Number.POSITIVE_INFINITY);
      tiers.forEach((tier, index) => {
        const next = tiers[index + 1];
        if (!next) return;
        expect(ends[index + 1]).toBeGreaterThan(ends[index] ?? 0);
        expect(next.microsPerGB, provider).toBeLessThanOrEqual(tier.microsPerGB);
      });
    }
  });

  test('ten terabytes out of AWS cost $921.60, or $912.60 after the free 100 GB: its GB is 2^30 bytes', () => {
    const table = egress.find((each) => each.provider === 'aws' && each.regions.includes('us-east-1'));
    if (!table) throw new Error('no table of AWS');
    const tenTerabytes = 10 * 2 ** 40;
    expect(egressCost(tenTerabytes, { ...table, freeBytes: 0 }) / 1e6).toBeCloseTo(921.6, 2);
    expect(egressCost(tenTerabytes, table) / 1e6).toBeCloseTo(912.6, 2);
  });

  test('all regions that offers are in have a price of traffic to the internet or none is known on purpose', () => {
    const unknown = offers
      .filter(
        ({ source, region }) =>
          !egress.some(
            (table) =>
              table.provider === source.provider &&
              table.to === 'internet' &&
              (table.regions.length === 0 || table.regions.includes(region)),
          ),
      )
      .map(({ source, region }) => `${source.provider}/${region}`);
    expect([...new Set(unknown)].sort()).toEqual([
      'aws/af-south-1',
      'aws/ap-east-1',
      'aws/ap-northeast-3',
      'aws/ap-south-2',
      'aws/ap-southeast-3',
      'aws/il-central-1',
      'aws/me-central-1',
      'aws/me-south-1',
      'gcp/asia-northeast1',
      'gcp/asia-northeast3',
    ]);
  });

  test('a gigabyte costs between a tenth of a cent and 20 cents a month', () => {
    for (const { provider, name, microsPerGBMonth } of storage) {
      expect(microsPerGBMonth, `${provider} ${name}`).toBeGreaterThanOrEqual(1_000);
      expect(microsPerGBMonth, `${provider} ${name}`).toBeLessThanOrEqual(200_000);
    }
  });
});
