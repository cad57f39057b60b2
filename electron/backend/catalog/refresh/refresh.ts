import { type Activity, refusedOnRecord } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { Job, Jobs } from '#backend/jobs.ts';
import type { Store } from '#backend/store/index.ts';
import { because } from '#shared/domain/because.ts';
import type { CatalogSource, Offer } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { PriceCheck } from '../price-check.ts';
import type { InstanceSpecs } from '../specs.ts';
import type { PriceApis } from './apis.ts';
import { readAwsRegion, readSpotAdvisor } from './aws.ts';
import { readAzureRegion } from './azure.ts';
import { googleRegion, readGoogleParts } from './google.ts';
import type { Http } from './http.ts';
import type { RegionReading } from './reading.ts';

export type RefreshProvider = 'aws' | 'azure' | 'gcp';

export interface RefreshRequest {
  provider: RefreshProvider;
  /** Empty: all that the catalogue knows of the provider. */
  regions: readonly string[];
}

export interface RefreshOptions {
  store: Store;
  activity: Activity;
  jobs: Jobs;
  clock: Clock;
  log: { info(details: object, message: string): void; warn(details: object, message: string): void };
  apis: PriceApis;
  googleKey: () => string | null;
  known: {
    table(): OfferTable;
    find: FindAccelerator;
    specs(): InstanceSpecs;
    regionsOf(provider: string): string[];
  };
  /** Puts a region's prices in the place of what was read of it before. */
  keep(source: CatalogSource, offers: readonly Offer[]): void;
}

/** A region as it was read, or why it was not. */
interface RegionResult {
  region: string;
  offers: number;
  error: TrainyardError | null;
}

const providerTitles: Record<RefreshProvider, string> = {
  aws: 'AWS Price List',
  azure: 'Azure Retail Prices',
  gcp: 'Google Cloud Billing Catalog',
};
/** How a job counts: a region is so many steps. */
const stepsPerRegion = 100;
/** Of fewer offers half may well go at once. */
const fewOffers = 6;

/** Reads providers' public prices: each region by itself, so that one that fails keeps its prices and the others get new ones. */
export class Refresh {
  readonly #options: RefreshOptions;
  readonly #going = new Set<RefreshProvider>();

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  /** Rejects with CATALOG_REGION_UNKNOWN, CATALOG_KEY_MISSING, CATALOG_REFRESHING; `finished` never does: the job says how it ended. */
  async start(request: RefreshRequest, actor: Actor): Promise<{ jobId: string; finished: Promise<void> }> {
    const { provider } = request;
    const entry = { actor, action: 'catalog.refresh', target: provider };
    return refusedOnRecord(this.#options.activity, entry, () => this.#begin(request, actor));
  }

  #begin(request: RefreshRequest, actor: Actor): { jobId: string; finished: Promise<void> } {
    const { jobs, activity } = this.#options;
    const { provider } = request;
    const regions = this.#regionsOf(request);
    const key = provider === 'gcp' ? this.#googleKey() : '';
    const title = providerTitles[provider];
    if (this.#going.has(provider))
      throw new TrainyardError('CATALOG_REFRESHING', `${title} is being read already.`, {
        params: { title },
      });
    activity.record({
      actor,
      action: 'catalog.refresh',
      target: provider,
      details: { regions: regions.length },
    });
    this.#going.add(provider);
    return jobs.start(
      {
        title: `${title}: ${regions.length === 1 ? regions[0] : `${regions.length} regions`}`,
        unit: 'steps',
        total: regions.length * stepsPerRegion,
      },
      (job) => this.#run(provider, regions, key, job, actor).finally(() => this.#going.delete(provider)),
    );
  }

  #regionsOf({ provider, regions }: RefreshRequest): string[] {
    const wanted = regions.length > 0 ? [...new Set(regions)] : this.#options.known.regionsOf(provider);
    const wrong = wanted.find((region) => !/^[a-z0-9][a-z0-9-]{1,59}$/.test(region));
    if (wrong !== undefined || wanted.length === 0)
      throw new TrainyardError('CATALOG_REGION_UNKNOWN', `"${wrong ?? ''}" is no region of a provider.`, {
        params: { region: wrong ?? '' },
      });
    return wanted;
  }

  #googleKey(): string {
    const key = this.#options.googleKey();
    if (key !== null) return key;
    throw new TrainyardError(
      'CATALOG_KEY_MISSING',
      'Google tells its prices only to who has an API key. Create one in Google Cloud for the Cloud Billing API, and add it to the vault as a token that is taken for cloudbilling.googleapis.com.',
    );
  }

  async #run(
    provider: RefreshProvider,
    regions: readonly string[],
    key: string,
    job: Job,
    actor: Actor,
  ): Promise<void> {
    const http: Http = { clock: this.#options.clock, signal: job.signal };
    const read = await this.#reader(provider, key, http);
    const results: RegionResult[] = [];
    const unknown = new Set<string>();
    for (const [place, region] of regions.entries()) {
      const progress = (share: number | null) =>
        job.progress(Math.floor((place + (share ?? 0.5)) * stepsPerRegion));
      try {
        const { reading, pricedAt, url } = await twice(() => read(region, progress));
        for (const type of reading.unknownTypes) unknown.add(type);
        this.#take(provider, region, reading, { pricedAt, url });
        results.push({ region, offers: reading.offers.length, error: null });
      } catch (error) {
        job.signal.throwIfAborted();
        results.push({ region, offers: 0, error: TrainyardError.from(error) });
      }
      job.progress((place + 1) * stepsPerRegion);
    }
    this.#tell(provider, results, [...unknown].sort(), actor);
  }

  async #reader(provider: RefreshProvider, key: string, http: Http): Promise<RegionReader> {
    const { apis, known, clock } = this.#options;
    const specs = known.specs();
    const common = (region: string) => ({ region, sourceId: sourceIdOf(provider, region), specs });
    if (provider === 'aws') {
      const advise = await readSpotAdvisor(apis.awsSpotAdvisor, http);
      return async (region, progress) => ({
        ...(await readAwsRegion(
          { ...common(region), base: apis.aws, advice: advise(region), progress },
          http,
        )),
        url: apis.aws,
      });
    }
    const pricedAt = clock.now();
    if (provider === 'azure')
      return async (region, progress) => ({
        reading: await readAzureRegion({ ...common(region), base: apis.azure, pricedAt, progress }, http),
        pricedAt,
        url: apis.azure,
      });
    const parts = await readGoogleParts(apis.google, key, http, () => http.signal.throwIfAborted());
    return async (region) => ({
      reading: googleRegion(parts, { ...common(region), pricedAt }),
      pricedAt,
      url: apis.google,
    });
  }

  /** All of a region or nothing of it. Throws PRICES_NONE, PRICES_GARBAGE, PRICES_SHRUNK. */
  #take(
    provider: RefreshProvider,
    region: string,
    reading: RegionReading,
    { pricedAt, url }: { pricedAt: number; url: string },
  ): void {
    const { offers, refusals } = reading;
    const table = this.#options.known.table();
    const check = new PriceCheck(table, offers);
    for (const [place, offer] of offers.entries()) {
      const doubt = check.doubt(offer);
      if (doubt) refusals.add(place + 1, doubt);
    }
    const [first] = refusals.list;
    if (first)
      throw new TrainyardError(
        'PRICES_GARBAGE',
        `${refusals.count} prices of ${region} cannot be right, so its prices from before stay. The first: ${first.message}`,
        { params: { region, count: refusals.count, ...because('why', first) } },
      );
    if (offers.length === 0)
      throw new TrainyardError(
        'PRICES_NONE',
        `There are no prices of known machines in ${region}. Those from before stay.`,
        {
          params: { region },
        },
      );
    const before = knownOffers(table, provider, region);
    if (before >= fewOffers && offers.length * 2 < before)
      throw new TrainyardError(
        'PRICES_SHRUNK',
        `${region} came with ${offers.length} machines where ${before} are known: a part is missing, so the prices from before stay.`,
        { params: { region, offers: offers.length, before } },
      );
    this.#options.keep(
      {
        id: sourceIdOf(provider, region),
        kind: 'refreshed',
        title: `${providerTitles[provider]}, ${region}`,
        provider,
        region,
        url: url.slice(0, 500),
        rows: offers.length,
        pricedAt,
        takenAt: this.#options.clock.now(),
      },
      offers,
    );
  }

  /** Throws where no region has new prices. */
  #tell(
    provider: RefreshProvider,
    results: readonly RegionResult[],
    unknown: readonly string[],
    actor: Actor,
  ): void {
    const { store, activity, log } = this.#options;
    const failed = results.filter(({ error }) => error !== null);
    const offers = results.reduce((sum, result) => sum + result.offers, 0);
    const [worst] = failed;
    const params = {
      title: providerTitles[provider],
      regions: results.length - failed.length,
      offers,
      failed: failed.length,
      unknown: unknown.length,
      names: unknown.slice(0, 20).join(', '),
      region: worst?.region ?? '',
      why: '',
      ...(worst?.error && because('why', worst.error)),
    };
    for (const { region, error } of failed)
      log.warn({ provider, region, code: error?.code, err: error }, 'prices were not taken');
    log.info({ provider, ...params }, 'prices were read');
    store.transaction(() => {
      activity.record({
        actor,
        action: 'catalog.refreshed',
        target: provider,
        result: failed.length < results.length ? 'done' : 'failed',
        details: {
          regions: params.regions,
          offers,
          failed: failed.map(({ region }) => region).slice(0, 100),
          unknown,
        },
      });
      if (failed.length === results.length) return;
      if (failed.length > 0)
        store.notices.add({
          level: 'warning',
          code: 'CATALOG_REFRESHED_PARTLY',
          params,
          message: `${params.title}: ${params.regions} regions have new prices, ${params.failed} keep those from before. ${params.region}: ${params.why}`,
        });
      else
        store.notices.add({
          level: 'info',
          code: 'CATALOG_REFRESHED',
          params,
          message: `${params.title}: ${offers} prices of ${params.regions} regions are new. ${unknown.length} kinds of machines in them are not known to the catalogue.`,
        });
    });
    if (worst?.error && failed.length === results.length) throw worst.error;
  }
}

type RegionReader = (
  region: string,
  progress: (share: number | null) => void,
) => Promise<{ reading: RegionReading; pricedAt: number; url: string }>;

/** A connection that breaks in the middle is worth another try: a whole one was not. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TrainyardError && error.code === 'PRICES_CUT') return work();
    throw error;
  }
}

const sourceIdOf = (provider: RefreshProvider, region: string): string => `refreshed-${provider}-${region}`;

/** How many offers the catalogue has of a region, zones aside. */
function knownOffers({ words, columns, length }: OfferTable, provider: string, region: string): number {
  const itsProvider = words.providers.indexOf(provider);
  const itsRegion = words.regions.indexOf(region);
  let count = 0;
  for (let row = 0; row < length; row += 1)
    if (
      columns.provider[row] === itsProvider &&
      columns.region[row] === itsRegion &&
      columns.zone[row] === -1
    )
      count += 1;
  return count;
}
