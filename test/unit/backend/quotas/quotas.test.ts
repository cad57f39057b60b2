import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventBus } from '#backend/events.ts';
import { Quotas } from '#backend/quotas/index.ts';
import { readQuotas } from '#backend/quotas/read.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { type Quota, quotaLimit } from '#shared/domain/quota.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { quotaSentences } from '#shared/planner/quota-sentences.ts';
import { accelerators } from '../../shared/planner/place/some-world.ts';
import { catalogSetting, owner } from '../catalog/setting.ts';

const find = acceleratorFinder(accelerators);
const read = (value: unknown, region: string | null = null) =>
  readQuotas('quotas.json', typeof value === 'string' ? value : JSON.stringify(value), { region, find });
const limits = (value: unknown, region: string | null = null) =>
  read(value, region).quotas.map(({ limit }) => limit);

/** As the AWS CLI prints it. */
const aws = (name: string, value: unknown, region = 'us-east-1') => ({
  ServiceCode: 'ec2',
  ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
  QuotaArn: `arn:aws:servicequotas:${region}:123456789012:ec2/L-417A185B`,
  QuotaCode: 'L-417A185B',
  QuotaName: name,
  Value: value,
  Unit: 'None',
  Adjustable: true,
  GlobalQuota: false,
});
const azure = (value: string, limit: unknown, currentValue: unknown = '0') => ({
  currentValue,
  limit,
  localName: value,
  name: { localizedValue: `Standard ${value} vCPUs`, value },
});
/** Built from the published schema of the Cloud Quotas API (QuotaInfo, DimensionsInfo): no account's own. */
const info = (quotaId: string, ...dimensionsInfos: unknown[]) => ({
  name: `projects/1/locations/global/services/compute.googleapis.com/quotaInfos/${quotaId}`,
  quotaId,
  metric: 'compute.googleapis.com/gpus',
  service: 'compute.googleapis.com',
  containerType: 'PROJECT',
  dimensionsInfos,
});
const holds = (value: string | null, applicableLocations: string[], dimensions?: Record<string, string>) => ({
  ...(dimensions ? { dimensions } : {}),
  details: value === null ? {} : { value },
  applicableLocations,
});
const google = (metric: string, limit: unknown, usage: unknown = 0) => ({ limit, metric, usage });

describe('what the AWS command line prints', () => {
  test('quotas of machines with accelerators, in vCPUs; the account is kept nowhere', () => {
    const reading = read({
      Quotas: [
        aws('Running On-Demand P instances', 192),
        aws('All P4, P3 and P2 Spot Instance Requests', 0, 'eu-central-1'),
        aws('Running On-Demand G and VT instances', 64),
        aws('Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', 640),
        aws('Running Dedicated p4d Hosts', 0),
        aws('EC2-VPC Elastic IPs', 5),
      ],
    });
    expect(reading).toMatchObject({ format: 'aws', rows: 6, skipped: 3, refusedCount: 0 });
    expect(
      reading.quotas.map(({ limit: { region, kind, families, limit } }) => [region, kind, families, limit]),
    ).toEqual([
      ['us-east-1', 'on-demand', ['p'], 192],
      ['eu-central-1', 'spot', ['p4', 'p3', 'p2'], 0],
      ['us-east-1', 'on-demand', ['g', 'vt'], 64],
    ]);
    expect(JSON.stringify(reading.quotas)).not.toContain('123456789012');
  });

  test('rows that cannot be are refused by their number and reason', () => {
    const odd = { ...aws('Running On-Demand P instances', 8), QuotaArn: 'arn:odd' };
    const reading = read([
      aws('Running On-Demand P instances', -1),
      odd,
      {},
      aws('All P5 Spot Instance Requests', null),
    ]);
    expect(reading.refused.map(({ row, code }) => `${row} ${code}`)).toEqual([
      '1 QUOTA_ROW_LIMIT',
      '2 QUOTA_ROW_REGION',
      '3 QUOTA_ROW_SHAPE',
      '4 QUOTA_ROW_LIMIT',
    ]);
    expect(limits([odd], 'eu-west-1')).toMatchObject([{ region: 'eu-west-1', limit: 8 }]);
    const twice = read([aws('Running On-Demand P instances', 8), aws('Running On-Demand P instances', 9)]);
    expect(twice.refused.map(({ row, message }) => `${row} ${message}`)).toEqual([
      '2 Row 1 says the same quota with another number.',
    ]);
  });
});

test('what the Azure command line prints: text or numbers, its families, all on demand and all spot', () => {
  const list = [
    azure('cores', '350', '24'),
    azure('lowPriorityCores', 100, 0),
    azure('StandardNCADSA100v4Family', '96', 24),
    azure('Standard NCASv3_T4 Family', 16),
    azure('standardDSv3Family', 100),
    azure('availabilitySets', 2500),
    azure('standardNDSH100v5Family', 'many'),
  ];
  expect(() => read(list)).toThrow(expect.objectContaining({ code: 'QUOTA_REGION_NEEDED' }));
  const reading = read(list, 'West Europe');
  expect(reading).toMatchObject({ format: 'azure', skipped: 2, refusedCount: 1 });
  expect(reading.refused).toMatchObject([{ row: 7, code: 'QUOTA_ROW_LIMIT' }]);
  expect(
    reading.quotas.map(({ limit: { region, kind, families, limit, inUse } }) => [
      region,
      kind,
      families,
      limit,
      inUse,
    ]),
  ).toEqual([
    ['westeurope', 'on-demand', [], 350, 24],
    ['westeurope', 'spot', [], 100, 0],
    ['westeurope', 'on-demand', ['ncadsa100v4'], 96, 24],
    ['westeurope', 'on-demand', ['ncasv3t4'], 16, 0],
  ]);
});

test('what gcloud prints of a region, of several and of a project; a preemptible quota of 0 was never asked for', () => {
  const region = {
    name: 'us-central1',
    quotas: [
      google('NVIDIA_A100_GPUS', 16, 8),
      google('PREEMPTIBLE_NVIDIA_A100_GPUS', 0),
      google('NVIDIA_L4_GPUS', 4),
      google('PREEMPTIBLE_NVIDIA_L4_GPUS', 2, 1),
      google('NVIDIA_H100_MEGA_GPUS', 8),
      google('COMMITTED_NVIDIA_A100_GPUS', 4),
      google('NVIDIA_T4_VWS_GPUS', 4),
      google('STATIC_ADDRESSES', 8),
      google('CPUS', 24.0),
    ],
  };
  const said = ({
    region: where,
    kind,
    accelerator,
    families,
    unit,
    limit,
    inUse,
  }: Quota | ReturnType<typeof limits>[number]) =>
    [where, kind, accelerator, families.join(), unit, limit, inUse].join(' ');
  expect(limits(region).map(said)).toEqual([
    'us-central1 any A100  accelerators 16 8',
    'us-central1 on-demand L4  accelerators 4 0',
    'us-central1 spot L4  accelerators 2 1',
    'us-central1 any H100 a3-megagpu accelerators 8 0',
    'us-central1 any  n1 vcpus 24 0',
  ]);
  expect(limits([region, { ...region, name: 'europe-west4' }])).toHaveLength(10);
  const project = { kind: 'compute#project', name: 'mine', quotas: [google('GPUS_ALL_REGIONS', 16, 8)] };
  expect(limits(project).map(said)).toEqual([' any   accelerators 16 8']);
  expect(read({ quotas: region.quotas }).refused.every(({ code }) => code === 'QUOTA_ROW_REGION')).toBe(true);
  expect(limits({ quotas: region.quotas }, 'us-central1')).toHaveLength(5);
});

describe('what gcloud prints of the Cloud Quotas API', () => {
  const said = ({
    title,
    limit: { region, kind, accelerator, families, limit },
  }: ReturnType<typeof read>['quotas'][number]) =>
    [region ?? '*', kind, accelerator ?? '-', families.join() || '-', limit, title].join(' ');
  const family = 'GPUS-PER-GPU-FAMILY-per-project-region';
  const [here, there] = ['us-central1', 'europe-west4'];

  test('accelerators by family and region, beside those that have a quota of their own', () => {
    const reading = read([
      info(
        family,
        holds('8', [here], { gpu_family: 'NVIDIA_H100', region: here }),
        holds('16', [there], { gpu_family: 'NVIDIA_H100_MEGA' }),
        holds('4', [here, there], { gpu_family: 'NVIDIA_UNHEARD_OF' }),
      ),
      info('NVIDIA-A100-80GB-GPUS-per-project-region', holds('2', [here, there])),
      info('NVIDIA-L4-GPUS-per-project-zone', holds('-1', [`${here}-a`])),
      info('PREEMPTIBLE-NVIDIA-H100-GPUS-per-project-region', holds('32', [here]), holds(null, [there])),
      info('GPUS-ALL-REGIONS-per-project', holds('64', ['global'])),
      info('NVIDIA-T4-GPUS-per-project-region', holds('-1', [here])),
      info('SUBNETWORKS-per-project', holds('100', ['global'])),
    ]);
    expect(reading).toMatchObject({ format: 'gcp', refusedCount: 0 });
    expect(reading.quotas.map(said).toSorted()).toEqual(
      [
        `${here} on-demand H100 a3-highgpu,a3-edgegpu 8 ${family} NVIDIA_H100`,
        `${there} any H100 a3-megagpu 16 ${family} NVIDIA_H100_MEGA`,
        `${here} any A100-80GB - 2 NVIDIA-A100-80GB-GPUS-per-project-region`,
        `${there} any A100-80GB - 2 NVIDIA-A100-80GB-GPUS-per-project-region`,
        `${here} spot H100 a3-highgpu,a3-edgegpu 32 PREEMPTIBLE-NVIDIA-H100-GPUS-per-project-region`,
        '* any - - 64 GPUS-ALL-REGIONS-per-project',
      ].toSorted(),
    );
  });

  test('what says more goes before what says less; what nobody asked for is 0, not without limit', () => {
    const entries = [
      holds(null, [here, there]),
      holds('1', [here, there], { gpu_family: 'NVIDIA_B200' }),
      holds('8', [here], { gpu_family: 'NVIDIA_B200', region: here }),
      holds('-1', [there], { gpu_family: 'NVIDIA_H200' }),
    ];
    const expected = [
      `${here} B200 8`,
      `${there} B200 1`,
      `${here} H200 0`,
      `${here} GB200 0`,
      `${there} GB200 0`,
    ];
    for (const list of [entries, entries.toReversed()]) {
      const found = read([info(family, ...list)]).quotas.map(
        ({ limit: { region, accelerator, limit } }) => `${region} ${accelerator} ${limit}`,
      );
      expect(found).toEqual(expect.arrayContaining(expected));
      expect(found).not.toContain(`${there} H200 0`);
      expect(found.some((each) => each.includes('L4'))).toBe(false);
    }
  });

  test('one by itself, and as the API answers; a number that is none is refused by its row', () => {
    const one = info(family, holds('8', [here], { gpu_family: 'NVIDIA_H200' }));
    expect(limits(one)).toEqual(limits([one]));
    expect(limits({ quotaInfos: [one], nextPageToken: '' })).toEqual(limits([one]));
    const bad = read([one, info('NVIDIA-L4-GPUS-per-project-region', holds('many', [here]))]);
    expect(bad.refused).toMatchObject([{ row: 2, code: 'QUOTA_ROW_LIMIT' }]);
    expect(bad.quotas).toHaveLength(1);
  });
});

test('a sheet of one’s own; a line that is broken or says nonsense is refused', () => {
  const reading = read(
    [
      'Provider,Region,Kind,Accelerator,Families,Unit,Limit,In use',
      'CoreWeave,ord1,,h100,,,64,8',
      'lambda,*,any,,,accelerators,16,',
      'aws,us-east-1,spot,,"p, g",vcpus,96,',
      'aws,us-east-1,maybe,,p,vcpus,96,',
      'aws,us-east-1,spot,X9,,,96,',
      'aws,us-east-1,spot,,p,vcpus,-5,',
      'aws,us-east-1,spot,"open,p,vcpus,5,',
    ].join('\n'),
  );
  expect(reading.refused.map(({ row, code }) => `${row} ${code}`)).toEqual([
    '5 QUOTA_ROW_WORD',
    '6 QUOTA_ROW_ACCELERATOR',
    '7 QUOTA_ROW_LIMIT',
    '8 QUOTA_ROW_LINE',
  ]);
  expect(reading.quotas.map(({ limit }) => limit)).toMatchObject([
    { provider: 'coreweave', region: 'ord1', kind: 'on-demand', accelerator: 'H100', limit: 64, inUse: 8 },
    { provider: 'lambda', region: null, kind: 'any', unit: 'accelerators', families: [] },
    { provider: 'aws', kind: 'spot', unit: 'vcpus', families: ['p', 'g'] },
  ]);
});

test.each([
  ['', 'QUOTA_FILE_EMPTY'],
  ['{"Quotas": [', 'QUOTA_FILE_DAMAGED'],
  ['{}', 'QUOTA_FILE_UNKNOWN'],
  ['[]', 'QUOTA_FILE_UNKNOWN'],
  ['a,b\n1,2\n', 'QUOTA_FILE_UNKNOWN'],
])('%j is no list of quotas: %s', (text, code) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code }));
});

describe('50,000 lists of anything', () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(-1, 0, 8, 1e308, '8', '-8', '', null, true, 'x'.repeat(90), '__proto__', 'constructor'),
  );
  const name = fc.constantFrom(
    'Running On-Demand P instances',
    'All P4, P3 and P2 Spot Instance Requests',
    'standardNDSH100v5Family',
    'cores',
    'NVIDIA_A100_GPUS',
    'PREEMPTIBLE_NVIDIA_A100_GPUS',
    'NVIDIA_constructor_GPUS',
  );
  const of = {
    aws: fc.record({ QuotaName: fc.oneof(name, junk), Value: junk, QuotaArn: junk }, { requiredKeys: [] }),
    azure: fc.record(
      { name: fc.oneof(fc.record({ value: fc.oneof(name, junk) }), junk), limit: junk, currentValue: junk },
      { requiredKeys: [] },
    ),
    google: fc.record({ metric: fc.oneof(name, junk), limit: junk, usage: junk }, { requiredKeys: [] }),
    cloudQuotas: fc.record(
      {
        quotaId: fc.oneof(
          fc.constantFrom(
            'GPUS-PER-GPU-FAMILY-per-project-region',
            'NVIDIA-L4-GPUS-per-project-region',
            '-per-project',
          ),
          junk,
        ),
        dimensionsInfos: fc.oneof(
          fc.array(
            fc.record(
              {
                dimensions: fc.oneof(
                  fc.record({ gpu_family: fc.oneof(name, junk), region: junk }, { requiredKeys: [] }),
                  junk,
                ),
                applicableLocations: fc.oneof(
                  fc.array(fc.constantFrom('global', 'here', ''), { maxLength: 2 }),
                  junk,
                ),
                details: fc.oneof(fc.record({ value: junk }), junk),
              },
              { requiredKeys: [] },
            ),
            { maxLength: 2 },
          ),
          junk,
        ),
      },
      { requiredKeys: [] },
    ),
  };
  test.each(Object.keys(of) as (keyof typeof of)[])(
    'as of %s: each row is taken, refused or passed over',
    (kind) => {
      const rows = fc.array(fc.oneof({ weight: 9, arbitrary: of[kind] }, junk), { maxLength: 3 });
      fc.assert(
        fc.property(rows, fc.constantFrom(null, 'here'), (list, region) => {
          let reading: ReturnType<typeof read>;
          try {
            reading = read(kind === 'google' ? { name: 'r', quotas: list } : list, region);
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^QUOTA_/) });
            return;
          }
          if (reading.quotas.length + reading.refusedCount + reading.skipped !== reading.rows)
            throw new Error('a row was lost');
          if (!reading.quotas.every(({ limit }) => quotaLimit.safeParse(limit).success))
            throw new Error('a quota that is none');
        }),
        { numRuns: 12_500, seed: 11 },
      );
    },
  );
});

describe('kept quotas', () => {
  const one = {
    provider: 'aws',
    region: 'us-east-1',
    kind: 'on-demand',
    unit: 'vcpus',
    accelerator: null,
    families: ['P'],
    limit: 96,
    inUse: null,
  } as const;
  const fresh = { instead: null, was: null };

  async function quotas() {
    const setting = await catalogSetting();
    const { store, activity, clock } = setting;
    const bus = new EventBus();
    const events: AppEvent[] = [];
    bus.subscribe((event) => events.push(event));
    return {
      store,
      events,
      quotas: new Quotas({
        store,
        events: bus,
        activity,
        clock,
        log: { warn: (_details, said) => expect.unreachable(said) },
        find: (name) => setting.catalog.accelerator(name),
      }),
    };
  }

  test('said, said again, changed into another, removed and put back as it was: each on the record and told', async () => {
    const { quotas: kept, events, store } = await quotas();
    const first = kept.set({ ...one, families: [...one.families] }, fresh, owner);
    expect(first).toMatchObject({
      id: 'aws/us-east-1/on-demand/vcpus/-/p',
      source: 'typed',
      families: ['p'],
    });
    kept.set({ ...one, families: ['p'], limit: 192 }, fresh, owner);
    expect(kept.list()).toMatchObject([{ limit: 192 }]);
    const other = kept.set(
      { ...one, families: ['g', 'vt'], limit: 8 },
      { instead: first.id, was: null },
      owner,
    );
    expect(kept.list()).toEqual([other]);
    kept.remove(other.id, owner);
    expect(kept.list()).toEqual([]);
    const { id: _, title, source, at, ...limit } = other;
    expect(kept.set(limit, { instead: null, was: { title, source, at } }, owner)).toEqual(other);
    expect(() => kept.remove('nothing', owner)).toThrow(expect.objectContaining({ code: 'QUOTA_GONE' }));
    expect(() => kept.set({ ...one, families: [], accelerator: 'X9' }, fresh, owner)).toThrow(
      expect.objectContaining({ code: 'QUOTA_ACCELERATOR_UNKNOWN' }),
    );
    expect(events.filter(({ type }) => type === 'quotas.changed')).toHaveLength(5);
    const actions = store.sql.all<{ action: string }>('SELECT action FROM activity ORDER BY sequence');
    expect(actions.map(({ action }) => action)).toEqual([
      'catalog.setQuota',
      'catalog.setQuota',
      'catalog.setQuota',
      'catalog.removeQuota',
      'catalog.setQuota',
    ]);
  });

  test('taken in all or not at all, unless the good rows are asked for; looked at first without a change', async () => {
    const { quotas: kept } = await quotas();
    const text = JSON.stringify({
      Quotas: [aws('Running On-Demand P instances', 192), aws('All P5 Spot Instance Requests', -1)],
    });
    const ask = { fileName: 'quotas.json', text, region: null, dryRun: false, partial: false };
    expect(await kept.import({ ...ask, dryRun: true, partial: true }, owner)).toMatchObject({
      taken: false,
      added: 1,
    });
    expect(await kept.import(ask, owner)).toMatchObject({ taken: false, refusedCount: 1 });
    expect(kept.list()).toEqual([]);
    expect(await kept.import({ ...ask, partial: true }, owner)).toMatchObject({
      taken: true,
      added: 1,
      changed: 0,
    });
    expect(kept.list()).toMatchObject([
      { title: 'Running On-Demand P instances', source: 'imported', limit: 192 },
    ]);
    expect(await kept.import({ ...ask, partial: true }, owner)).toMatchObject({ added: 0, changed: 0 });
    expect(
      await kept.import({ ...ask, text: text.replace('192', '384'), partial: true }, owner),
    ).toMatchObject({ changed: 1 });
  });
});

test('every reason has its words in both languages', async () => {
  const { errorWords } = await import('#renderer/i18n/errors.ts');
  for (const [code, sentence] of Object.entries(quotaSentences)) {
    expect(errorWords.en[code]).toBe(sentence);
    expect(errorWords['zh-CN'][code]).toBeTruthy();
  }
});
