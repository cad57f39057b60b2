import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { CatalogSource, ImportReport, Offer } from '#shared/domain/catalog.ts';
import { placement } from '#shared/domain/plan.ts';
import type { Quota } from '#shared/domain/quota.ts';
import { tempDirectory } from '#test/temp.ts';
import { trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

const task = `name: llama
resources:
  accelerators: {H100: 8, A100-80GB: 8}
checkpoint:
  path: out
  every: 20m
run: python train.py
`;

/** No app runs and none is needed; nothing here may wait for a network. */
async function user() {
  const directory = await tempDirectory('plan');
  const file = path.join(directory, 'task.yaml');
  await writeFile(file, task);
  return { directory, file, env: userEnvironment(directory) };
}

test('plan: a task judged on what can be rented, with its reasons; 1 where nothing may be taken', async () => {
  const { env, file } = await user();
  const asked = [
    'plan',
    file,
    '--model',
    'Llama-3.1-8B',
    '--tokens',
    '5B',
    '--budget',
    '5000',
    '--spot',
    'allowed',
  ];
  const answer = placement.parse(await trainyardJson(env, [...asked, '--deadline', '10d']));
  expect(answer).toMatchObject({ recommended: 0, objective: 'balanced' });
  expect(answer.judged).toBeGreaterThan(1000);
  const [best] = answer.alternatives;
  expect(best?.place.accelerator).toMatch(/^(H100|A100-80GB)$/);
  expect(best?.costMicros?.p50).toBeLessThanOrEqual(5_000_000_000);
  expect(best?.timeFigure?.inputs.length).toBeGreaterThan(3);

  const { code, out } = await trainyard(env, [...asked, '--deadline', '1h', '--top', '3']);
  expect(code).toBe(1);
  expect(out).toMatch(/^[\d,]+ places were judged; 0 may be taken\.$/m);
  expect(out).toMatch(/: Excluded: it would be done [\d.]+ (min|h|d) after the deadline\./);
  expect(out).toMatch(/^Assumed: sequences of 4,096 tokens, .*\nNot known:\n- how much data it needs/m);

  expect((await trainyard(env, ['plan', file, '--takes', '10h@H1000:8'])).code).toBe(3);
  expect((await trainyard(env, ['plan', file, '--provider', 'nobody'])).code).toBe(2);
});

test('price: offers by price a GPU, a file with a bad row, where prices are from', async () => {
  const { env, directory } = await user();
  const offers = await trainyardJson<Offer[]>(env, ['price', 'H100:8', '--limit', '5']);
  expect(offers).toHaveLength(5);
  const prices = offers.map(({ onDemandMicrosPerHour }) => onDemandMicrosPerHour ?? Number.NaN);
  expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  for (const { accelerator, acceleratorCount } of offers)
    expect([accelerator, acceleratorCount]).toEqual(['H100', 8]);

  const sheet = path.join(directory, 'sheet.csv');
  const header =
    'InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone';
  await writeFile(sheet, `${header}\nbox,H100,8,64,512,,20,,here,\nbox2,H100,8,64,512,,-3,,here,\n`);
  const refused = await trainyard(env, ['price', 'import', sheet, '--provider', 'acme', '--json']);
  expect(refused.code).toBe(1);
  const report = JSON.parse(refused.out) as ImportReport;
  expect(report).toMatchObject({ taken: false, accepted: 1, refusedCount: 1, refused: [{ row: 3 }] });

  const sources = await trainyardJson<CatalogSource[]>(env, ['price', 'sources']);
  expect(sources.every(({ kind }) => kind === 'shipped')).toBe(true);
  expect((await trainyard(env, ['price', 'no-such-thing'])).code).toBe(3);
  expect((await trainyard(env, ['price', 'refresh', 'elsewhere'])).code).toBe(2);
});

test('quotas: said, taken in, told by a plan that they stand against, forgotten', async () => {
  const { env, directory, file } = await user();
  const printed = path.join(directory, 'quotas.json');
  const quota = {
    QuotaArn: 'arn:aws:servicequotas:us-east-1:123456789012:ec2/L-417A185B',
    QuotaName: 'Running On-Demand P instances',
  };
  await writeFile(printed, JSON.stringify({ Quotas: [{ ...quota, Value: -1 }] }));
  const refused = await trainyard(env, ['quotas', 'import', printed]);
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/^row 1: Value is “-1”/m);
  await writeFile(printed, JSON.stringify({ Quotas: [{ ...quota, Value: 96 }] }));
  expect(await trainyardJson(env, ['quotas', 'import', printed])).toMatchObject({ taken: true, added: 1 });
  await trainyardJson(env, ['quotas', 'set', 'gcp', '4', '--accelerator', 'H100', '--kind', 'any']);
  const listed = await trainyardJson<Quota[]>(env, ['quotas']);
  expect(listed.map(({ provider, limit, source }) => [provider, limit, source])).toEqual([
    ['aws', 96, 'imported'],
    ['gcp', 4, 'typed'],
  ]);
  const answer = placement.parse(await trainyardJson(env, ['plan', file, '--takes', '10h@H100:8']));
  expect(answer.excludedBy.map(({ code }) => code)).toContain('PLACE_QUOTA');
  expect(await trainyard(env, ['quotas', 'remove', ...listed.map(({ id }) => id)])).toMatchObject({
    code: 0,
  });
  expect(await trainyardJson(env, ['quotas', 'list'])).toEqual([]);
});
