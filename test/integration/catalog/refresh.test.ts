import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStream } from '#backend/catalog/refresh/http.ts';
import type { Progress } from '#shared/domain/event.ts';
import {
  type Answer,
  awsHead,
  awsLine,
  awsOtherLines,
  azureItem,
  azurePage,
  googleSku,
  type PriceServer,
  sendJson,
  spotAdvisor,
  startPriceServer,
} from '#test/lab/price-apis.ts';
import { ManualClock } from '#test/temp-store.ts';
import { type CatalogSetting, catalogSetting, owner } from '#test/unit/backend/catalog/setting.ts';
import { until } from '#test/until.ts';

/** Waits are noted, not waited. */
class ImpatientClock extends ManualClock {
  readonly waits: number[] = [];
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.waits.push(ms);
  }
}

interface Setting extends CatalogSetting {
  server: PriceServer;
  waits: number[];
  /** Refreshes, and says how the job ended. */
  refresh(provider: 'aws' | 'azure' | 'gcp', regions: string[]): Promise<Progress>;
  price(id: string): number | null | undefined;
}

async function setting(answer: Answer, googleKey: string | null = null): Promise<Setting> {
  const server = await startPriceServer(answer);
  onTestFinished(() => server.close());
  const clock = new ImpatientClock();
  const made = await catalogSetting({
    clock,
    googleKey: () => googleKey,
    apis: {
      aws: server.url,
      awsSpotAdvisor: `${server.url}/spot-advisor-data.json`,
      azure: `${server.url}/api/retail/prices`,
      google: server.url,
    },
  });
  return {
    ...made,
    server,
    waits: clock.waits,
    async refresh(provider, regions) {
      const { jobId, finished } = await made.catalog.refresh({ provider, regions }, owner);
      await finished;
      const last = made.events.findLast(
        (event) => event.type === 'progress' && event.progress.jobId === jobId,
      );
      if (last?.type !== 'progress') throw new Error('a job without a word');
      return last.progress;
    },
    price: (id) => made.catalog.offer(id)?.onDemandMicrosPerHour,
  };
}

const advice = spotAdvisor({ 'us-east-1': { 'p5.48xlarge': { s: 60, r: 3 } } });
const good = `${awsHead()}${awsOtherLines('us-east-1', 'p5.48xlarge')}${awsLine('us-east-1', 'p5.48xlarge', '54.0000000000')}${awsLine('us-east-1', 'g5.xlarge', '1.0100000000', { GPU: '1' })}${awsLine('us-east-1', 'm7i.large', '0.1008000000', { GPU: '' })}${awsLine('us-east-1', 'p9.huge', '99.0000000000')}`;

/** AWS with this price file for every region, or what `serve` does. */
const aws =
  (serve: string | Answer): Answer =>
  (request, response) => {
    if (request.url === '/spot-advisor-data.json') sendJson(response, advice);
    else if (typeof serve === 'string') response.end(serve);
    else return serve(request, response);
  };

describe('AWS', () => {
  test('machines with accelerators come with prices, spot advice and their date; what is not known is counted', async () => {
    const { refresh, catalog, store, server, activity } = await setting(aws(good));
    expect(await refresh('aws', ['us-east-1'])).toMatchObject({ state: 'done', done: 100, total: 100 });
    expect(catalog.offer('aws/us-east-1/-/p5.48xlarge')).toMatchObject({
      onDemandMicrosPerHour: 54_000_000,
      spotMicrosPerHour: 21_600_000,
      spotBand: 3,
      accelerator: 'H100',
      acceleratorCount: 8,
      link: 'nvlink',
      sourceId: 'refreshed-aws-us-east-1',
      pricedAt: Date.UTC(2026, 10, 20, 10),
    });
    expect(catalog.offer('aws/us-east-1/-/g5.xlarge')).toMatchObject({
      onDemandMicrosPerHour: 1_010_000,
      spotBand: null,
    });
    // Not in the file: as it was.
    expect(catalog.offer('aws/us-east-1/-/g6.xlarge')?.onDemandMicrosPerHour).toBe(800_000);
    expect(catalog.sources().find(({ kind }) => kind === 'refreshed')).toMatchObject({
      title: 'AWS Price List, us-east-1',
      region: 'us-east-1',
      rows: 2,
    });
    expect(server.asked).toEqual([
      '/spot-advisor-data.json',
      '/offers/v1.0/aws/AmazonEC2/current/us-east-1/index.csv',
    ]);
    expect(store.notices.list()[0]).toMatchObject({
      code: 'CATALOG_REFRESHED',
      params: { offers: 2, unknown: 1, names: 'p9.huge' },
    });
    expect(
      activity
        .list({ search: '', action: 'catalog', limit: 9 })
        .map(({ action, result }) => [action, result]),
    ).toEqual([
      ['catalog.refreshed', 'done'],
      ['catalog.refresh', 'done'],
    ]);
  });

  test('comes compressed too, in pieces of any size', async () => {
    const { refresh, price } = await setting(
      aws(async (_request, response) => {
        response.setHeader('content-encoding', 'gzip');
        const packed = gzipSync(good);
        for (let at = 0; at < packed.length; at += 37)
          if (!response.write(packed.subarray(at, at + 37))) await once(response, 'drain');
        response.end();
      }),
    );
    expect((await refresh('aws', ['us-east-1'])).state).toBe('done');
    expect(price('aws/us-east-1/-/p5.48xlarge')).toBe(54_000_000);
  });

  const cutInside: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': good.length });
    // Closed in order: what was sent arrives, and then nothing.
    response.write(good.slice(0, good.length - 200), () => response.socket?.end());
  };
  const bad = (...lines: string[]) =>
    awsHead() + awsLine('us-east-1', 'p5.48xlarge', '54.0000000000') + lines.join('');
  const g5 = (price: string, changes = {}) => awsLine('us-east-1', 'g5.xlarge', price, changes);
  test.each<[what: string, serve: string | Answer, code: string]>([
    ['cut connection', cutInside, 'PRICES_CUT'],
    ['file cut at a server of theirs', good.slice(0, good.length - 20), 'PRICES_UNREADABLE'],
    ['price of zero', bad(g5('0.0000000000')), 'PRICES_GARBAGE'],
    ['negative price', bad(g5('-1.0000000000')), 'PRICES_GARBAGE'],
    ['price times a thousand', bad(g5('1006.0000000000')), 'PRICES_GARBAGE'],
    ['price that is none', bad(g5('n/a')), 'PRICES_GARBAGE'],
    ['no price', bad(g5('')), 'PRICES_GARBAGE'],
    ['other currency', bad(g5('7.2000000000', { Currency: 'CNY' })), 'PRICES_GARBAGE'],
    ['other unit', bad(g5('1.0060000000', { Unit: 'Mo' })), 'PRICES_GARBAGE'],
    ['two prices of one machine', bad(g5('1.0060000000'), g5('1.1060000000')), 'PRICES_GARBAGE'],
    [
      'line that is torn',
      bad(g5('1.0060000000').replace('"GPU instance"', '"GPU instance')),
      'PRICES_GARBAGE',
    ],
    ['other region', bad(awsLine('eu-west-1', 'g5.xlarge', '1.0060000000')), 'PRICES_UNREADABLE'],
    ['page that says hello', '<html>Sign in to the network</html>\n'.repeat(30), 'PRICES_UNREADABLE'],
    ['one endless line', 'x'.repeat(3_000_000), 'PRICES_UNREADABLE'],
    ['nothing', '', 'PRICES_UNREADABLE'],
    ['header without a column', awsHead().replace('"PricePerUnit"', '"Price"'), 'PRICES_UNREADABLE'],
    ['column less', awsHead().replace('"CapacityStatus"', '"Status"'), 'PRICES_UNREADABLE'],
    ['no date', awsHead('soon') + g5('1.0060000000'), 'PRICES_UNREADABLE'],
    ['no machine that is known', awsHead() + awsLine('us-east-1', 'p9.huge', '99.0000000000'), 'PRICES_NONE'],
    ['denial', (_request, response) => void response.writeHead(403).end(), 'PRICES_REFUSED'],
    ['trouble that stays', (_request, response) => void response.writeHead(503).end(), 'PRICES_REFUSED'],
  ])('%s: the prices from before stay, and it says why', async (_what, serve, code) => {
    const { refresh, catalog, price } = await setting(aws(serve));
    const before = catalog.table().version;
    expect(await refresh('aws', ['us-east-1'])).toMatchObject({ state: 'failed', error: { code } });
    expect(catalog.table().version).toBe(before);
    expect(price('aws/us-east-1/-/p5.48xlarge')).toBe(55_040_000);
    expect(catalog.sources().filter(({ kind }) => kind === 'refreshed')).toEqual([]);
  });

  test('one region fails, the others are new; the user is told which', async () => {
    const { refresh, price, store } = await setting(
      aws((request, response) => {
        const region = request.url?.split('/')[6] ?? '';
        if (region === 'us-east-1') response.writeHead(404).end();
        else response.end(awsHead() + awsLine(region, 'g5.xlarge', '1.2000000000'));
      }),
    );
    expect((await refresh('aws', [])).state).toBe('done');
    expect(price('aws/us-east-1/-/g5.xlarge')).toBe(1_006_000);
    expect(price('aws/eu-west-1/-/g5.xlarge')).toBe(1_200_000);
    expect(store.notices.list()[0]).toMatchObject({
      code: 'CATALOG_REFRESHED_PARTLY',
      params: { regions: 1, failed: 1, region: 'us-east-1' },
    });
  });

  test('a busy server is asked again, after as long as it wants', async () => {
    let times = 0;
    const { refresh, waits } = await setting(
      aws((_request, response) => {
        times += 1;
        if (times === 1) response.writeHead(429, { 'retry-after': '7' }).end();
        else if (times === 2) response.writeHead(503).end();
        else response.end(good);
      }),
    );
    expect((await refresh('aws', ['us-east-1'])).state).toBe('done');
    expect(waits).toEqual([7000, 2000]);
  });

  test('a connection that breaks once is no failure', async () => {
    let times = 0;
    const { refresh, price } = await setting(
      aws((request, response) => {
        times += 1;
        if (times === 1) return cutInside(request, response);
        response.end(good);
      }),
    );
    expect((await refresh('aws', ['us-east-1'])).state).toBe('done');
    expect(price('aws/us-east-1/-/p5.48xlarge')).toBe(54_000_000);
  });

  test('is cancelled in the middle, and nothing is left of it', async () => {
    const { catalog, jobs, events, server } = await setting(
      aws((_request, response) => void response.write(good.slice(0, 5000))),
    );
    const { jobId, finished } = await catalog.refresh({ provider: 'aws', regions: ['us-east-1'] }, owner);
    await expect(catalog.refresh({ provider: 'aws', regions: [] }, owner)).rejects.toMatchObject({
      code: 'CATALOG_REFRESHING',
    });
    await until('the price file is asked for', () => server.asked.length === 2);
    jobs.cancel(jobId);
    await finished;
    expect(events.at(-1)).toMatchObject({ progress: { state: 'cancelled' } });
    expect(catalog.sources().filter(({ kind }) => kind === 'refreshed')).toEqual([]);
  });
});

test('a server that says nothing is not waited for for ever', async () => {
  const server = await startPriceServer((request, response) => {
    if (request.url === '/half') response.write('a');
  });
  onTestFinished(() => server.close());
  const http = { clock: new ImpatientClock(), signal: AbortSignal.timeout(60_000), patienceMs: 50 };
  await expect(openStream(new URL('/', server.url), http)).rejects.toMatchObject({
    code: 'PRICES_UNREACHABLE',
  });
  const { chunks } = await openStream(new URL('/half', server.url), { ...http, patienceMs: 2000 });
  const read = async () => {
    for await (const chunk of chunks) expect(chunk).toHaveLength(1);
  };
  await expect(read()).rejects.toMatchObject({ code: 'PRICES_CUT' });
});

describe('Azure', () => {
  const h100 = 'Standard_ND96isr_H100_v5';
  const items = [
    azureItem(h100, 97),
    azureItem(h100, 35, { skuName: 'ND96isr H100 v5 Spot', meterName: 'ND96isr H100 v5 Spot' }),
    azureItem(h100, 20, { skuName: 'ND96isr H100 v5 Low Priority' }),
    azureItem(h100, 120, { productName: 'Virtual Machines ND H100 v5 Series Windows' }),
    azureItem(h100, 50, { type: 'Reservation' }),
    azureItem('Standard_NC999_X1', 9),
    azureItem('Standard_D2s_v5', 0.1),
  ];

  test('page by page, spot and on demand of a machine together', async () => {
    const { refresh, catalog, store, server } = await setting((request, response) => {
      const isFirst = !request.url?.includes('skip');
      const next = `http://127.0.0.1/api/retail/prices?$filter=x&$skip=1000`;
      sendJson(response, isFirst ? azurePage(items.slice(0, 1), next) : azurePage(items.slice(1), null));
    });
    expect((await refresh('azure', ['eastus'])).state).toBe('done');
    expect(catalog.offer(`azure/eastus/-/${h100}`)).toMatchObject({
      onDemandMicrosPerHour: 97_000_000,
      spotMicrosPerHour: 35_000_000,
      acceleratorCount: 8,
      sourceId: 'refreshed-azure-eastus',
    });
    expect(new URLSearchParams(server.asked[0]?.split('?')[1]).get('$filter')).toBe(
      "serviceName eq 'Virtual Machines' and armRegionName eq 'eastus' and priceType eq 'Consumption'",
    );
    expect(store.notices.list()[0]?.params).toMatchObject({ unknown: 1, names: 'Standard_NC999_X1' });
  });

  test.each<[string, (url: string) => unknown, string | null]>([
    ['an empty link', () => azurePage(items, ''), null],
    [
      'the same page again, empty',
      (url) => azurePage(url.includes('again') ? [] : items, '/api/retail/prices?again'),
      null,
    ],
    ['the same page for ever', () => azurePage(items, '/api/retail/prices?again'), 'PRICES_UNREADABLE'],
    ['another host', () => azurePage(items, 'https://prices.example.org/next'), 'PRICES_UNREADABLE'],
    ['no JSON', () => undefined, 'PRICES_UNREADABLE'],
    ['another form', () => ({ items: [] }), 'PRICES_UNREADABLE'],
    [
      'another region',
      () => azurePage([azureItem(h100, 97, { armRegionName: 'westus' })], null),
      'PRICES_UNREADABLE',
    ],
    [
      'a price of zero',
      () => azurePage([...items, azureItem('Standard_NC4as_T4_v3', 0)], null),
      'PRICES_GARBAGE',
    ],
    [
      'another currency',
      () => azurePage([azureItem(h100, 97, { currencyCode: 'EUR' })], null),
      'PRICES_GARBAGE',
    ],
    ['nothing', () => azurePage([], null), 'PRICES_NONE'],
  ])('%s', async (_what, content, code) => {
    const { refresh, price } = await setting((request, response) =>
      sendJson(response, content(request.url ?? '')),
    );
    const ended = await refresh('azure', ['eastus']);
    expect(ended.error?.code ?? null).toBe(code);
    expect(price(`azure/eastus/-/${h100}`)).toBe(code === null ? 97_000_000 : 98_320_000);
  });
});

describe('Google', () => {
  const skus = [
    googleSku('A3 Instance Core running in Americas', 0.03),
    googleSku('A3 Instance Ram running in Americas', 0.003),
    googleSku('Nvidia H100 80GB GPU running in Americas', 9.8),
    googleSku('Spot Preemptible A3 Instance Core running in Americas', 0.01, 'Preemptible'),
    googleSku('Spot Preemptible A3 Instance Ram running in Americas', 0.001, 'Preemptible'),
    googleSku('Nvidia H100 80GB GPU attached to Spot Preemptible VMs running in Americas', 3, 'Preemptible'),
    googleSku('SSD backed Local Storage', 0.08),
    googleSku('SSD backed Local Storage attached to Spot Preemptible VMs', 0.04, 'Preemptible'),
    googleSku('Commitment v1: A3 Cpu in Americas for 1 Year', 0.01, 'Commit1Yr'),
    googleSku('G2 Instance Core running in Americas', 0.025),
  ];

  test('machines are put together from their parts; the key goes in no address', async () => {
    const keys = new Set<unknown>();
    const { refresh, catalog, price, server } = await setting((request, response) => {
      keys.add(request.headers['x-goog-api-key']);
      const isFirst = !request.url?.includes('pageToken');
      sendJson(
        response,
        isFirst
          ? { skus: skus.slice(0, 2), nextPageToken: 'two' }
          : { skus: skus.slice(2), nextPageToken: '' },
      );
    }, 'the key');
    expect((await refresh('gcp', ['us-central1'])).state).toBe('done');
    const expected = (208 * 0.03 + 1872 * 0.003 + 8 * 9.8 + (6000 * 0.08) / 730) * 1e6;
    expect(price('gcp/us-central1/-/a3-highgpu-8g')).toBe(Math.round(expected));
    expect(catalog.offer('gcp/us-central1/-/a3-highgpu-8g')?.spotMicrosPerHour).toBe(
      Math.round((208 * 0.01 + 1872 * 0.001 + 8 * 3 + (6000 * 0.04) / 730) * 1e6),
    );
    // Of it a part is missing.
    expect(catalog.offer('gcp/us-central1/-/g2-standard-4')?.sourceId).toBe('shipped-gcp');
    expect([...keys]).toEqual(['the key']);
    expect(server.asked.join()).not.toContain('key');
  });

  test('without a key it says what is missing; regions that cannot be are refused', async () => {
    const { catalog, server } = await setting((_request, response) => void response.end());
    await expect(catalog.refresh({ provider: 'gcp', regions: [] }, owner)).rejects.toMatchObject({
      code: 'CATALOG_KEY_MISSING',
    });
    await expect(catalog.refresh({ provider: 'aws', regions: ['../x'] }, owner)).rejects.toMatchObject({
      code: 'CATALOG_REGION_UNKNOWN',
    });
    expect(server.asked).toEqual([]);
  });
});
