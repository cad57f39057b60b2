import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Shipped } from '#backend/catalog/shipped.ts';
import { resourcesDirectory } from '#backend/resources.ts';
import { type OwnCosts, offer } from '#shared/domain/catalog.ts';
import { newId } from '#shared/domain/id.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';
import { tempDirectory } from '#test/temp.ts';
import { addMachine, catalogSetting, owner, shippedOffers, writeShipped } from './setting.ts';

describe('what the app came with', () => {
  test('offers, regions and accelerators, each with its source and date', async () => {
    const { catalog } = await catalogSetting();
    expect(catalog.table().length).toBe(9);
    expect(catalog.offer('aws/us-east-1/use1-az4/p5.48xlarge')).toMatchObject({
      onDemandMicrosPerHour: 55_040_000,
      spotMicrosPerHour: 18_000_000,
      spotBand: null,
      link: 'nvlink',
      sourceId: 'shipped-aws',
      pricedAt: Date.UTC(2026, 9, 19),
    });
    expect(catalog.offer('aws/us-east-1/-/p5.48xlarge')?.spotBand).toBe(2);
    expect(catalog.offer('aws/mars/-/p5.48xlarge')).toBeNull();
    expect(catalog.sources().map(({ id, rows, kind }) => [id, rows, kind])).toEqual([
      ['shipped-aws', 5, 'shipped'],
      ['shipped-azure', 2, 'shipped'],
      ['shipped-gcp', 2, 'shipped'],
    ]);
    expect(catalog.accelerator('nvidia h100_80gb hbm3')?.name).toBe('H100');
    expect(catalog.accelerator('H9000')).toBeNull();
    expect(catalog.region('aws', 'us-east-1')?.country).toBe('US');
    expect(catalog.region('azure', 'us-east-1')).toBeNull();
  });

  test('is sent once, and not again to who has it', async () => {
    const { catalog } = await catalogSetting();
    const packed = catalog.packedOffers(null);
    expect([...OfferTable.unpack(packed?.packed ?? '')]).toEqual([...catalog.table()]);
    expect(catalog.packedOffers(packed?.version ?? null)).toBeNull();
    expect(catalog.packedOffers('another')).not.toBeNull();
  });

  test('a damaged file is named, with the place in it', async () => {
    const directory = await tempDirectory('shipped');
    const expectWhy = (offers: Record<string, unknown>, why: RegExp) => {
      rmSync(path.join(directory, 'offers'), { recursive: true, force: true });
      writeShipped(directory, offers);
      expect(() => new Shipped(directory).sources).toThrow(why);
    };
    const { aws } = shippedOffers;
    expectWhy(
      { aws: { ...aws, prices: { x: { 'g5.xlarge': [-1, null, null] } } } },
      /aws\.json.*prices\.x\.g5\.xlarge\.0/,
    );
    expectWhy({ aws: { ...aws, prices: { x: { 'g5.huge': [1, null, null] } } } }, /prices\.x.*g5\.huge/);
    expectWhy({ aws: { ...aws, zones: { x: { y: { 'g5.huge': [1, null, null] } } } } }, /zones\.x\.y/);
    expectWhy({ aws: { ...aws, source: { ...aws.source, pricedAt: 'today' } } }, /source\.pricedAt/);
    expectWhy({ aws: { ...aws, extra: 1 } }, /aws\.json/);
    writeFileSync(path.join(directory, 'offers', 'aws.json'), '{');
    expect(() => new Shipped(directory).sources).toThrow(/aws\.json/);
    rmSync(directory, { recursive: true });
    expect(new Shipped(directory).accelerators).toEqual([]);
    expect(new Shipped(directory).sources).toEqual([]);
  });

  test('the files in resources/catalog are what they should be', () => {
    const { accelerators, sources, regions } = new Shipped(path.join(resourcesDirectory, 'catalog'));
    const find = acceleratorFinder(accelerators);
    for (const { name } of accelerators) expect(find(name)?.name).toBe(name);
    const places = new Set(regions.map(({ provider, region }) => `${provider}/${region}`));
    expect(places.size).toBe(regions.length);
    const ids = sources.map(({ source }) => source.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { offers } of sources)
      for (const one of offers) {
        expect(offer.safeParse(one).success, one.id).toBe(true);
        if (one.accelerator !== null) expect(find(one.accelerator)?.name, one.id).toBe(one.accelerator);
      }
  });
});

describe('sources', () => {
  test('shipped ones stay, unknown ones are told so', async () => {
    const { catalog } = await catalogSetting();
    expect(() => catalog.removeSource('shipped-aws', owner)).toThrow(/cannot be removed/);
    expect(() => catalog.removeSource('imported-x', owner)).toThrow(/no such source/);
    expect(catalog.table().length).toBe(9);
  });

  test('one that cannot be read any more is left out, and the others are there', async () => {
    const { catalog, store, again } = await catalogSetting();
    const text = 'provider,region,instance_type,on_demand\nmine,dc,a,1\n';
    const ask = { fileName: 'a.csv', provider: null, pricedAt: null, dryRun: false, partial: false };
    await catalog.import({ ...ask, text }, owner);
    await catalog.import({ ...ask, fileName: 'b.csv', text: text.replace('a,1', 'b,2') }, owner);
    store.sql.run("UPDATE catalogOffers SET content = x'00' WHERE sourceId LIKE 'imported-a%'");
    const other = again();
    expect(other.offer('mine/dc/-/a')).toBeNull();
    expect(other.offer('mine/dc/-/b')?.onDemandMicrosPerHour).toBe(2_000_000);
  });
});

describe('machines of one’s own', () => {
  const costs: OwnCosts = {
    capexMicros: 300_000_000_000,
    residualMicros: 30_000_000_000,
    overhead: 0.1,
    years: 4,
    powerKW: null,
    pue: 1.3,
    microsPerKWh: 250_000,
    otherMicrosPerHour: 1_000_000,
    utilisation: 0.6,
  };

  test('cost what was said of them, from then on', async () => {
    const { catalog, store, clock, events, activity } = await catalogSetting();
    const id = addMachine(
      store,
      'box',
      Array.from({ length: 8 }, () => 'NVIDIA H100 80GB HBM3'),
    );
    const expected = ownHourlyRate(costs, 8, 700);
    const first = clock.now();
    expect(catalog.rateOf(id, first)).toEqual({ microsPerHour: 0, basis: 'none', since: 0 });
    catalog.setOwnCosts(id, costs, owner);
    clock.advance(1000);
    catalog.setOwnCosts(id, { ...costs, otherMicrosPerHour: 2_000_000 }, owner);
    clock.advance(1000);
    const own = { basis: 'own', microsPerHour: expected.microsPerHour, since: first };
    expect(catalog.rateOf(id, first - 1).basis).toBe('none');
    expect(catalog.rateOf(id, first + 999)).toEqual(own);
    expect(catalog.rateOf(id, first + 1000).microsPerHour).toBe(expected.microsPerHour + 1_000_000);
    expect(catalog.ownCosts()).toMatchObject([{ machineId: id, rate: { since: first + 1000 } }]);
    expect(catalog.sources().at(-1)).toMatchObject({ kind: 'own', rows: 1 });

    catalog.setOwnCosts(id, null, owner);
    expect(catalog.rateOf(id, clock.now())).toEqual({ microsPerHour: 0, basis: 'none', since: first + 2000 });
    expect(catalog.rateOf(id, first + 5)).toEqual(own);
    expect(catalog.ratesOf(id)).toHaveLength(3);
    expect(catalog.ownCosts()).toEqual([]);
    expect(events.filter(({ type }) => type === 'costs.changed')).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'catalog.changed')).toHaveLength(3);
    expect(activity.list({ search: '', action: 'catalog.setOwnCosts', limit: 9 })).toHaveLength(3);
  });

  test('of an accelerator that nobody knows the limit of the card counts, and slices are parts of one', async () => {
    const { catalog, store } = await catalogSetting();
    const id = addMachine(store, 'box', ['Something new', 'Something new']);
    catalog.setOwnCosts(id, costs, owner);
    expect(catalog.ownCosts()[0]?.gpuMicrosPerHour).toBe(ownHourlyRate(costs, 2, 350).microsPerUsefulGpuHour);
    const inventory = store.machines.require(id).inventory;
    if (!inventory) throw new Error('no inventory');
    store.machines.setInventory(id, {
      ...inventory,
      accelerators: inventory.accelerators.map((one) => ({
        ...one,
        mig: { parentIndex: 0, profile: '1g.10gb' },
      })),
    });
    expect(catalog.ownCosts()[0]?.gpuMicrosPerHour).toBe(ownHourlyRate(costs, 1, 350).microsPerUsefulGpuHour);
  });

  test('must be there', async () => {
    const { catalog } = await catalogSetting();
    expect(() => catalog.setOwnCosts(newId(), costs, owner)).toThrow();
  });
});
