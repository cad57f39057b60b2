import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { Catalog, type CatalogOptions } from '#backend/catalog/index.ts';
import { EventBus } from '#backend/events.ts';
import { Jobs } from '#backend/jobs.ts';
import type { Store } from '#backend/store/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import { seededRandom, seedInventory } from '#test/lab/seed.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, openForTest, silentLog } from '#test/temp-store.ts';
import { aModel, testModels } from '#test/unit/shared/planner/offers.ts';

export const owner = { name: 'tester', role: 'owner' } as const;

const spec = { accelerator: 'H100', count: 8, vCpus: 192, memoryGiB: 2048, link: 'nvlink' };
/** A catalogue as small as can be: three providers, each price known. */
export const shippedOffers = {
  aws: {
    source: { id: 'shipped-aws', provider: 'aws', title: 'AWS', url: null, pricedAt: '2026-10-19' },
    instanceTypes: {
      'p5.48xlarge': { ...spec, networkGbps: 3200, architecture: 'x86_64' },
      'g5.xlarge': { accelerator: 'A10G', count: 1, vCpus: 4, memoryGiB: 16 },
      'g6.xlarge': { accelerator: 'L4', count: 1, vCpus: 4, memoryGiB: 16 },
    },
    prices: {
      'us-east-1': {
        'p5.48xlarge': [55.04, 20, 2],
        'g5.xlarge': [1.006, null, null],
        'g6.xlarge': [0.8, null, 0],
      },
      'eu-west-1': { 'g5.xlarge': [1.123, null, null] },
    },
    zones: { 'us-east-1': { 'use1-az4': { 'p5.48xlarge': [55.04, 18, null] } } },
  },
  azure: {
    source: { id: 'shipped-azure', provider: 'azure', title: 'Azure', pricedAt: '2026-10-01' },
    instanceTypes: {
      Standard_ND96isr_H100_v5: { ...spec, vCpus: 96 },
      Standard_NC4as_T4_v3: { accelerator: 'T4', count: 1 },
    },
    prices: {
      eastus: { Standard_ND96isr_H100_v5: [98.32, 40, null], Standard_NC4as_T4_v3: [0.526, null, null] },
    },
  },
  gcp: {
    source: { id: 'shipped-gcp', provider: 'gcp', title: 'Google', pricedAt: '2026-10-02' },
    instanceTypes: {
      'a3-highgpu-8g': { ...spec, vCpus: 208, memoryGiB: 1872, localDiskGiB: 6000 },
      'g2-standard-4': { accelerator: 'L4', count: 1, vCpus: 4, memoryGiB: 16 },
    },
    prices: { 'us-central1': { 'a3-highgpu-8g': [88.25, null, null], 'g2-standard-4': [0.71, 0.28, null] } },
  },
};

/** Writes a directory like resources/catalog. */
export function writeShipped(directory: string, offers: Record<string, unknown> = shippedOffers): void {
  mkdirSync(path.join(directory, 'offers'), { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFileSync(path.join(directory, name), JSON.stringify(content));
  write('accelerators.json', [
    ...testModels.filter(({ name }) => name !== 'H100'),
    aModel({ name: 'H100', aliases: ['NVIDIA H100 80GB HBM3', 'H100 SXM'] }),
    aModel({ name: 'tpu-v5e', vendor: 'google' }),
  ]);
  write('regions.json', [
    {
      provider: 'aws',
      region: 'us-east-1',
      title: 'N. Virginia',
      country: 'US',
      carbonGramsPerKWh: 380,
      carbonSource: 'x',
      carbonAsOf: '2025',
    },
  ]);
  write('egress.json', []);
  write('storage.json', []);
  for (const [name, content] of Object.entries(offers)) write(`offers/${name}.json`, content);
}

export interface CatalogSetting {
  catalog: Catalog;
  store: Store;
  clock: ManualClock;
  events: AppEvent[];
  jobs: Jobs;
  directory: string;
  activity: Activity;
  /** Another one over the same database, as after a start of the app. */
  again(): Catalog;
}

/** A catalogue over a new database; all of it is gone when the running test is. */
export async function catalogSetting(options: Partial<CatalogOptions> = {}): Promise<CatalogSetting> {
  const directory = await tempDirectory('catalog');
  writeShipped(directory);
  const clock = new ManualClock();
  const store = openForTest({ file: path.join(directory, 'trainyard.db'), clock });
  const bus = new EventBus();
  const events: AppEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const jobs = new Jobs(bus, clock);
  onTestFinished(() => jobs.close());
  const activity = new Activity(store, clock, path.join(directory, 'activity.key'));
  const make = () =>
    new Catalog({ store, activity, events: bus, jobs, clock, log: silentLog, directory, ...options });
  return { catalog: make(), store, clock, events, jobs, directory, activity, again: make };
}

/** A machine with accelerators of one kind. */
export function addMachine(store: Store, name: string, accelerators: readonly string[]): string {
  const id = newId();
  store.sites.insert({ id, kind: 'ssh', name, ssh: { host: name }, autoConnect: false, createdAt: 0 });
  store.machines.upsert({ id, siteId: id, name });
  const inventory = seedInventory(seededRandom(1), name, 0);
  store.machines.setInventory(id, {
    ...inventory,
    accelerators: accelerators.map((model, index) => ({
      index,
      uuid: `GPU-${index}`,
      vendor: 'nvidia',
      model,
      memoryBytes: null,
      memoryUsedBytes: null,
      utilisation: null,
      temperatureC: null,
      powerW: null,
      powerLimitW: 350,
      mig: null,
      fault: null,
      processes: [],
    })),
  });
  return id;
}
