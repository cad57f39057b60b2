import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPriceFile } from '#backend/catalog/import/index.ts';
import type { ImportRequest } from '#backend/catalog/index.ts';
import { PriceCheck } from '#backend/catalog/price-check.ts';
import type { ImportReport, Offer } from '#shared/domain/catalog.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { priceSentences } from '#shared/planner/price-sentences.ts';
import { catalogSetting, owner } from './setting.ts';

const ask = { fileName: 'prices.csv', provider: null, pricedAt: null, dryRun: false, partial: false };
const sheetHeader = 'provider,region,zone,instance_type,accelerator,count,on_demand,spot';
const sheet = (...rows: string[]) => `${[sheetHeader, ...rows].join('\n')}\n`;

async function importing(text: string, changes: Partial<Omit<ImportRequest, 'text'>> = {}) {
  const setting = await catalogSetting();
  const report = await setting.catalog.import({ ...ask, ...changes, text }, owner);
  return { ...setting, report };
}

/** Row and code of each refusal. */
const refusals = ({ refused }: ImportReport) => refused.map(({ row, code }) => `${row} ${code}`);

describe('a price sheet', () => {
  test('any order of columns, quotes, a byte order mark, semicolons and decimal commas', async () => {
    const text =
      '\ufeffGPU;"On Demand";Region;Instance Type;Cloud;GPU Count;Notes;VRAM;vCPUs;Link;Arch;Spot Band\r\n' +
      'nvidia h100 80gb hbm3;"24,50";fra;"big; box";CoreWeave;8;"a ""note""";;128;NVLink;amd64;1\r\n' +
      'A99;1.234,5;fra;odd;CoreWeave;2;;48;;;;\r\n' +
      ';0,5;fra;cpu;CoreWeave;;;;16;;;\r\n';
    const { catalog, report } = await importing(text);
    expect(report).toMatchObject({
      taken: true,
      format: 'sheet',
      rows: 3,
      accepted: 3,
      refusedCount: 0,
      added: 3,
    });
    expect(catalog.offer('coreweave/fra/-/big; box')).toMatchObject({
      accelerator: 'H100',
      acceleratorCount: 8,
      onDemandMicrosPerHour: 24_500_000,
      spotMicrosPerHour: null,
      spotBand: 1,
      vCpus: 128,
      link: 'nvlink',
      architecture: 'x86_64',
    });
    expect(catalog.offer('coreweave/fra/-/odd')).toMatchObject({
      accelerator: 'A99',
      acceleratorMemoryGiB: 48,
      onDemandMicrosPerHour: 1_234_500_000,
    });
    expect(catalog.offer('coreweave/fra/-/cpu')).toMatchObject({ accelerator: null, acceleratorCount: 0 });
  });

  test('prices by the month and in other currencies where it says what they are worth', async () => {
    const text =
      'provider,region,instance_type,on_demand,unit,currency,usd_rate\n' +
      'mine,dc,a,730,month,USD,\nmine,dc,b,10,hour,EUR,1.1\nmine,dc,c,10,hour,EUR,\nmine,dc,d,€10,hour,,\nmine,dc,e,10,week,USD,\nmine,dc,f,10,,EUR,x\n';
    const { catalog, report } = await importing(text, { partial: true });
    expect(catalog.offer('mine/dc/-/a')?.onDemandMicrosPerHour).toBe(1_000_000);
    expect(catalog.offer('mine/dc/-/b')?.onDemandMicrosPerHour).toBe(11_000_000);
    expect(refusals(report)).toEqual([
      '4 PRICE_CURRENCY',
      '5 PRICE_CURRENCY',
      '6 PRICE_UNIT',
      '7 PRICE_CURRENCY',
    ]);
  });

  test('garbage is refused with its row and a reason, and then nothing is taken', async () => {
    const rows: [row: string, code: string][] = [
      ['aws,us-east-1,,g5.xlarge,A10G,1,0,', 'PRICE_NOT_POSITIVE'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,-1.006,', 'PRICE_NOT_POSITIVE'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,1006,', 'PRICE_FAR_FROM_KNOWN'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,0.001,', 'PRICE_FAR_FROM_KNOWN'],
      ['aws,us-east-1,,p5.48xlarge,H100,8,55,0.02', 'PRICE_FAR_FROM_KNOWN'],
      ['aws,,,g5.xlarge,A10G,1,1.006,', 'ROW_NO_REGION'],
      [',us-east-1,,g5.xlarge,A10G,1,1.006,', 'ROW_NO_PROVIDER'],
      ['aws,us-east-1,,,A10G,1,1.006,', 'ROW_NO_TYPE'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,NaN,', 'PRICE_NOT_A_NUMBER'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,free,', 'PRICE_NOT_A_NUMBER'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,,', 'PRICE_MISSING'],
      ['aws,us-east-1,,g5.xlarge,A10G,-1,1.006,', 'ROW_NUMBER'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,£1.006,', 'PRICE_CURRENCY'],
      ['aws,us-east-1,,g5.xlarge,A10G,1', 'ROW_FIELDS'],
      ['aws,us-east-1,,g5.xlarge,A10G,1,1.006,,', 'ROW_FIELDS'],
      ['aws,us-east-1,,"g5.xlarge,A10G,1,1.006,', 'ROW_QUOTES'],
    ];
    const { catalog, report, activity } = await importing(
      sheet(...rows.map(([row]) => row), 'aws,us-east-1,,g6.xlarge,L4,1,0.81,'),
    );
    expect(refusals(report)).toEqual(rows.map(([, code], place) => `${place + 2} ${code}`));
    for (const { message } of report.refused) expect(message).not.toMatch(/[{}]|undefined/);
    expect(report).toMatchObject({ taken: false, accepted: 1, sourceId: null });
    expect(catalog.offer('aws/us-east-1/-/g6.xlarge')?.onDemandMicrosPerHour).toBe(800_000);
    expect(catalog.offer('aws/us-east-1/-/g5.xlarge')?.onDemandMicrosPerHour).toBe(1_006_000);
    expect(activity.list({ search: '', action: 'catalog', limit: 5 })).toEqual([]);
  });

  test('good rows are taken beside bad ones where that was asked for', async () => {
    const { catalog, report } = await importing(
      sheet('aws,us-east-1,,g5.xlarge,A10G,1,0,', 'aws,us-east-1,,g6.xlarge,L4,1,0.81,'),
      { partial: true },
    );
    expect(report).toMatchObject({ taken: true, accepted: 1, refusedCount: 1, changed: 1, added: 0 });
    expect(catalog.offer('aws/us-east-1/-/g6.xlarge')?.onDemandMicrosPerHour).toBe(810_000);
    expect(catalog.offer('aws/us-east-1/-/g5.xlarge')?.onDemandMicrosPerHour).toBe(1_006_000);
  });

  test('what stands twice is taken once, with two prices it is refused', async () => {
    const row = 'mine,dc,,a,L4,1,0.9,';
    const { report } = await importing(sheet(row, row, 'mine,dc,,a,L4,1,0.95,'), { partial: true });
    expect(report).toMatchObject({ accepted: 1, skipped: 1 });
    expect(refusals(report)).toEqual(['4 ROW_DUPLICATE']);
  });

  test('a file that was cut off is refused wherever it was cut', async () => {
    const text = sheet('mine,dc,,a,L4,1,0.9,0.4', 'mine,dc,,"b, large",L4,1,0.9,0.4').trimEnd();
    const lastLine = text.lastIndexOf('\n') + 1;
    for (let length = lastLine + 1; length < text.lastIndexOf(','); length += 1) {
      const file = openPriceFile('prices.csv', text.slice(0, length), null);
      const reading = await file.read(
        { sourceId: 's', pricedAt: 0, find: () => null, spec: () => null },
        () => new PriceCheck(OfferTable.of([])),
      );
      expect(reading.refusals.list.map(({ row, code }) => `${row} ${code}`)).toEqual(['3 ROW_CUT_OFF']);
    }
  });

  test('a price unlike all others of such accelerators is refused though the machine is new', async () => {
    const { report } = await importing(
      sheet(
        'mine,dc,,a,L4,1,900,',
        'mine,dc,,b,L4,1,0.9,',
        'mine,dc,,c,L4,1,0.001,',
        'mine,dc,,d,Unheard-of,1,900,',
      ),
      { partial: true },
    );
    expect(refusals(report)).toEqual(['2 PRICE_FAR_FROM_USUAL', '4 PRICE_FAR_FROM_USUAL']);
  });
});

describe('a SkyPilot catalogue', () => {
  // Rows as they are in its public catalogue.
  const aws =
    'InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone,Arch\n' +
    'a1.2xlarge,,,8.0,16.0,,0.2568,0.256800,ap-northeast-1,apne1-az2,arm64\n' +
    'c1.medium,,,2.0,1.69921875,,0.158,0.050100,ap-northeast-1,apne1-az1,i386\n' +
    "p5.48xlarge,H100,8.0,192.0,2048.0,\"{'Gpus': [{'Name': 'H100', 'Manufacturer': 'NVIDIA', 'Count': 8, 'MemoryInfo': {'SizeInMiB': 81920}}], 'TotalGpuMemoryInMiB': 655360}\",55.04,21.5,us-east-1,use1-az1,x86_64\n" +
    'p5.48xlarge,H100,8.0,192.0,2048.0,,,,us-west-1,usw1-az1,x86_64\n';

  test('of AWS, whose machines it knows already', async () => {
    const { catalog, report } = await importing(aws, { fileName: 'catalogs/v8/aws/vms.csv' });
    expect(report).toMatchObject({
      taken: true,
      format: 'skypilot',
      provider: 'aws',
      rows: 4,
      accepted: 3,
      skipped: 1,
      refusedCount: 0,
    });
    expect(catalog.offer('aws/us-east-1/use1-az1/p5.48xlarge')).toEqual({
      id: 'aws/us-east-1/use1-az1/p5.48xlarge',
      provider: 'aws',
      region: 'us-east-1',
      zone: 'use1-az1',
      instanceType: 'p5.48xlarge',
      accelerator: 'H100',
      acceleratorCount: 8,
      acceleratorMemoryGiB: null,
      vCpus: 192,
      memoryGiB: 2048,
      localDiskGiB: null,
      networkGbps: 3200,
      link: 'nvlink',
      architecture: 'x86_64',
      onDemandMicrosPerHour: 55_040_000,
      spotMicrosPerHour: 21_500_000,
      spotBand: null,
      sourceId: report.sourceId,
      pricedAt: Date.UTC(2026, 10, 28, 12),
    });
    expect(catalog.offer('aws/ap-northeast-1/apne1-az1/c1.medium')).toMatchObject({
      accelerator: null,
      architecture: null,
    });
    expect(catalog.sources().at(-1)).toMatchObject({
      kind: 'imported',
      title: 'SkyPilot aws/vms.csv',
      rows: 3,
    });
  });

  test('of Google: machines and accelerators are put together, or stand wholly in one of the two', async () => {
    const text = `InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice
a2-highgpu-8g,96.0,680.0,,,,us-central1,us-central1-a,5.91582,2.958
a3-highgpu-8g,208.0,1872.0,,,,us-central1,us-central1-a,9.46006,2.88933
g2-standard-4,4.0,16.0,,,,us-central1,us-central1-a,0.14688,
g2-standard-8,8.0,32.0,,,,us-central1,us-central1-a,0.29376,0.1
a4-highgpu-8g,224.0,3968.0,,,,us-central1,us-central1-a,0.0,0.0
n1-standard-4,4.0,15.0,,,,us-central1,us-central1-a,0.19,0.04
n1-highmem-4,4.0,26.0,,,,us-central1,us-central1-a,0.236606,0.05
n1-standard-8,8.0,30.0,,,,us-central1,us-central1-a,0.379998,0.08
n4-standard-80,80.0,320.0,,,,us-central1,us-central1-a,3.628,1.34304
,,,A100,8,,us-central1,us-central1-a,23.47,9.4
,,,A100,16,,us-central1,us-central1-a,46.9,
,,,H100,8,,us-central1,us-central1-a,78.8,
,,,L4,1,,us-central1,us-central1-a,0.56004,0.22
,,,B200,8,,us-central1,us-central1-a,90.0,45.0
,,,T4,1,,us-central1,us-central1-a,0.35,0.1
,,,T4,1,,us-central1,us-central1-b,0.35,0.1
,,,tpu-v5litepod-8,1,tpu-v5litepod-8,us-central1,us-central1-a,9.6,1.95941
,,,tpu-v4-5632,1,tpu-v4-5632,us-central2,us-central2-b,9067.52,2594.944
,,,tpu-v4-5632,1,tpu-v4-5632,us-central2,us-central2-b,9067.52,2594.944
,,,tpu-v6e-16,1,tpu-v6e-16,southamerica-west1,southamerica-west1-a,43.2,700.0
,,,tpu-v6e-16,1,tpu-v6e-16,southamerica-east1,southamerica-east1-c,700.0,700.0
`;
    const { catalog, report } = await importing(text, { provider: 'gcp' });
    expect(report.refused).toEqual([]);
    const price = (id: string) => {
      const offer = catalog.offer(`gcp/${id}`);
      return (
        offer && [
          offer.accelerator,
          offer.acceleratorCount,
          offer.onDemandMicrosPerHour,
          offer.spotMicrosPerHour,
        ]
      );
    };
    const zone = 'us-central1/us-central1-a';
    expect(price(`${zone}/a2-highgpu-8g`)).toEqual(['A100', 8, 29_385_820, 12_358_000]);
    expect(price(`${zone}/a3-highgpu-8g`)).toEqual(['H100', 8, 88_260_060, null]);
    expect(price(`${zone}/g2-standard-4`)).toEqual(['L4', 1, 706_920, null]);
    expect(price(`${zone}/g2-standard-8`)).toEqual(['L4', 1, 853_800, 320_000]);
    expect(price(`${zone}/a4-highgpu-8g`)).toEqual(['B200', 8, 90_000_000, 45_000_000]);
    // The cheapest n1 with four processors and 16 GiB, as SkyPilot chooses it.
    expect(price(`${zone}/n1-highmem-4+1xT4`)).toEqual(['T4', 1, 586_606, 150_000]);
    expect(price(`${zone}/n1-standard-8`)).toEqual([null, 0, 379_998, 80_000]);
    expect(price(`${zone}/n4-standard-80`)).toEqual([null, 0, 3_628_000, 1_343_040]);
    expect(price(`${zone}/tpu-v5litepod-8`)).toEqual(['tpu-v5e', 8, 9_600_000, 1_959_410]);
    expect(price('us-central2/us-central2-b/tpu-v4-5632')).toEqual([
      'tpu-v4',
      2816,
      9_067_520_000,
      2_594_944_000,
    ]);
    // 700 stands for no price.
    expect(price('southamerica-west1/southamerica-west1-a/tpu-v6e-16')).toEqual([
      'tpu-v6e',
      16,
      43_200_000,
      null,
    ]);
    expect(price('southamerica-east1/southamerica-east1-c/tpu-v6e-16')).toBeNull();
    // No machine for 16 A100, none for a T4 in the other zone, one TPU said twice, one without a price.
    expect(report.skipped).toBe(4);
  });

  test('of others, with memory as they write it', async () => {
    const text =
      'InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Region,SpotPrice,Price,AvailabilityZone,GpuInfo\n' +
      "1x_X9_SECURE,X9,1.0,8.0,117.0,IN,1.39,1.39,AP-IN-1,\"{'Gpus': [{'MemoryInfo': {'SizeInMiB': 80}}]}\"\n" +
      "1x_X8_SECURE,X8,1.0,8.0,117.0,IN,1.39,1.39,AP-IN-1,\"{'Gpus': [{'MemoryInfo': {'SizeInMiB': 49152}}]}\"\n" +
      'free_SECURE,X8,1.0,8.0,117.0,IN,0.0,0.0,AP-IN-1,\n' +
      'nowhere_SECURE,X8,1.0,8.0,117.0,,,1.0,,\n' +
      'odd_SECURE,X8,1.0,many,117.0,IN,,1.0,AP-IN-1,\n';
    const { catalog, report } = await importing(text, { provider: 'RunPod', partial: true });
    expect(catalog.offer('runpod/IN/AP-IN-1/1x_X9_SECURE')?.acceleratorMemoryGiB).toBe(80);
    expect(catalog.offer('runpod/IN/AP-IN-1/1x_X8_SECURE')?.acceleratorMemoryGiB).toBe(48);
    expect(refusals(report)).toEqual(['4 PRICE_NOT_POSITIVE', '5 ROW_NO_REGION', '6 ROW_NUMBER']);
  });

  test('needs to be told whose it is', async () => {
    const { catalog } = await catalogSetting();
    await expect(catalog.import({ ...ask, text: aws }, owner)).rejects.toMatchObject({
      code: 'CATALOG_PROVIDER_UNKNOWN',
    });
  });
});

describe('taking in', () => {
  const text = sheet('mine,dc,,a,L4,1,0.9,', 'mine,dc,,b,L4,1,0.8,');

  test('a dry run says all and changes nothing', async () => {
    const { catalog, report, events, activity } = await importing(text, { dryRun: true });
    expect(report).toMatchObject({ taken: false, accepted: 2, added: 2, sourceId: null });
    expect(catalog.offer('mine/dc/-/a')).toBeNull();
    expect(events).toEqual([]);
    expect(activity.list({ search: '', action: '', limit: 9 }).map(({ action }) => action)).not.toContain(
      'catalog.import',
    );
  });

  test('the same file again takes the place of what it was, and says what is other', async () => {
    const { catalog, events } = await importing(text);
    const other = sheet('mine,dc,,b,L4,1,0.85,', 'mine,dc,,c,L4,1,0.7,');
    const report = await catalog.import({ ...ask, text: other }, owner);
    expect(report).toMatchObject({ added: 1, changed: 1, gone: 1, taken: true });
    expect(catalog.offer('mine/dc/-/a')).toBeNull();
    expect(catalog.sources().filter(({ kind }) => kind === 'imported')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'catalog.changed')).toHaveLength(2);
  });

  test('the newest price of an offer wins, whichever came last', async () => {
    const { catalog, again } = await importing(sheet('aws,us-east-1,,g5.xlarge,A10G,1,1.5,'), {
      pricedAt: Date.UTC(2026, 8, 1),
    });
    expect(catalog.offer('aws/us-east-1/-/g5.xlarge')).toMatchObject({ onDemandMicrosPerHour: 1_006_000 });
    const newer = {
      ...ask,
      fileName: 'newer.csv',
      pricedAt: Date.UTC(2026, 10, 1),
      text: sheet('aws,us-east-1,,g5.xlarge,A10G,1,1.6,'),
    };
    const { sourceId } = await catalog.import(newer, owner);
    for (const each of [catalog, again()])
      expect(each.offer('aws/us-east-1/-/g5.xlarge')).toMatchObject({
        onDemandMicrosPerHour: 1_600_000,
        sourceId,
      });
    catalog.removeSource(sourceId ?? '', owner);
    expect(catalog.offer('aws/us-east-1/-/g5.xlarge')?.onDemandMicrosPerHour).toBe(1_006_000);
  });

  test('what is no price file is told so', async () => {
    const { catalog } = await catalogSetting();
    for (const [given, code] of [
      ['', 'CATALOG_FILE_EMPTY'],
      ['\n\n', 'CATALOG_FILE_EMPTY'],
      ['name,age\nx,1\n', 'CATALOG_FILE_UNKNOWN'],
      ['{"offers": []}', 'CATALOG_FILE_UNKNOWN'],
    ] as const)
      await expect(catalog.import({ ...ask, text: given }, owner)).rejects.toMatchObject({ code });
    expect((await catalog.import({ ...ask, text: `${sheetHeader}\n` }, owner)).taken).toBe(false);
  });

  test('10,000 files of any kind are read or refused, and no price that was taken is none', async () => {
    const cell = fc.constantFrom(
      'aws',
      'us-east-1',
      'g5.xlarge',
      'A10G',
      'H100',
      'tpu-v4-8',
      '8',
      '1',
      '0.5',
      '-1',
      '0',
      '1e9',
      'NaN',
      '',
      '"',
      '"x"',
      '$2',
      '1,5',
      '€3',
      'x\n',
      '\u0000',
    );
    const header = fc.constantFrom(
      sheetHeader,
      'region;instance_type;on_demand;currency;unit',
      'InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone',
    );
    const rows = fc.array(fc.array(cell, { maxLength: 9 }), { maxLength: 3 });
    const check = new PriceCheck(OfferTable.of([]));
    const context = { sourceId: 's', pricedAt: 0, find: () => null, spec: () => null };
    const believable = ({
      onDemandMicrosPerHour: price,
      spotMicrosPerHour: spot,
      region,
      instanceType,
    }: Offer) =>
      [price, spot].every((one) => one === null || (one > 0 && Number.isSafeInteger(one))) &&
      (price !== null || spot !== null) &&
      region !== '' &&
      instanceType !== '';
    await fc.assert(
      fc.asyncProperty(header, rows, fc.constantFrom('gcp', 'aws'), async (first, cells, provider) => {
        const delimiter = first.includes(';') ? ';' : ',';
        const file = openPriceFile(
          'x.csv',
          [first, ...cells.map((row) => row.join(delimiter))].join('\n'),
          provider,
        );
        const { offers, refusals: refused, rows: read, skipped } = await file.read(context, () => check);
        if (!offers.every(({ offer }) => believable(offer))) throw new Error('a price that is none');
        if (provider !== 'gcp' && offers.length + refused.count + skipped !== read)
          throw new Error('a row was lost');
      }),
      { numRuns: 10_000 },
    );
  });

  test('every reason has its words in both languages', async () => {
    const { errorWords } = await import('#renderer/i18n/errors.ts');
    for (const [code, sentence] of Object.entries(priceSentences)) {
      expect(errorWords.en[code]).toBe(sentence);
      expect(errorWords['zh-CN'][code]).toBeTruthy();
    }
  });
});
