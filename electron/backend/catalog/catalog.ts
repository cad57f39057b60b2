import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Jobs } from '#backend/jobs.ts';
import type { Store } from '#backend/store/index.ts';
import type {
  AcceleratorModel,
  CatalogRegion,
  CatalogSource,
  EgressTable,
  Offer,
  OwnCosts,
  StoragePrice,
} from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { acceleratorFinder, type FindAccelerator } from '#shared/planner/accelerators.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { type ImportRequest, takeIn } from './import/take-in.ts';
import { mergeOffers } from './merge.ts';
import { type OwnMachineCosts, OwnMachines } from './own-machines.ts';
import { type PriceApis, publicApis } from './refresh/apis.ts';
import { Refresh, type RefreshRequest } from './refresh/refresh.ts';
import { Shelf } from './shelf.ts';
import { Shipped } from './shipped.ts';
import { InstanceSpecs } from './specs.ts';

export interface CatalogOptions {
  store: Store;
  activity: Activity;
  events: EventBus;
  jobs: Jobs;
  clock: Clock;
  log: CatalogLog;
  /** Where the files are that the app came with: resources/catalog. */
  directory: string;
  /** Other addresses than the providers' own: for tests. */
  apis?: Partial<PriceApis>;
  /** The key for Google's price list, which has no prices without one; null: there is none. May throw what the vault throws. */
  googleKey?: () => string | null;
}

export interface CatalogLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** What was made of all sources, until one changes. */
interface Loaded {
  table: OfferTable;
  sources: CatalogSource[];
}

/**
 * Accelerators, offers, regions and what else planning needs to know, all of it on this computer. Nothing is read before somebody
 * asks. Every call may throw CATALOG_FILE_BROKEN where a file that the app came with is damaged.
 */
export class Catalog {
  readonly #options: CatalogOptions;
  readonly #shipped: Shipped;
  readonly #shelf: Shelf;
  readonly #own: OwnMachines;
  readonly #refresh: Refresh;
  #find: FindAccelerator | null = null;
  #regions: ReadonlyMap<string, CatalogRegion> | null = null;
  #specs: InstanceSpecs | null = null;
  #loaded: Loaded | null = null;

  constructor(options: CatalogOptions) {
    this.#options = options;
    const { store, log } = options;
    this.#shipped = new Shipped(options.directory);
    this.#shelf = new Shelf(store, log);
    this.#own = new OwnMachines({
      ...options,
      powerOf: (name) => this.accelerator(name)?.powerW ?? null,
      changed: () => this.#changed(),
    });
    this.#refresh = new Refresh({
      ...options,
      apis: { ...publicApis, ...options.apis },
      googleKey: options.googleKey ?? (() => null),
      known: {
        table: () => this.table(),
        find: (name) => this.accelerator(name),
        specs: () => this.#instanceSpecs(),
        regionsOf: (provider) => this.#regionsOf(provider),
      },
      keep: (source, offers) => {
        this.#shelf.put(source, offers);
        this.#changed();
      },
    });
    store.onRestored(() => {
      this.#loaded = null;
    });
  }

  /** All offers, the newest price of each; the same object until something changes. */
  table(): OfferTable {
    return this.#load().table;
  }

  /** All of them for a page or the command line; null where it has the newest already. */
  packedOffers(have: string | null): { version: string; packed: string } | null {
    const table = this.table();
    return table.version === have ? null : { version: table.version, packed: table.pack() };
  }

  offer(id: string): Offer | null {
    const table = this.table();
    const row = table.indexOf(id);
    return row < 0 ? null : table.row(row);
  }

  accelerators(): AcceleratorModel[] {
    return this.#shipped.accelerators;
  }

  /** By its name or any other that it goes by: nvidia-smi's, a provider's. */
  accelerator(nameOrAlias: string): AcceleratorModel | null {
    this.#find ??= acceleratorFinder(this.accelerators());
    return this.#find(nameOrAlias);
  }

  regions(): CatalogRegion[] {
    return this.#shipped.regions;
  }

  region(provider: string, region: string): CatalogRegion | null {
    this.#regions ??= new Map(this.regions().map((each) => [`${each.provider}/${each.region}`, each]));
    return this.#regions.get(`${provider}/${region}`) ?? null;
  }

  egress(): EgressTable[] {
    return this.#shipped.egress;
  }

  storage(): StoragePrice[] {
    return this.#shipped.storage;
  }

  /** Where prices came from and how old they are: shipped ones first, then as they were taken in. */
  sources(): CatalogSource[] {
    const own = this.#own.source();
    return own ? [...this.#load().sources, own] : this.#load().sources;
  }

  /**
   * Takes in a price file, or says what that would do. Rejects with CATALOG_FILE_EMPTY, CATALOG_FILE_UNKNOWN,
   * CATALOG_PROVIDER_UNKNOWN; rows that cannot be taken are in the report.
   */
  async import(request: ImportRequest, actor: Actor): Promise<Awaited<ReturnType<typeof takeIn>>> {
    return takeIn(request, {
      ...this.#options,
      actor,
      shelf: this.#shelf,
      table: this.table(),
      find: (name) => this.accelerator(name),
      specs: this.#instanceSpecs(),
      changed: () => this.#changed(),
    });
  }

  /** Takes an imported or refreshed source out again. Throws CATALOG_SOURCE_SHIPPED, CATALOG_SOURCE_UNKNOWN. */
  removeSource(sourceId: string, actor: Actor): void {
    const { store, activity } = this.#options;
    const source = this.sources().find(({ id }) => id === sourceId);
    if (source?.kind === 'shipped' || source?.kind === 'own')
      throw new TrainyardError(
        'CATALOG_SOURCE_SHIPPED',
        `${source.title} cannot be removed: only imported and refreshed prices can.`,
        { params: { source: source.title } },
      );
    store.transaction(() => {
      if (!this.#shelf.remove(sourceId))
        throw new TrainyardError('CATALOG_SOURCE_UNKNOWN', 'There is no such source of prices any more.', {
          params: { source: sourceId },
        });
      activity.record({
        actor,
        action: 'catalog.removeSource',
        target: source?.title ?? sourceId,
        details: { sourceId, rows: source?.rows ?? 0 },
      });
    });
    this.#changed();
  }

  /** Starts reading a provider's public prices. Rejects with CATALOG_KEY_MISSING, CATALOG_REGION_UNKNOWN, CATALOG_REFRESHING. */
  refresh(request: RefreshRequest, actor: Actor): Promise<{ jobId: string; finished: Promise<void> }> {
    return this.#refresh.start(request, actor);
  }

  /** What machines of one's own cost now. */
  ownCosts(): OwnMachineCosts[] {
    return this.#own.list();
  }

  /** From now on; null takes it back. Throws MACHINE_UNKNOWN. */
  setOwnCosts(machineId: string, costs: OwnCosts | null, actor: Actor): void {
    this.#own.set(machineId, costs, actor);
  }

  /** What an hour of a machine cost at that time. */
  rateOf(machineId: string, at: number): HourlyRate {
    return this.#own.rates.at(machineId, at);
  }

  /** All that its hour has ever cost, oldest first: for sums over a time in which it changed. */
  ratesOf(machineId: string): HourlyRate[] {
    return this.#own.rates.history(machineId);
  }

  #instanceSpecs(): InstanceSpecs {
    this.#specs ??= new InstanceSpecs(this.#shipped.sources.map(({ offers }) => offers));
    return this.#specs;
  }

  #load(): Loaded {
    if (this.#loaded) return this.#loaded;
    const kept = this.#shelf.sources();
    this.#loaded = {
      table: mergeOffers([
        ...this.#shipped.sources.map(({ offers }) => offers),
        ...kept.map(({ id }) => this.#shelf.offers(id)),
      ]),
      sources: [...this.#shipped.sources.map(({ source }) => source), ...kept],
    };
    return this.#loaded;
  }

  /** Regions of a provider in which it has offers, or that are known of it. */
  #regionsOf(provider: string): string[] {
    const { words, columns, length } = this.table();
    const regions = new Set(
      this.regions().flatMap((region) => (region.provider === provider ? [region.region] : [])),
    );
    for (let row = 0; row < length; row += 1)
      if (words.providers[columns.provider[row] ?? -1] === provider)
        regions.add(words.regions[columns.region[row] ?? -1] ?? '');
    return [...regions].sort();
  }

  #changed(): void {
    const { store, events } = this.#options;
    store.afterCommit(() => {
      this.#loaded = null;
      events.publish({ type: 'catalog.changed', version: this.table().version });
    });
  }
}
